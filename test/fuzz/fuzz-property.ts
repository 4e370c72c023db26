/** Something that must hold for every input, with the inputs to try it on. */
export interface FuzzProperty {
  readonly name: string;
  /**
   * Tries `count` inputs, which `seed` alone decides. Each fault is a sentence that says what broke and on which
   * input.
   */
  run(
    count: number,
    seed: number,
  ): Promise<{ readonly tried: number; readonly faults: readonly string[] }>;
}
