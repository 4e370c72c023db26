/** What a node says when it refuses its data. */
export interface LoweringProblem {
  readonly port?: string;
  readonly parameter?: string;
  readonly message: string;
  readonly remedy: string;
}
