import { identityMatrix } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { TransformValue } from '../../runtime/api/nodes/port-values';
import { resample } from './resample';

/** An affine and a displacement, either of them absent where it is the identity. */
export interface TransformParts {
  readonly affine?: ValueId;
  readonly displacement?: ValueId;
}

/** Displacement and affine of moving = affine · (x + displacement(x)). */
export interface TotalTransform {
  readonly affine: ValueId;
  readonly displacement?: ValueId;
}

/**
 * The map that a model makes, followed by `initial`: total(x) = initial(model(x)). The image is
 * then interpolated once, however many stages led here. Within a loop a displacement of `initial` is
 * composed at every iteration, as it is read where the model leads (docs/decisions/0011). An affine after which comes
 * a displacement has no such form: `register` refuses affine models after a deformable stage.
 */
export function afterModel(
  b: Builder,
  initial: TransformValue | undefined,
  model: TransformParts,
): TotalTransform {
  return {
    affine: joinAffines(b, initial?.affine, model.affine),
    ...joinDisplacements(b, initial?.displacement, model.displacement),
  };
}

/**
 * Displacement of the inverse of the total displacement, where both stages have one: what moved
 * last is undone first, x ↦ model⁻¹(initial⁻¹(x)).
 *
 * An inverse is read where x + u(x) lands, which is the region that the fixed grid covers but for
 * the motion itself; so, like u, it lives on the fixed grid of the stage that gives it, and goes on
 * beyond its edge. An `initial` that was found on another grid is read on this one first: composing
 * gives the grid of the map that comes first.
 * @param grid the fixed grid, on which `modelInverse` is
 */
export function inverseAfterModel(
  b: Builder,
  initial: TransformValue | undefined,
  modelInverse: ValueId,
  grid: Grid,
): ValueId | undefined {
  if (initial?.displacement === undefined) return modelInverse;
  if (initial.inverseDisplacement === undefined) return undefined;
  const inner = resample(b, initial.inverseDisplacement, grid);
  return b.compose({ outer: modelInverse, inner });
}

function joinAffines(b: Builder, left: ValueId | undefined, right: ValueId | undefined): ValueId {
  if (left === undefined) return right ?? b.constant(identityMatrix);
  return right === undefined ? left : b.multiplyAffine({ left, right });
}

function joinDisplacements(
  b: Builder,
  outer: ValueId | undefined,
  inner: ValueId | undefined,
): { readonly displacement?: ValueId } {
  if (outer === undefined) return inner === undefined ? {} : { displacement: inner };
  return { displacement: inner === undefined ? outer : b.compose({ outer, inner }) };
}
