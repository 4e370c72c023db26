import { z } from 'zod';

/** What forms and reference pages show beside a parameter; kept in its Zod metadata. */
export interface ParameterInfo {
  readonly title: string;
  /** One sentence: what it does, and which way to turn it. */
  readonly help: string;
  /** `mm`, `voxels`, `%` … */
  readonly unit?: string;
  /** May be turned while the recipe runs: it lowers to a dial. */
  readonly turnable?: true;
  /** A slider goes with the field, also while nothing runs. */
  readonly slider?: true;
  /** Shown behind "more". */
  readonly advanced?: true;
}

interface NumberOptions extends ParameterInfo {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** A number with bounds, default and unit. */
export function numberParameter(options: NumberOptions) {
  const { default: initial, min, max, ...info } = options;
  return z
    .number()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ ...info });
}

/** A whole number with bounds and default. */
export function integerParameter(options: NumberOptions) {
  const { default: initial, min, max, ...info } = options;
  return z
    .number()
    .int()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ ...info });
}

/** One of a few words. */
export function choiceParameter<const Choices extends readonly [string, ...string[]]>(
  options: ParameterInfo & { readonly choices: Choices; readonly default: Choices[number] },
) {
  const { choices, default: initial, ...info } = options;
  return z
    .enum(choices)
    .default(initial as never)
    .meta({ ...info });
}

/** Yes or no. */
export function flagParameter(options: ParameterInfo & { readonly default: boolean }) {
  const { default: initial, ...info } = options;
  return z
    .boolean()
    .default(initial)
    .meta({ ...info });
}

/** A short list of whole numbers, for example iterations a level. */
export function integerListParameter(
  options: ParameterInfo & {
    readonly default: readonly number[];
    readonly min: number;
    readonly max: number;
    readonly maxLength: number;
  },
) {
  const { default: initial, min, max, maxLength, ...info } = options;
  return z
    .array(z.number().int().min(min).max(max))
    .min(1)
    .max(maxLength)
    .default([...initial])
    .meta({ ...info });
}
