import { describe, expect, it } from 'vitest';
import { applyMatrix, type Vec3, type WorldFromVoxel } from '../../../src/imaging/frames';
import { type Grid, spacingMm, voxelFromWorld } from '../../../src/imaging/grid';
import { knownDeformation, longestVectorMm } from '../../../src/imaging/phantoms/deformation';
import {
  type HeadPhantomPair,
  headPhantom,
  headPhantomPair,
} from '../../../src/imaging/phantoms/head';
import { labelNames } from '../../../src/imaging/phantoms/tissues';
import type { DisplacementField, LabelVolume } from '../../../src/imaging/volume';

const small = { dimensions: 3, sizeVoxels: [32, 36, 32], seed: 5, contrast: 't1' } as const;
const deepLabels = [5, 6, 7, 8, 9, 10, 13, 14, 23, 26];

/** FNV-1a over the bytes of an array. */
function checksum(values: Float32Array): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Moving labels drawn to the fixed grid by nearest neighbour through the truth. */
function pulledBack({ fixed, moving, truthFixedToMovingMm }: HeadPhantomPair): Float32Array {
  const { grid } = fixed.labels;
  const movingVoxelFromWorld = voxelFromWorld(moving.labels.grid);
  const [nx, ny, nz] = grid.sizeVoxels;
  const [ux, uy, uz] = truthFixedToMovingMm.componentsMm;
  const movingLabels = labelNumbers(moving.labels);
  const drawn = fixed.labels.values.map((_, index) => {
    const voxel: Vec3 = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    const [x, y, z] = applyMatrix(grid.worldFromVoxel, voxel);
    const at = applyMatrix(movingVoxelFromWorld, [x + ux[index]!, y + uy[index]!, z + uz[index]!]);
    const [i, j, k] = at.map(Math.round) as [number, number, number];
    const inside = i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz;
    return inside ? movingLabels[i + nx * (j + ny * k)]! : 0;
  });
  return new Float32Array(drawn);
}

/** The label of each voxel, which the volume holds by index. */
function labelNumbers({ values, ids }: LabelVolume): Float32Array {
  return new Float32Array(values.map((index) => Number(ids[index])));
}

