import type { Grid } from '../../imaging/grid';
import {
  type Builder,
  type Expression,
  gridAttributes,
  type ValueId,
} from '../../runtime/api/nodes/builder';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import type { TransformValue } from '../../runtime/api/nodes/port-values';

/** A vector of channels `a` by the linear part of the affine `b`. */
const turned: readonly Expression[] = [0, 1, 2].map((row) => {
  const term = (column: number): Expression => ['*', `b.${4 * row + column}`, `a.${column}`];
  return ['+', ['+', term(0), term(1)], term(2)];
});

/** A vector field by the linear part of an affine. */
export function turnField(b: Builder, field: ValueId, affine: ValueId): ValueId {
  return b.pointwise({ a: field, b: affine }, { expressions: turned });
}

const singular = (port: string): LoweringProblem => ({
  port,
  message: 'The affine of this transform is singular: it flattens space and has no inverse.',
  remedy: 'Look at the matrix in the file; a registration of Weft never gives one.',
});

/** The inverse of a transform's affine; said at `port` where it has none. */
export function inverseAffine(b: Builder, affine: ValueId, port: string): ValueId {
  const { inverse, verdict } = b.invertAffine({ affine });
  b.check(verdict, singular(port));
  return inverse;
}

/**
 * x ↦ second(first(x)), on the grid of the first. As moving = A·(x + u(x)) it has A = A₂·A₁ and
 * u = u₁ + A₁⁻¹·u₂(A₁·(x + u₁)), where u₂ goes on beyond its edge.
 * @param port of the first transform, where its affine has no inverse
 */
export function chainTransforms(
  b: Builder,
  first: TransformValue,
  second: TransformValue,
  port: string,
): TransformValue {
  const { grid } = first;
  const affine = b.multiplyAffine({ left: second.affine, right: first.affine });
  if (second.displacement === undefined) {
    const bend = first.displacement === undefined ? {} : { displacement: first.displacement };
    return { kind: 'transform', grid, affine, ...bend };
  }
  const landed = b.sample(
    { source: second.displacement, displacement: first.displacement, affine: first.affine },
    { ...gridAttributes(grid), interpolation: 'linear', outside: 'edge' },
  );
  const back = turnField(b, landed, inverseAffine(b, first.affine, port));
  const displacement =
    first.displacement === undefined ? back : b.add({ a: first.displacement, b: back });
  return { kind: 'transform', grid, affine, displacement };
}

/** How far a transform moves each voxel of its grid, mm. */
export function travelled(
  b: Builder,
  { affine, displacement, grid }: Omit<TransformValue, 'kind'> & { readonly grid: Grid },
): ValueId {
  return b.travelledDistance({ affine, displacement }, gridAttributes(grid));
}
