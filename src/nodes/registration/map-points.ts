import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import type { MapValue } from '../../runtime/api/nodes/port-values';

/**
 * Points of the fixed world, mm, where a map takes them: A·(p + u(p)). The field is read linearly, and goes on
 * beyond its edge. Gradients flow to affine and field.
 */
export function mapPoints(
  b: Builder,
  points: ValueId,
  { affine, displacement }: MapValue,
): ValueId {
  const bent =
    displacement === undefined
      ? points
      : b.add({
          a: points,
          b: b.samplePoints(
            { source: displacement, points },
            { interpolation: 'linear', outside: 'edge' },
          ),
        });
  return affine === undefined ? bent : b.movePoints({ points: bent, affine });
}

/** Squared distance of the points `a` and `b`, mm². */
export const squaredDistance: Expression = sumOf(
  [0, 1, 2].map((axis) => {
    const along: Expression = ['-', `a.${axis}`, `b.${axis}`];
    return ['*', along, along];
  }),
);

function sumOf(terms: readonly Expression[]): Expression {
  return terms.reduce((sum, term) => ['+', sum, term]);
}

/**
 * What a measure says of pairs of points: of the fixed ones where `whole` takes them, beside the moving ones; and, with `back`,
 * added, of the moving ones where these maps take them one after the other, beside the fixed ones.
 */
export function bothWays(
  b: Builder,
  pairs: { readonly fixed: ValueId; readonly moving: ValueId },
  { whole, back }: { readonly whole: MapValue; readonly back: readonly MapValue[] | undefined },
  measure: (landed: ValueId, partner: ValueId) => ValueId,
): ValueId {
  const there = measure(mapPoints(b, pairs.fixed, whole), pairs.moving);
  if (back === undefined) return there;
  const landed = back.reduce((points, map) => mapPoints(b, points, map), pairs.moving);
  return b.add({ a: there, b: measure(landed, pairs.fixed) });
}