function dice(a: Float32Array, b: Float32Array, label: number): number {
  let both = 0;
  let sum = 0;
  a.forEach((value, index) => {
    if (value === label) sum += 1;
    if (b[index] === label) sum += 1;
    if (value === label && b[index] === label) both += 1;
  });
  return (2 * both) / sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(a: Float32Array, b: Float32Array): number {
  const ma = mean([...a]);
  const mb = mean([...b]);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((value, index) => {
    ab += (value - ma) * (b[index]! - mb);
    aa += (value - ma) ** 2;
    bb += (b[index]! - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

/** The smallest determinant of d(x + u)/dx by forward differences, over the axes that the grid has. */
function smallestJacobian({ grid, componentsMm }: DisplacementField): number {
  const [nx, ny, nz] = grid.sizeVoxels;
  const strides = [1, nx, nx * ny];
  const world = voxelFromWorld(grid);
  const rows = [0, 1, 2].map((axis) => [
    world[4 * axis]!,
    world[4 * axis + 1]!,
    world[4 * axis + 2]!,
  ]);
  let smallest = Infinity;
  for (let z = 0; z < Math.max(1, nz - 1); z += 1) {
    for (let y = 0; y < ny - 1; y += 1) {
      for (let x = 0; x < nx - 1; x += 1) {
        const at = x + nx * (y + ny * z);
        const j = [0, 1, 2].map((row) =>
          [0, 1, 2].map((column) => {
            let slope = row === column ? 1 : 0;
            for (let axis = 0; axis < (nz > 1 ? 3 : 2); axis += 1) {
              const step = componentsMm[row]![at + strides[axis]!]! - componentsMm[row]![at]!;
              slope += step * rows[axis]![column]!;
            }
            return slope;
          }),
        );
        const [[a, b, c], [d, e, f], [g, h, i]] = j as unknown as [Vec3, Vec3, Vec3];
        const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        smallest = Math.min(smallest, det);
      }
    }
  }
  return smallest;
}

/** A field's vector at a world point, by linear interpolation. */
function vectorAt({ grid, componentsMm }: DisplacementField, pointMm: Vec3): Vec3 {
  const at = applyMatrix(voxelFromWorld(grid), pointMm);
  const [nx, ny, nz] = grid.sizeVoxels;
  const low = at.map((v) => Math.floor(v + 1e-9)) as [number, number, number];
  const sums = [0, 0, 0];
  for (let corner = 0; corner < 8; corner += 1) {
    const voxel = low.map((v, axis) => v + ((corner >> axis) & 1)) as [number, number, number];
    const weight = voxel.reduce((w, v, axis) => w * (1 - Math.abs(at[axis]! - v)), 1);
    if (weight < 1e-6) continue;
    expect(voxel[0] < nx && voxel[1] < ny && voxel[2] < nz).toBe(true);
    componentsMm.forEach((values, axis) => {
      sums[axis]! += weight * values[voxel[0] + nx * (voxel[1] + ny * voxel[2])]!;
    });
  }
  return [sums[0]!, sums[1]!, sums[2]!];
}

function expectLandmarksToFollowTruth(pair: HeadPhantomPair) {
  pair.fixed.landmarks.forEach(({ name, pointMm }, index) => {
    const moving = pair.moving.landmarks[index]!;
    expect(moving.name).toBe(name);
    const u = vectorAt(pair.truthFixedToMovingMm, pointMm);
    for (let axis = 0; axis < 3; axis += 1) {
      expect(Math.abs(pointMm[axis]! + u[axis]! - moving.pointMm[axis]!), name).toBeLessThan(0.1);
    }
  });
}

describe('headPhantom', () => {
  it('gives the same bytes for the same seed, and others for another seed', () => {
    const first = headPhantom({ ...small, subject: 2 });
    const again = headPhantom({ ...small, subject: 2 });
    const other = headPhantom({ ...small, subject: 2, seed: 6 });
    expect(checksum(again.image.values)).toBe(checksum(first.image.values));
    expect(checksum(other.image.values)).not.toBe(checksum(first.image.values));
    expect([
      checksum(first.image.values),
      checksum(labelNumbers(first.labels)),
    ]).toMatchInlineSnapshot(`
      [
        "3f20c535",
        "372109f9",
      ]
    `);
  });

  it.each(['t1', 't2', 'ct'] as const)(
    'has finite %s intensities and tissue contrast',
    (contrast) => {
      const { image, labels } = headPhantom({ dimensions: 2, seed: 1, subject: 1, contrast });
      expect(image.values.every(Number.isFinite)).toBe(true);
      const numbers = labelNumbers(labels);
      const brightness = (wanted: readonly number[]) =>
        mean([...image.values].filter((_, index) => wanted.includes(numbers[index]!)));
      const cortex = brightness([1, 2]);
      const white = brightness([3, 4]);
      const ventricle = brightness([5, 6]);
      if (contrast === 't1') expect(white > cortex && cortex > ventricle).toBe(true);
      if (contrast === 't2') expect(ventricle > cortex && cortex > white).toBe(true);
      if (contrast === 'ct') {
        expect(brightness([28])).toBeGreaterThan(600);
        expect(cortex > white && white > ventricle).toBe(true);
      }
    },
  );

  it('labels at least 30 structures in 3-D and 20 in 2-D, all of them named', () => {
    const volume = headPhantom({ ...small, sizeVoxels: [64, 74, 64], subject: 1 });
    const slice = headPhantom({ dimensions: 2, seed: 1, subject: 1, contrast: 't1' });
    expect(volume.labels.ids.length - 1).toBeGreaterThanOrEqual(30);
    expect(slice.labels.ids.length - 1).toBeGreaterThanOrEqual(20);
    for (const label of [...volume.labels.ids, ...slice.labels.ids].map(Number)) {
      expect(label === 0 || labelNames.has(label)).toBe(true);
    }
  });

  it('puts left labels at negative x and right ones at positive x', () => {
    const { labels, labelNames: names } = headPhantom({ ...small, subject: 1 });
    const [nx] = labels.grid.sizeVoxels;
    labelNumbers(labels).forEach((label, index) => {
      const x = applyMatrix(labels.grid.worldFromVoxel, [index % nx, 0, 0])[0];
      const name = names.get(label) ?? '';
      if (name.startsWith('Left')) expect(x).toBeLessThan(0);
      if (name.startsWith('Right')) expect(x).toBeGreaterThanOrEqual(0);
    });
  });

  it('puts each landmark into the structure that it is named after', { timeout: 300_000 }, () => {
    const {
      labels,
      landmarks,
      labelNames: names,
    } = headPhantom({
      ...small,
      sizeVoxels: [96, 112, 96],
      subject: 2,
    });
    const [nx, ny] = labels.grid.sizeVoxels;
    const numbers = labelNumbers(labels);
    const labelAt = (name: string) => {
      const { pointMm } = landmarks.find((landmark) => landmark.name === name)!;
      const at = applyMatrix(voxelFromWorld(labels.grid), pointMm).map(Math.round) as [
        number,
        number,
        number,
      ];
      return names.get(numbers[at[0] + nx * (at[1] + ny * at[2])]!);
    };
    expect(labelAt('Left thalamus')).toBe('Left thalamus');
    expect(labelAt('Right putamen')).toBe('Right putamen');
    expect(labelAt('Left head of the caudate')).toBe('Left caudate');
    expect(labelAt('Right trigone')).toBe('Right lateral ventricle');
    expect(labelAt('Right eye')).toBe('Right eye');
    expect(labelAt('Splenium of the corpus callosum')).toBe('Corpus callosum');
  });

  it('keeps the field of view when only the size is given', () => {
    const { image } = headPhantom({ ...small, subject: 1 });
    expect(spacingMm(image.grid).map((v) => v.toFixed(3))).toEqual(['6.000', '6.222', '6.000']);
  });
});

describe('headPhantomPair', () => {
  it('has a truth that carries the moving labels onto the fixed ones', () => {
    const pair = headPhantomPair({ dimensions: 2, seed: 2, contrast: 't1', ownAnatomy: false });
    const warped = pulledBack(pair);
    for (const label of deepLabels.filter((each) => pair.fixed.labels.ids.includes(BigInt(each)))) {
      expect(
        dice(labelNumbers(pair.fixed.labels), warped, label),
        labelNames.get(label)!,
      ).toBeGreaterThan(0.9);
    }
    expectLandmarksToFollowTruth(pair);
    expect(smallestJacobian(pair.truthFixedToMovingMm)).toBeGreaterThan(0.1);
    expect(pair.truthFixedToMovingMm.componentsMm[2].every((v) => v === 0)).toBe(true);
  });

  it('shows subject 3 as subject 1 lying otherwise: a rotation and a shift, and the same folds', () => {
    const pair = headPhantomPair({ ...small, movingContrast: 'ct', movingSubject: 3 });
    const m = pair.truthAffine;
    const row = (i: number): Vec3 => [m[4 * i]!, m[4 * i + 1]!, m[4 * i + 2]!];
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2]) {
        const dot = row(i).reduce((sum, value, k) => sum + value * row(j)[k]!, 0);
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 9);
      }
    }
    expect((m[0] + m[5] + m[10] - 1) / 2).toBeLessThan(Math.cos((4 * Math.PI) / 180));
    const [before, after] = [labelNumbers(pair.moving.labels), pulledBack(pair)].map((labels) =>
      mean(deepLabels.map((label) => dice(labels, labelNumbers(pair.fixed.labels), label))),
    );
    expect(before).toBeLessThan(0.6);
    expect(after).toBeGreaterThan(0.7);
  });

  it('is worth registering in 3-D, and the truth solves it', { timeout: 300_000 }, () => {
    const spacingMm = [2.5, 2.5, 2.5] as const;
    const pair = headPhantomPair({ dimensions: 3, seed: 2, contrast: 't1', spacingMm });
    const warped = pulledBack(pair);
    const { fixed, moving } = pair;
    const [fixedNumbers, movingNumbers] = [labelNumbers(fixed.labels), labelNumbers(moving.labels)];
    const before = mean(deepLabels.map((each) => dice(fixedNumbers, movingNumbers, each)));
    const after = mean(deepLabels.map((each) => dice(fixedNumbers, warped, each)));
    const likeness = correlation(fixed.image.values, moving.image.values);
    expect(likeness).toBeGreaterThan(0.6);
    expect(likeness).toBeLessThan(0.85);
    expect(before).toBeGreaterThan(0.3);
    expect(before).toBeLessThan(0.75);
    expect(after).toBeGreaterThan(0.87);
    // The second person's folds are their own in part, so that truth does not explain all cortex.
    const cortex = dice(fixedNumbers, warped, 1);
    expect(cortex).toBeGreaterThan(0.55);
    expect(cortex).toBeLessThan(0.85);
    expectLandmarksToFollowTruth(pair);
    expect(smallestJacobian(pair.truthFixedToMovingMm)).toBeGreaterThan(0.1);
    expect(moving.image.values.every(Number.isFinite)).toBe(true);
  });
});

describe('knownDeformation', () => {
  const oblique: Grid = {
    sizeVoxels: [40, 30, 12],
    worldFromVoxel: [0.8, -0.9, 0, 12, 0.6, 1.2, 0, -40, 0, 0, 4, 7] as unknown as WorldFromVoxel,
  };

  it('is as long as asked and invertible on an oblique anisotropic grid', () => {
    const { field, gradientBound } = knownDeformation({
      grid: oblique,
      seed: 3,
      maximumDisplacementMm: 4,
      smoothnessMm: 32,
    });
    expect(longestVectorMm(field)).toBeCloseTo(4, 4);
    expect(gradientBound).toBeLessThan(1);
    expect(smallestJacobian(field)).toBeGreaterThan(0);
  });

  it('never changes faster than its bound says', () => {
    const { field, gradientBound } = knownDeformation({
      grid: oblique,
      seed: 8,
      maximumDisplacementMm: 4,
      smoothnessMm: 32,
    });
    const [nx] = oblique.sizeVoxels;
    const [edge] = spacingMm(oblique);
    for (let index = 0; index + 1 < field.componentsMm[0].length; index += 1) {
      if ((index + 1) % nx === 0) continue;
      const change = Math.hypot(...field.componentsMm.map((u) => u[index + 1]! - u[index]!));
      expect(change).toBeLessThanOrEqual(gradientBound * edge + 1e-5);
    }
  });

  it('stays in the plane of a slice', () => {
    const grid = { ...oblique, sizeVoxels: [40, 30, 1] as const };
    const { field } = knownDeformation({
      grid,
      seed: 1,
      maximumDisplacementMm: 3,
      smoothnessMm: 30,
    });
    expect(longestVectorMm(field)).toBeCloseTo(3, 4);
    expect(field.componentsMm[2].every((u) => Math.abs(u) < 1e-6)).toBe(true);
    expect(smallestJacobian(field)).toBeGreaterThan(0);
  });

  it('refuses a field that could fold and says what would do', () => {
    expect(() =>
      knownDeformation({ grid: oblique, seed: 1, maximumDisplacementMm: 30, smoothnessMm: 20 }),
    ).toThrow(/Ask for less than [\d.]+ mm/);
  });
});
