/** What a node says when it refuses its data, or doubts its result. */
export interface LoweringProblem {
  readonly port?: string;
  readonly parameter?: string;
  readonly message: string;
  readonly remedy: string;
}

/** What speaks against a result without making it worthless. */
export interface Doubt extends LoweringProblem {
  /** What it is about, such as `turn`: said once along a chain of nodes, at the first of them. */
  readonly about: string;
}

/** The loss with which a loop of a node began and ended, and how many iterations lie between. */
export interface Descent {
  readonly first: number;
  readonly last: number;
  readonly iterations: number;
}

/**
 * What a finished run says against a node's result; undefined where it says nothing. A judge that names
 * no values is asked once more before the run, without descents.
 * @param numbers those of each value that was named, in that order
 * @param descents of the loops of the node that have ended, in their order
 */
export type Judge = (
  numbers: readonly (readonly number[])[],
  descents: readonly Descent[],
) => Doubt | undefined;
