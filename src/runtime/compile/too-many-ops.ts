import type { LoweringProblem } from '../api/nodes/lowering-problem';

/**
 * The most ops of a program, gradients and loop bodies included. Ten stages of eight levels by a velocity
 * field have 6600; beyond this many, compiling alone takes seconds.
 */
export const mostOps = 20_000;

/** A recipe asks for a program that is too long to be compiled. */
export class TooManyOps extends Error {
  override readonly name = 'TooManyOps';
  /** Node at which it became too much. */
  readonly nodeId: string;
  readonly problem: LoweringProblem = {
    message: `Up to here the recipe asks for more than ${mostOps} operations, more than is compiled.`,
    remedy:
      'Use fewer stages, fewer levels in a schedule, fewer channels, or fewer squarings of a velocity field.',
  };

  constructor(nodeId: string) {
    super(`More than ${mostOps} ops.`);
    this.nodeId = nodeId;
  }
}
