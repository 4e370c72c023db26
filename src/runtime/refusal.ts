import type { LoweringProblem } from './api/nodes/lowering-problem';

/** Thrown by a node that refuses its data, so that `refuse` never returns; caught where it was called. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: LoweringProblem;

  constructor(problem: LoweringProblem) {
    super(problem.message);
    this.problem = problem;
  }
}
