import { type Grid, voxelCount } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { comparisonOf, type DomainOptions, type ImagePair } from '../../runtime/api/nodes/compare';
import type {
  Comparison,
  LevelContext,
  MapValue,
  ModelMaps,
  Sampling,
  ShiftedGrid,
} from '../../runtime/api/nodes/port-values';

/** A histogram of fewer points says little: a level is compared at no fewer, where it has so many. */
const fewestPoints = 2048;

/**
 * Compares a pair at a share of a level's points, another choice of them each iteration: one point in each cell
 * of a lattice, all at the same place of their cells, and that place drawn anew. Every point of the image is as
 * likely as any other; gradients flow to the maps as those of all points do.
 * @param iteration which draw it is; the place depends on it, on the seed and the level alone
 * @param own of a model that tells its displacement at any points: the moving image is then read at a cost that goes with these
 * @param options as of the comparison at all points
 */
export function compareAtDrawnPoints(
  b: Builder,
  pair: ImagePair,
  maps: ModelMaps,
  at: Pick<LevelContext, 'grid' | 'level'>,
  { fraction, seed }: Sampling,
  iteration: ValueId,
  own?: DisplacementAtPoints,
  { fixedIsReference = maps.fixed === undefined }: Pick<DomainOptions, 'fixedIsReference'> = {},
): Comparison {
  const lattice = latticeOf(at.grid, fraction);
  const shift = drawnShift(b, lattice, iteration, { seed, stream: at.level });
  return comparisonOf(
    b,
    pair,
    {
      fixed: readAfter(b, shift, maps.fixed ?? {}, lattice),
      moving: own
        ? own.join(fromMiddle(b, shift, own.displacementAt({ grid: lattice, ...shift })))
        : readAfter(b, shift, maps.moving, lattice),
    },
    lattice,
    { fixedIsReference },
  );
}

/** How a model that tells its displacement at any points, mm, leads to the moving image. */
export interface DisplacementAtPoints {
  displacementAt(points: ShiftedGrid): ValueId;
  /** The map whose displacement is the model's. */
  join(displacement: ValueId): MapValue;
}

/** The middles of equal cells that fill a grid, about so many as the fraction of its voxels. */
export function latticeOf(grid: Grid, fraction: number): Grid {
  const { sizeVoxels, worldFromVoxel: m } = grid;
  const voxels = voxelCount(grid);
  const points = Math.min(voxels, Math.max(fraction * voxels, fewestPoints));
  const axes = sizeVoxels.filter((n) => n > 1).length;
  const apart = (voxels / points) ** (1 / Math.max(axes, 1));
  const cells = sizeVoxels.map((n) => Math.max(1, Math.round(n / apart)));
  const step = sizeVoxels.map((n, axis) => n / (cells[axis] as number));
  const first = step.map((size) => size / 2 - 0.5);
  const worldFromCell = m.map((value, i) => {
    const row = i - (i % 4);
    return i % 4 < 3
      ? value * (step[i % 4] as number)
      : first.reduce((sum, v, axis) => sum + v * (m[row + axis] as number), value);
  });
  return {
    sizeVoxels: cells as unknown as Grid['sizeVoxels'],
    worldFromVoxel: worldFromCell as unknown as Grid['worldFromVoxel'],
  };
}

/** From the middle of each cell to the place in it that was drawn, mm: three scalars. */
interface Shift {
  readonly mm: readonly [ValueId, ValueId, ValueId];
  /** The same in cells along each axis: three scalars in one. */
  readonly shiftVoxels: ValueId;
  /** The same as an affine. */
  readonly affine: ValueId;
}

function drawnShift(
  b: Builder,
  { sizeVoxels, worldFromVoxel: m }: Grid,
  iteration: ValueId,
  { seed, stream }: { readonly seed: number; readonly stream: number },
): Shift {
  const draws = b.uniformDraws({ iteration }, { count: 1, seed, stream });
  // Along an axis of one voxel there is nowhere else to look.
  const along = (row: number, axis: number): number =>
    sizeVoxels[axis] === 1 ? 0 : (m[4 * row + axis] as number);
  const mm = [0, 1, 2].map((row) =>
    b.pointwiseSum(
      { a: draws },
      { terms: [0, 1, 2].map((axis) => ['*', along(row, axis), ['-', `a.${axis}`, 0.5]]) },
    ),
  ) as unknown as Shift['mm'];
  const unit = (place: number): ValueId =>
    b.constant(Array.from({ length: 12 }, (_, i) => (i === place ? 1 : 0)));
  const identity = b.constant([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  const affine = b.pointwise(
    { a: identity, b: mm[0], c: mm[1], d: mm[2], e: unit(3), f: unit(7), g: unit(11) },
    {
      expressions: [['+', ['+', 'a', ['*', 'b', 'e']], ['+', ['*', 'c', 'f'], ['*', 'd', 'g']]]],
    },
  );
  const axes = [0, 1, 2].map((axis) =>
    b.pointwiseSum(
      { a: draws },
      { terms: [sizeVoxels[axis] === 1 ? ['*', 0, 'a.0'] : ['-', `a.${axis}`, 0.5]] },
    ),
  );
  const only = (axis: number): ValueId => b.constant([0, 1, 2].map((i) => (i === axis ? 1 : 0)));
  const shiftVoxels = b.pointwise(
    { a: axes[0], b: axes[1], c: axes[2], d: only(0), e: only(1), f: only(2) },
    { expressions: [['+', ['*', 'a', 'd'], ['+', ['*', 'b', 'e'], ['*', 'c', 'f']]]] },
  );
  return { mm, shiftVoxels, affine };
}

/** A map for the shifted points of a lattice: A · (y + s + u(y + s)). */
function readAfter(b: Builder, shift: Shift, map: MapValue, lattice: Grid): MapValue {
  const { affine, displacement } = map;
  if (displacement === undefined) {
    return {
      affine:
        affine === undefined
          ? shift.affine
          : b.multiplyAffine({ left: affine, right: shift.affine }),
    };
  }
  const moved = b.sample(
    { source: displacement, affine: shift.affine },
    { ...gridAttributes(lattice), interpolation: 'linear', outside: 'edge' },
  );
  return {
    ...(affine === undefined ? {} : { affine }),
    displacement: fromMiddle(b, shift, moved),
  };
}

/** The displacement (mm) from the middle of a cell, of one that is meant from the place drawn. */
function fromMiddle(b: Builder, { mm: [c, d, e] }: Shift, displacement: ValueId): ValueId {
  return b.pointwise(
    { a: displacement, c, d, e },
    {
      expressions: [
        ['+', 'a.0', 'c'],
        ['+', 'a.1', 'd'],
        ['+', 'a.2', 'e'],
      ],
    },
  );
}
