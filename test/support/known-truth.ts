import { applyMatrix, type Matrix3x4, multiplyMatrices, type Vec3 } from '../../src/imaging/frames';
import { centreMm, type Grid, spacingMm } from '../../src/imaging/grid';
import type { DisplacementField, ImageVolume } from '../../src/imaging/volume';
import { fieldType } from '../../src/runtime/ir/values';
import { scalars, turnedGrid } from './case-values';
import type { CaseValue } from './op-case';
import { runSmallProgram, smallProgram } from './run-op';

/** A map from fixed to moving world in mm: moving = affine · (x + displacement(x)). */
export interface KnownTransform {
  readonly affine: Matrix3x4;
  readonly displacement?: DisplacementField['componentsMm'];
}

/** A grid turned about two axes, about the middle of another one, so that no axis is the world's. */
export function obliqueGridOver(grid: Grid, sizeVoxels: Vec3, spacing: Vec3): Grid {
  const middle = centreMm(grid);
  const offset = centreMm(turnedGrid(sizeVoxels, spacing, [0, 0, 0]));
  return turnedGrid(sizeVoxels, spacing, [
    middle[0] - offset[0],
    middle[1] - offset[1],
    middle[2] - offset[2],
  ]);
}

/** A linear map about a point, then a shift in mm. */
export function linearMapAbout(point: Vec3, linear: readonly number[], shiftMm: Vec3): Matrix3x4 {
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, i = 1] = linear;
  const atOrigin: Matrix3x4 = [a, b, c, 0, d, e, f, 0, g, h, i, 0];
  const [x, y, z] = applyMatrix(atOrigin, point);
  // biome-ignore format: rows of a matrix
  return [
    a, b, c, point[0] - x + shiftMm[0],
    d, e, f, point[1] - y + shiftMm[1],
    g, h, i, point[2] - z + shiftMm[2],
  ];
}

/** Turns by the given degrees about x, then y, then z, as nine numbers by rows. */
export function rotationByDegrees(aboutX: number, aboutY: number, aboutZ: number): number[] {
  const [cx, sx] = cosineAndSine(aboutX);
  const [cy, sy] = cosineAndSine(aboutY);
  const [cz, sz] = cosineAndSine(aboutZ);
  const x: Matrix3x4 = [1, 0, 0, 0, 0, cx, -sx, 0, 0, sx, cx, 0];
  const y: Matrix3x4 = [cy, 0, sy, 0, 0, 1, 0, 0, -sy, 0, cy, 0];
  const z: Matrix3x4 = [cz, -sz, 0, 0, sz, cz, 0, 0, 0, 0, 1, 0];
  const turn = multiplyMatrices(z, multiplyMatrices(y, x));
  return [0, 1, 2, 4, 5, 6, 8, 9, 10].map((at) => turn[at]!);
}

/** The image seen through a known map, on another grid, by the `sample` op. */
export function deformImage(image: ImageVolume, grid: Grid, truth: KnownTransform): ImageVolume {
  const inputs: Record<string, CaseValue> = {
    source: { type: fieldType(image.grid, 1), planes: [Float64Array.from(image.values)] },
    affine: scalars(...truth.affine),
  };
  if (truth.displacement) {
    const planes = truth.displacement.map((plane) => Float64Array.from(plane));
    inputs.displacement = { type: fieldType(grid, 3), planes };
  }
  const program = smallProgram(inputs, (b, { source, displacement, affine }) =>
    b.op(
      'sample',
      { source, displacement, affine },
      {
        size: [...grid.sizeVoxels],
        worldFromVoxel: [...grid.worldFromVoxel],
        interpolation: 'linear',
        outside: 'zero',
      },
    ),
  );
  const { value } = runSmallProgram(program, inputs);
  return { kind: 'image', grid, values: Float32Array.from(value![0]!), storedType: 'float32' };
}

/**
 * Mean distance between two maps over the head, in voxels: mm by the shortest voxel edge. Voxels
 * darker than a tenth of the brightest are air, and do not count.
 */
export function errorVoxels(
  fixed: ImageVolume,
  truth: KnownTransform,
  found: KnownTransform,
): number {
  const { grid, values } = fixed;
  const [nx, ny] = grid.sizeVoxels;
  const airBelow = 0.1 * brightestIn(values);
  let count = 0;
  let sumMm = 0;
  for (let index = 0; index < values.length; index += 1) {
    if (values[index]! < airBelow) continue;
    const voxel: Vec3 = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    const pointMm = applyMatrix(grid.worldFromVoxel, voxel);
    const [ax, ay, az] = mapPoint(truth, pointMm, index);
    const [bx, by, bz] = mapPoint(found, pointMm, index);
    sumMm += Math.hypot(ax - bx, ay - by, az - bz);
    count += 1;
  }
  return sumMm / count / Math.min(...spacingMm(grid));
}

/** What one voxel in a hundred exceeds. */
export function brightestIn(values: Float32Array): number {
  return values.slice().sort()[Math.floor(0.99 * values.length)]!;
}

/** Where a map takes a point of the fixed world, mm; `index` is its voxel, where the map bends. */
export function mapPoint(
  { affine, displacement }: KnownTransform,
  point: Vec3,
  index: number,
): Vec3 {
  if (!displacement) return applyMatrix(affine, point);
  const [ux, uy, uz] = displacement;
  return applyMatrix(affine, [point[0] + ux[index]!, point[1] + uy[index]!, point[2] + uz[index]!]);
}

function cosineAndSine(degrees: number): readonly [number, number] {
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}
