import fc from 'fast-check';

/** What came of many made-up inputs. */
export interface FuzzOutcome {
  /** Inputs that were tried. */
  readonly tried: number;
  /** What went wrong, each with the input that shows it, made as small as could be; empty is good. */
  readonly faults: readonly string[];
}

/**
 * Something that holds for every input, and inputs made to break it. Files of this folder export such
 * records; a test runs each for a few hundred inputs, whoever searches for longer for more of them.
 */
export interface FuzzProperty {
  readonly name: string;
  /** The same seed makes the same inputs. */
  run(count: number, seed: number): FuzzOutcome | Promise<FuzzOutcome>;
}

/** A property of one arbitrary input: `hold` throws where it does not hold. */
export function fuzzProperty<Input>(
  name: string,
  inputs: fc.Arbitrary<Input>,
  hold: (input: Input) => void,
): FuzzProperty {
  return {
    name,
    run(count, seed) {
      const property = fc.property(inputs, hold);
      const found = fc.check(property, { numRuns: count, seed, verbose: false });
      return {
        tried: found.numRuns,
        faults: found.failed ? [fc.defaultReportMessage(found) ?? 'It failed.'] : [],
      };
    },
  };
}

/** Choices that an arbitrary list of numbers makes, one after the other. */
export class Draws {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    const number = this.#numbers[this.#next % Math.max(1, this.#numbers.length)] ?? 0;
    this.#next += 1;
    return count < 1 ? 0 : number % count;
  }

  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}

/** Numbers for `Draws`. */
export const drawnNumbers: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), {
  minLength: 4,
  maxLength: 24,
});
