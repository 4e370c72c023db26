import type { Builder, ValueId } from '../../runtime/api/nodes/builder';

/** How often the field is read for a voxel at most: most need four. */
const evaluations = 40;

/**
 * Displacement v (mm) of the inverse of x + u(x), on the grid of `u`. It is made on the device voxel by voxel, and then one step
 * nearer by v ← −u∘(id + v), through which the gradient goes: to first order it is that of the inverse.
 */
export function inverseField(b: Builder, u: ValueId): ValueId {
  const found = b.invertDisplacement({ displacement: u }, { evaluations });
  const left = b.compose({ outer: u, inner: found });
  return b.pointwise({ a: found, b: left }, { expressions: [['-', 'a', 'b']] });
}
