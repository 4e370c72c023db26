import type { LoweringProblem } from './api/nodes/lowering-problem';

/**
 * Thrown by a node that refuses its data, so that `refuse` never returns; caught where the node is asked what it means, or
 * a node that it is a part of.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: LoweringProblem;
  /** The node that refuses. */
  readonly nodeId: string;

  constructor(nodeId: string, problem: LoweringProblem) {
    super(problem.message);
    this.nodeId = nodeId;
    this.problem = problem;
  }
}
