import { axisAlignedGrid, type Grid, voxelCount } from '../../src/imaging/grid';
import type { ImageVolume } from '../../src/imaging/volume';
import type { DeviceKind } from '../../src/runtime/api/engine/engine-api';
import type { Session } from '../../src/runtime/session';
import { bind, run } from './small-session';

/** Intensity at a place of the world, mm. */
type Pattern = (x: number, y: number) => number;

export interface TwoContrasts {
  readonly grid: Grid;
  /** The first sees structure on the left alone, the second on the right alone. */
  readonly patterns: readonly [Pattern, Pattern];
}

/** Generated slices in two contrasts, each of which shows one half of what there is. */
export function twoContrasts(): TwoContrasts {
  const grid = axisAlignedGrid([48, 40, 1], [1.5, 1.5, 4], [0, 0, 0]);
  const middle = 36;
  const structure: Pattern = (x, y) =>
    0.5 + 0.25 * Math.sin(0.45 * x + 0.3) * Math.cos(0.4 * y) + 0.2 * Math.sin(0.33 * y + 0.2 * x);
  /** 1 on the side of the sign, 0 on the other, with 6 mm in between. */
  const side = (x: number, sign: 1 | -1) => {
    const t = Math.min(1, Math.max(0, 0.5 + (sign * (x - middle)) / 6));
    return t * t * (3 - 2 * t);
  };
  return {
    grid,
    patterns: [(x, y) => side(x, -1) * structure(x, y), (x, y) => side(x, 1) * structure(x + 5, y)],
  };
}

/**
 * Both contrasts as they lie, and as a known displacement (up and down, on both halves alike) reads them.
 * `errors` says which share of that motion is missing in a displacement (planar, mm): its root mean square
 * over the inside of each half, as a share of that of the motion.
 */
export function deformedContrasts({ grid, patterns }: TwoContrasts): {
  /** By loader of `contrastRecipe`. */
  readonly images: Readonly<Record<'fixed' | 'fixed-b' | 'moving' | 'moving-b', ImageVolume>>;
  readonly errors: (found: Float32Array) => { readonly left: number; readonly right: number };
} {
  const [nx, ny] = grid.sizeVoxels;
  const truthMm: Pattern = (x, y) =>
    3 * Math.sin((Math.PI * y) / 58.5) ** 2 * Math.sin((2 * Math.PI * x) / 72) ** 2;
  const imageOf = (pattern: Pattern): ImageVolume => ({
    kind: 'image',
    grid,
    values: Float32Array.from({ length: nx * ny }, (_, i) =>
      pattern(1.5 * (i % nx), 1.5 * Math.floor(i / nx)),
    ),
    storedType: 'float32',
  });
  const moved = (pattern: Pattern): Pattern => {
    return (x, y) => pattern(x, y + truthMm(x, y));
  };
  const [first, second] = patterns;
  return {
    images: {
      fixed: imageOf(moved(first)),
      'fixed-b': imageOf(moved(second)),
      moving: imageOf(first),
      'moving-b': imageOf(second),
    },
    errors(found) {
      const along = found.subarray(voxelCount(grid), 2 * voxelCount(grid));
      const share = (from: number, to: number) => {
        let [missing, motion] = [0, 0];
        for (let j = 6; j < ny - 6; j += 1) {
          for (let i = from; i < to; i += 1) {
            const wanted = truthMm(1.5 * i, 1.5 * j);
            missing += ((along[i + nx * j] ?? 0) - wanted) ** 2;
            motion += wanted ** 2;
          }
        }
        return Math.sqrt(missing / motion);
      };
      return { left: share(4, 20), right: share(28, 44) };
    },
  };
}

export const node = (type: string, params: object = {}) => ({ type, version: 1, params });

/** A recipe of these nodes; edges as `from`, `to`. */
export function recipe(
  nodes: Readonly<Record<string, object>>,
  edges: readonly (readonly [string, string])[],
) {
  return {
    schemaVersion: 1,
    name: 'Channels',
    description: 'Images of several channels.',
    nodes,
    edges: edges.map(([from, to]) => ({ from, to })),
  };
}

/** An objective sees the first contrast, that of `register`; or a pair of its own, which has both. */
export type Seen = 'one' | 'both';

/** Registers by these objectives, and brings both contrasts along. */
export function contrastRecipe(objectives: readonly Seen[]) {
  return recipe(
    {
      fixed: node('load.image'),
      moving: node('load.image'),
      'fixed-b': node('load.image'),
      'moving-b': node('load.image'),
      'fixed-both': node('prepare.combine-channels'),
      'moving-both': node('prepare.combine-channels'),
      one: node('similarity.mean-squared-error'),
      both: node('similarity.mean-squared-error'),
      model: node('model.greedy', { smoothFieldVoxels: 0.5, smoothGradientVoxels: 1.5 }),
      optimizer: node('optimizer.adam-normalized', { stepVoxels: 0.25 }),
      levels: node('schedule.pyramid', { shrink: [2, 1], iterations: [40, 40], convergence: 0 }),
      register: node('register'),
      along: node('apply.image'),
    },
    [
      ['fixed.image', 'register.fixed'],
      ['moving.image', 'register.moving'],
      ['fixed.image', 'fixed-both.first'],
      ['fixed-b.image', 'fixed-both.second'],
      ['moving.image', 'moving-both.first'],
      ['moving-b.image', 'moving-both.second'],
      ['fixed-both.image', 'both.fixed'],
      ['moving-both.image', 'both.moving'],
      ...objectives.map((id): readonly [string, string] => [
        `${id}.objective`,
        'register.objectives',
      ]),
      ['model.model', 'register.model'],
      ['optimizer.optimizer', 'register.optimizer'],
      ['levels.schedule', 'register.schedule'],
      ['moving-both.image', 'along.image'],
      ['register.transform', 'along.transform'],
    ],
  );
}

/**
 * Runs that recipe; how far what it found is off, see `deformedContrasts`.
 * @throws Error where it does not get to its end
 */
export async function registerContrasts(
  session: Session,
  truth: ReturnType<typeof deformedContrasts>,
  objectives: readonly Seen[],
  device: DeviceKind = 'cpu',
) {
  const bindings = await bind(session, truth.images);
  const { result } = await run(session, contrastRecipe(objectives), bindings, undefined, device);
  if (result.status !== 'done') throw new Error(JSON.stringify(result.diagnostics));
  const output = result.outputs.find((o) => o.nodeId === 'register' && o.port === 'transform');
  const read = await session.read({ handle: output?.handle ?? '', as: 'transform' });
  if (read.kind !== 'transform' || !read.displacement) throw new Error('There is no field.');
  return { result, errors: truth.errors(read.displacement.values) };
}
