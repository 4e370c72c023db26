import { type Grid, spacingMm, voxelCount } from '../../imaging/grid';
import {
  type Builder,
  type Expression,
  gridAttributes,
  type ValueId,
} from '../../runtime/api/nodes/builder';
import { channelCount, mapChannels } from '../../runtime/api/nodes/channels';
import type { PlacedImage } from '../../runtime/api/nodes/port-values';

/** Bytes of the costs of one run: they lie in one buffer, and are smoothed through another one of that size. */
const bytesOfRun = 2 ** 25;

/** The fewest displacements of a run, and channels of features, that lie in one buffer. */
const fewest = 4;

/** How much more a displacement that differs by a cell from its neighbours' mean costs, round by round. */
const couplings = [0.003, 0.01, 0.03, 0.1, 0.3, 1] as const;

/** What is searched for in cells of an image. */
export interface Cells {
  readonly features: ValueId;
  /** How much each cell counts, 0 to 1. */
  readonly weight: ValueId;
}

/** Voxels of a cell along each axis: about cubes in mm, whose edge is so many of the shortest edges of a voxel. */
export function cellEdges(grid: Grid, cellVoxels: number): readonly number[] {
  const edges = spacingMm(grid);
  const counted = edges.filter((_, axis) => grid.sizeVoxels[axis] !== 1);
  const shortest = Math.min(...(counted.length > 0 ? counted : edges));
  return edges.map((edge, axis) =>
    grid.sizeVoxels[axis] === 1 ? 1 : Math.max(1, Math.round((cellVoxels * shortest) / edge)),
  );
}

/** The means of features over cells, of what counts in each. */
export function cellsOf(
  b: Builder,
  { image }: PlacedImage,
  weight: ValueId | undefined,
  edgeVoxels: readonly number[],
): Cells {
  const means = (value: ValueId): ValueId => b.cellMeans({ value }, { edgeVoxels });
  if (weight === undefined) {
    const mean = atLeastFour(b, means(image));
    const one = b.pointwise(
      { a: b.zeros({ like: mean }, { channels: 1 }) },
      { expressions: [['+', 'a', 1]] },
    );
    return { features: mean, weight: one };
  }
  const counted = b.pointwise({ a: image, b: weight }, { expressions: [['*', 'a', 'b']] });
  const share = means(weight);
  const mean = b.pointwise(
    { a: means(counted), b: share },
    { expressions: [['select', ['<', 1e-6, 'b'], ['/', 'a', 'b'], 0]] },
  );
  return { features: atLeastFour(b, mean), weight: share };
}

/** Features with channels of 0 where there are fewer than lie in one buffer. */
function atLeastFour(b: Builder, features: ValueId): ValueId {
  const count = channelCount(b, features);
  if (count >= fewest) return features;
  const expressions = Array.from(
    { length: fewest },
    (_, channel): Expression => (channel < count ? `a.${channel}` : ['*', 0, 'a.0']),
  );
  return b.pointwise({ a: features }, { expressions });
}

/** What is found: mm on the grid of the cells, and the share of cells that went as far as they could. */
export interface FoundDisplacement {
  readonly displacement: ValueId;
  readonly atTheLimit: ValueId;
}

/**
 * The displacement of cells by coupled convex search: each cell takes in turn the displacement of least cost + θ·|d − d̄|²,
 * then d̄ is the mean over 3×3×3 cells of what they took; θ grows from round to round. Distances are counted in shortest
 * edges of a cell.
 * @param reachCells how far displacements go along each axis
 * @param coupling factor on every θ
 */
