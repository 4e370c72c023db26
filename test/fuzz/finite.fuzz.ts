import type { Vec3 } from '../../src/imaging/frames';
import { axisAlignedGrid } from '../../src/imaging/grid';
import type { Volume } from '../../src/imaging/volume';
import { bind, openSession, run } from '../support/small-session';
import type { FuzzProperty } from './fuzz-property';
import { pairRecipe } from './pair-recipe';
import { type Random, randomFrom } from './random';
import { notFiniteLeft } from './readable';

/** An intensity at a point from −½ to ½ along each axis, and its voxel's number. */
type Look = (point: readonly number[], voxel: number) => number;

const blob: Look = (point, voxel) =>
  Math.exp(-8 * point.reduce((sum, x) => sum + x * x, 0)) + 0.01 * ((voxel * 7919) % 13);

/** Pairs on which registration may have nothing to hold on to. */
const awkward: readonly {
  readonly name: string;
  readonly fixed?: Look;
  readonly moving?: Look;
  readonly shiftMm?: number;
}[] = [
  { name: 'equal' },
  { name: 'far apart', shiftMm: 1000 },
  { name: 'half over each other', shiftMm: 8 },
  { name: 'moving constant', moving: () => 7 },
  { name: 'fixed constant', fixed: () => 7 },
  { name: 'both zero', fixed: () => 0, moving: () => 0 },
  { name: 'one voxel lit', moving: (_, voxel) => (voxel === 5 ? 1 : 0) },
  { name: 'moving times 1e-38', moving: (p, voxel) => 1e-38 * blob(p, voxel) },
  { name: 'moving times 1e-30', moving: (p, voxel) => 1e-30 * blob(p, voxel) },
  { name: 'moving times 1e30', moving: (p, voxel) => 1e30 * blob(p, voxel) },
  { name: 'Hounsfield units', moving: (p, voxel) => 2000 * blob(p, voxel) - 1024 },
  { name: 'one voxel of 3e38', moving: (p, voxel) => (voxel === 5 ? 3e38 : blob(p, voxel)) },
];
const sizes: readonly Vec3[] = [
  [16, 18, 1],
  [12, 14, 10],
];
const models = ['model.rigid', 'model.affine', 'model.greedy', 'model.svf'];
const objectives = [
  'similarity.lncc',
  'similarity.mutual-information',
  'similarity.correlation',
  'similarity.mean-squared-error',
];
const optimizers = ['optimizer.adam-normalized', 'optimizer.gradient-descent'];
const schedules = [
  { shrink: [1], iterations: [5] },
  { shrink: [2, 1], iterations: [3, 3] },
];

function imageOf(size: Vec3, look: Look, shiftMm: number): Volume {
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz);
  for (let voxel = 0; voxel < values.length; voxel += 1) {
    const place = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / nx / ny)];
    const point = place.map((at, axis) => (size[axis]! > 1 ? at / (size[axis]! - 1) - 0.5 : 0));
    values[voxel] = look(point, voxel);
  }
  return {
    kind: 'image',
    grid: axisAlignedGrid(size, [1, 1, 1], [shiftMm, 0, 0]),
    values,
    storedType: 'float32',
  };
}

function draw(random: Random) {
  const pair = random.pick(awkward);
  const size = random.pick(sizes);
  const parts = {
    model: random.pick(models),
    objective: random.pick(objectives),
    optimizer: random.pick(optimizers),
    ...random.pick(schedules),
  };
  const volumes = {
    fixed: imageOf(size, pair.fixed ?? blob, 0),
    moving: imageOf(size, pair.moving ?? blob, pair.shiftMm ?? 0),
  };
  return { name: `${pair.name}, ${size}: ${JSON.stringify(parts)}`, parts, volumes };
}

/**
 * Registrations of awkward pairs by every kind of part: all that a run leaves is finite, however it
 * ended, and one that fails says at which node.
 */
export const finite: FuzzProperty = {
  name: 'awkward pairs leave nothing that is not finite',
  async run(count, seed) {
    const session = openSession({ maxResultBytes: 0, verify: false });
    const faults: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const { name, parts, volumes } = draw(randomFrom(seed * 1_000_003 + index));
      const bindings = await bind(session, volumes);
      const { result } = await run(session, pairRecipe(parts), bindings);
      const bad = await notFiniteLeft(session, result);
      if (bad.length > 0) faults.push(`${name}: ${result.status}, and ${bad.join()} is not finite`);
      const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
      if (result.status === 'failed' && !errors.some(({ at }) => at.nodeId !== undefined)) {
        faults.push(`${name}: failed, and no node says why`);
      }
      if (errors.some(({ code }) => code === 'internal' || code === 'device')) {
        faults.push(`${name}: ${errors[0]?.message}`);
      }
      const handles = result.outputs.map(({ handle }) => handle);
      await session.release([...Object.values(bindings), ...handles]);
    }
    await session.destroy();
    return { tried: count, faults };
  },
};
