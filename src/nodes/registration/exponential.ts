import type { Builder, ValueId } from '../../runtime/api/nodes/builder';

/**
 * Displacement (mm) after flowing along a stationary `velocity` (mm per unit of time) for `time`, backwards where it is negative, by
 * scaling and squaring (Arsigny et al. 2006).
 */
export function exponential(
  b: Builder,
  velocity: ValueId,
  time: number,
  squarings: number,
): ValueId {
  let flow = b.scale({ value: velocity }, { factor: time / 2 ** squarings });
  for (let squaring = 0; squaring < squarings; squaring += 1) {
    flow = b.compose({ outer: flow, inner: flow });
  }
  return flow;
}