export function searchDisplacement(
  b: Builder,
  from: Cells,
  to: Cells,
  { reachCells, coupling }: { readonly reachCells: number; readonly coupling: number },
): FoundDisplacement {
  const type = b.typeOf(from.weight);
  if (type.kind !== 'field') throw new RangeError('Cells lie on a grid.');
  const { grid } = type;
  const reach = grid.sizeVoxels.map((n) => (n === 1 ? 0 : reachCells));
  const unknown = costOfAnyPartner(b, from, to);
  const weights = { fixedWeight: from.weight, movingWeight: to.weight, unknown };
  const runs = runsOf(reach, voxelCount(grid)).map((run) => ({
    run,
    costs: b.displacementCosts({ fixed: from.features, moving: to.features, ...weights }, run),
  }));
  const edges = spacingMm(grid);
  const shortest = Math.min(...edges.filter((_, axis) => grid.sizeVoxels[axis] !== 1));
  const none = b.zeros({}, { ...gridAttributes(grid), channels: 3 });
  const best = (theta: number, towards: ValueId): ValueId => {
    const perAxis = edges.map((edge) => coupling * theta * (edge / shortest) ** 2);
    let kept = {
      lowest: b.zeros({}, { ...gridAttributes(grid), channels: 1 }),
      displacement: none,
    };
    runs.forEach(({ run, costs }, index) => {
      const attributes = { ...run, coupling: perAxis, begins: index === 0 };
      kept = b.bestDisplacement({ costs, towards, ...kept }, attributes);
    });
    return kept.displacement;
  };
  let taken = best(0, none);
  for (const theta of couplings) taken = best(theta, smoothed(b, taken));
  return {
    displacement: inMm(b, smoothed(b, taken), grid),
    atTheLimit: b.pointwiseMean({ a: taken, weight: from.weight }, { terms: [goesAsFarAs(reach)] }),
  };
}

/** The window of displacements in runs whose costs fit a buffer each. */
function runsOf(reach: readonly number[], cells: number) {
  const count = reach.reduce((product, n) => product * (2 * n + 1), 1);
  const most = Math.max(2 * fewest, Math.floor(bytesOfRun / (4 * cells)));
  const parts = Math.ceil(count / most);
  return Array.from({ length: parts }, (_, part) => {
    const first = Math.floor((part * count) / parts);
    return { reach, first, count: Math.floor(((part + 1) * count) / parts) - first };
  });
}

/** Mean over 3×3×3 cells, clipped at the border. */
function smoothed(b: Builder, field: ValueId): ValueId {
  return mapChannels(b, field, (image) => b.windowStatistics({ image }, { radiusVoxels: 1 }).mean);
}

/** Vectors in cells along the axes of a grid, in mm along those of the world. */
function inMm(b: Builder, cells: ValueId, { worldFromVoxel: m }: Grid): ValueId {
  const expressions = [0, 4, 8].map((row): Expression => {
    const term = (k: number): Expression => ['*', m[row + k] ?? 0, `a.${k}`];
    return ['+', ['+', term(0), term(1)], term(2)];
  });
  return b.pointwise({ a: cells }, { expressions });
}

/** 1 where a displacement ends at the border of its window, else 0. */
function goesAsFarAs(reach: readonly number[]): Expression {
  return reach.reduce<Expression>(
    (others, limit, axis) =>
      limit === 0
        ? others
        : ['max', others, ['select', ['<', limit - 0.5, ['abs', `a.${axis}`]], 1, 0]],
    0,
  );
}

/** E f² + E m² − 2 · E f · E m, summed over channels as if their means were one: a partner of which nothing is known. */
function costOfAnyPartner(b: Builder, from: Cells, to: Cells): ValueId {
  const channels = channelCount(b, from.features);
  const mean = ({ features, weight }: Cells, term: Expression): ValueId =>
    b.pointwiseMean({ a: features, weight }, { terms: [term] });
  return b.pointwise(
    {
      a: mean(from, ['*', 'a', 'a']),
      b: mean(to, ['*', 'a', 'a']),
      c: mean(from, 'a'),
      d: mean(to, 'a'),
    },
    {
      expressions: [['max', 0, ['-', ['+', 'a', 'b'], ['*', ['*', 2 / channels, 'c'], 'd']]]],
    },
  );
}

/**
 * Two displacements, mm on one grid, made to undo each other: each takes the mean of itself and of what the
 * other one takes back, again and again.
 */
export function madeConsistent(
  b: Builder,
  forward: ValueId,
  backward: ValueId,
  count: number,
): ValueId {
  const [consistent = forward] = b.repeat({
    label: 'inverse consistency',
    count,
    carried: [forward, backward],
    body([f = forward, g = backward]) {
      // compose = inner + outer∘(id + inner): what is left of the way there and back.
      const halved = (inner: ValueId, outer: ValueId): ValueId =>
        b.pointwise(
          { a: inner, b: b.compose({ outer, inner }) },
          { expressions: [['-', 'a', ['*', 0.5, 'b']]] },
        );
      return [halved(f, g), halved(g, f)];
    },
  });
  return consistent;
}
