import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import {
  channelsOf,
  elementsPerBuffer,
  isPlanar,
  type ValueId,
  type ValueType,
} from '../../ir/values';
import type { OpAppender } from '../define-op';
import { derivativeOf } from './derive';
import { elementTypeOf, readingOf } from './element';
import { leavesOf, plus, referenceOf, substituteLeaves, times } from './expression';

/** Names of the inputs of `pointwise` and of the ops that sum. */
export const inputLetters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const;

export type NamedValues = Readonly<Record<string, ValueId | undefined>>;

/** An expression of an op's output, for all channels or one a channel, and the name of its cotangent. */
export interface Weighed {
  readonly expressions: readonly Expression[];
  readonly cotangent: Expression;
  /** Whether `cotangent` is a field of the output's channels rather than one for all elements. */
  readonly byElement: boolean;
}

/**
 * Appends an op that takes expressions over named values: the values get its letters.
 * @param attributes what the op takes, from the expressions in its letters
 */
export function appendFormula(
  b: OpAppender,
  op: string,
  expressions: readonly Expression[],
  values: NamedValues,
  attributes: (
    expressions: readonly Expression[],
  ) => Readonly<Record<string, readonly Expression[]>>,
  more: NamedValues = {},
): ValueId {
  const names = [...new Set(expressions.flatMap(leavesOf).map((leaf) => referenceOf(leaf).name))];
  if (names.length > inputLetters.length) throw new InternalError('A formula has too many inputs.');
  const letterOf = new Map(names.map((name, index) => [name, inputLetters[index] as string]));
  const renamed = expressions.map((expression) =>
    substituteLeaves(expression, (leaf) => {
      const { name, component } = referenceOf(leaf);
      const letter = letterOf.get(name) as string;
      return component === undefined ? letter : `${letter}.${component}`;
    }),
  );
  const inputs = Object.fromEntries(names.map((name) => [letterOf.get(name), values[name]]));
  return b.op(op, { ...inputs, ...more }, attributes(renamed)).value as ValueId;
}

/**
 * The cotangent of one input from those of expressions over it, as one op: `zero` where none depends on it,
 * undefined where it is a list of numbers of which one is named.
 */
export function cotangentOf(
  b: OpAppender,
  input: string,
  weighed: readonly Weighed[],
  values: NamedValues,
): ValueId | 'zero' | undefined {
  const types = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === undefined ? undefined : b.typeOf(value),
    ]),
  );
  const type = types[input];
  if (!type) return undefined;
  const all = weighed.flatMap(({ expressions }) => expressions);
  const leaves = all.flatMap(leavesOf).map(referenceOf);
  if (!leaves.some(({ name }) => name === input)) return 'zero';
  const elements = weighed.map(({ expressions }) => elementTypeOf(expressions, types));
  const element = elements[0] as ValueType;
  if (type.kind === 'scalars' && isPlanar(element)) {
    return uniformCotangent(b, input, type, weighed, values);
  }
  if (
    type.kind === 'scalars' &&
    readingOf({ name: input, component: undefined }, type, element) === 'uniform'
  ) {
    return uniformCotangent(b, input, type, weighed, values);
  }
  const isByChannel =
    weighed.every(({ expressions }) => expressions.length === 1) &&
    elements.every((one) => channelsOf(one) === channelsOf(type)) &&
    leaves.every(({ name, component }) => name !== input || component === undefined);
  const expressions = isByChannel
    ? [
        sumOver(weighed, ({ expressions: [expression], cotangent }) =>
          times(cotangent, derivativeOf(expression as Expression, input)),
        ),
      ]
    : Array.from({ length: channelsOf(type) }, (_, channel) =>
        channelCotangent(input, channel, weighed, elements, types),
      );
  if (expressions.every((expression) => expression === 0)) return 'zero';
  return appendFormula(b, 'pointwise', ofItsType(expressions, input, types), values, (renamed) => ({
    expressions: renamed,
  }));
}

/**
 * Slopes that read nothing of the input's type, as those of a plain sum, would give one number for all elements:
 * max(c, c − |input|) is c for each of them.
 */
function ofItsType(
  expressions: readonly Expression[],
  input: string,
  types: Readonly<Record<string, ValueType | undefined>>,
): readonly Expression[] {
  const made = elementTypeOf(expressions, types);
  const type = types[input] as ValueType;
  const isOfItsLength =
    made.kind === type.kind && elementsPerBuffer(made) === elementsPerBuffer(type);
  const hasItsChannels = expressions.length > 1 || channelsOf(made) === channelsOf(type);
  if (isOfItsLength && hasItsChannels) return expressions;
  return expressions.map((expression): Expression => {
    return ['max', expression, ['-', expression, ['abs', input]]];
  });
}

function uniformCotangent(
  b: OpAppender,
  input: string,
  type: ValueType,
  weighed: readonly Weighed[],
  values: NamedValues,
): ValueId | 'zero' | undefined {
  if (type.kind !== 'scalars' || type.length !== 1) return undefined;
  const terms = weighed.flatMap(({ expressions, cotangent, byElement }) =>
    expressions.flatMap((expression, channel) => {
      const slope = derivativeOf(expression, input);
      if (slope === 0) return [];
      const isOneOfMany = byElement && expressions.length > 1;
      return [times(isOneOfMany ? `${String(cotangent)}.${channel}` : cotangent, slope)];
    }),
  );
  if (terms.length === 0) return 'zero';
  return appendFormula(b, 'pointwiseSum', terms, values, (renamed) => ({ terms: renamed }));
}

/** Σ over outputs and their channels of cotangent times the slope along one channel of the input. */
function channelCotangent(
  input: string,
  inputChannel: number,
  weighed: readonly Weighed[],
  elements: readonly ValueType[],
  types: Readonly<Record<string, ValueType | undefined>>,
): Expression {
  return sumOver(weighed, ({ expressions, cotangent, byElement }, index) => {
    const element = elements[index] as ValueType;
    const channels = Math.max(expressions.length, channelsOf(element));
    let sum: Expression = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      const whole = (expressions[channel] ?? expressions[0]) as Expression;
      const expression = substituteLeaves(whole, (leaf) => {
        const { name, component } = referenceOf(leaf);
        const type = types[name];
        if (component !== undefined || !type || !isPlanar(type)) return leaf;
        return `${name}.${type.channels === 1 ? 0 : channel}`;
      });
      const slope = derivativeOf(expression, `${input}.${inputChannel}`);
      const factor =
        byElement && channels > 1 ? (`${String(cotangent)}.${channel}` as Expression) : cotangent;
      sum = plus(sum, times(factor, slope));
    }
    return sum;
  });
}

function sumOver(
  weighed: readonly Weighed[],
  term: (one: Weighed, index: number) => Expression,
): Expression {
  return weighed.reduce<Expression>((sum, one, index) => plus(sum, term(one, index)), 0);
}
