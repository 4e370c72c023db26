import {
  applyMatrix,
  determinant,
  type Matrix3x4,
  type Vec3,
  type WorldFromVoxel,
} from '../frames';
import { type Grid, spacingMm } from '../grid';
import type { GeometrySource, ImageProblem, ImageWarning } from '../image-problem';
import type { NiftiGeometry } from './header';

export type PlacementResult =
  | { readonly ok: true; readonly grid: Grid; readonly warnings: readonly ImageWarning[] }
  | { readonly ok: false; readonly problem: ImageProblem };

const axisNames = ['x', 'y', 'z'] as const;

/** Codes of `xyzt_units & 7`. */
const spatialUnits = { metre: 1, millimetre: 2, micron: 3 };

/** Voxel edges below this are no real image, and would make the matrix useless to invert. */
const smallestSpacingMm = 1e-9;

/**
 * Places a header's voxels in the RAS+ world: by the sform where `sform_code > 0`, else by the qform
 * where `qform_code > 0`, else by the voxel sizes alone. Metres and microns become millimetres; an
 * unstated unit is taken as millimetres.
 */
export function placeGrid(
  geometry: NiftiGeometry,
  sizeVoxels: Vec3,
  file: string,
): PlacementResult {
  const warnings: ImageWarning[] = [];
  const source = sourceOf(geometry);
  const spacing = geometry.pixdim.slice(1, 4);
  if (source !== 'sform') {
    const isUsable = (edge: number, axis: number) =>
      (Number.isFinite(edge) && edge > 0) || (edge === 0 && sizeVoxels[axis] === 1);
    if (!spacing.every(isUsable)) {
      return { ok: false, problem: { file, code: 'bad-spacing', spacing } };
    }
  }
  if (source === 'pixdim') warnings.push({ file, code: 'no-orientation' });

  const stored = matrixOf(geometry, source);
  const mmPerUnit = readUnit(geometry.xyztUnits, file, warnings);
  const scaled = stored.map((entry) => entry * mmPerUnit) as unknown as Matrix3x4;
  const matrix = fillEmptyAxes(scaled, sizeVoxels, file, warnings);
  const grid: Grid = { sizeVoxels, worldFromVoxel: matrix as WorldFromVoxel };
  const edges = spacingMm(grid);
  const isInvertible =
    edges.every((edge) => edge >= smallestSpacingMm) &&
    Math.abs(determinant(matrix)) > 1e-6 * edges[0] * edges[1] * edges[2];
  if (!matrix.every(Number.isFinite) || !isInvertible) {
    return { ok: false, problem: { file, code: 'bad-affine', source, matrix: stored } };
  }

  const axisAngleDegrees = smallestAxisAngleDegrees(matrix);
  if (axisAngleDegrees < 89.9) warnings.push({ file, code: 'sheared', axisAngleDegrees });
  if (source === 'sform' && geometry.qformCode > 0) {
    const other = matrixOf(geometry, 'qform').map((entry) => entry * mmPerUnit);
    const distance = largestDistanceMm(matrix, other as unknown as Matrix3x4, sizeVoxels);
    // Header rounding moves corners by far less; a resampling error starts to matter about here.
    if (distance > 0.1 * Math.min(...edges)) {
      warnings.push({ file, code: 'geometry-disagrees', largestDistanceMm: distance });
    }
  }
  return { ok: true, grid, warnings };
}

/**
 * The header fields for a grid that came from no file, in millimetres. A grid with orthogonal axes
 * gets a qform and an equal sform; a sheared one, which no qform can express, an sform alone.
 */
export function geometryOf(grid: Grid): NiftiGeometry {
  const matrix = grid.worldFromVoxel;
  const spacing = spacingMm(grid);
  const handedness = determinant(matrix) < 0 ? -1 : 1;
  const isOrthogonal = smallestAxisAngleDegrees(matrix) > 89.9;
  return {
    version: grid.sizeVoxels.some((size) => size > 32767) ? 2 : 1,
    dimensionCount: 3,
    pixdim: [handedness, ...spacing, 1, 1, 1, 1],
    xyztUnits: spatialUnits.millimetre,
    qformCode: isOrthogonal ? 1 : 0,
    quaternion: isOrthogonal ? quaternionOf(matrix, spacing, handedness) : [0, 0, 0],
    qoffset: [matrix[3], matrix[7], matrix[11]],
    sformCode: 1,
    sform: matrix,
  };
}

function sourceOf(geometry: NiftiGeometry): GeometrySource {
  if (geometry.sformCode > 0) return 'sform';
  return geometry.qformCode > 0 ? 'qform' : 'pixdim';
}

function matrixOf(geometry: NiftiGeometry, source: GeometrySource): Matrix3x4 {
  const [, dx = 0, dy = 0, dz = 0] = geometry.pixdim;
  if (source === 'sform') return geometry.sform;
  if (source === 'pixdim') return [dx, 0, 0, 0, 0, dy, 0, 0, 0, 0, dz, 0];
  return qformMatrix(geometry);
}

/** METHOD 2 of the NIfTI-1 standard (nifti1.h); a quaternion a little too long is normalized. */
function qformMatrix(geometry: NiftiGeometry): Matrix3x4 {
  let [b, c, d] = geometry.quaternion;
  const [qfac = 1, dx = 0, dy = 0, depth = 0] = geometry.pixdim;
  const [x, y, z] = geometry.qoffset;
  const squaredA = 1 - (b * b + c * c + d * d);
  let a = Math.sqrt(Math.max(squaredA, 0));
  if (squaredA < 1e-7) {
    const length = Math.hypot(b, c, d);
    [a, b, c, d] = [0, b / length, c / length, d / length];
  }
  const dz = qfac < 0 ? -depth : depth;
  return [
    (a * a + b * b - c * c - d * d) * dx,
    2 * (b * c - a * d) * dy,
    2 * (b * d + a * c) * dz,
    x,
    2 * (b * c + a * d) * dx,
    (a * a + c * c - b * b - d * d) * dy,
    2 * (c * d - a * b) * dz,
    y,
    2 * (b * d - a * c) * dx,
    2 * (c * d + a * b) * dy,
    (a * a + d * d - b * b - c * c) * dz,
    z,
  ];
}

/** b, c and d of the unit quaternion with a ≥ 0, from the largest of its four parts (stable). */
function quaternionOf(matrix: Matrix3x4, spacing: Vec3, handedness: number): Vec3 {
  const [dx, dy] = spacing;
  const dz = spacing[2] * handedness;
  const [xx, xy, xz] = [matrix[0] / dx, matrix[1] / dy, matrix[2] / dz];
  const [yx, yy, yz] = [matrix[4] / dx, matrix[5] / dy, matrix[6] / dz];
  const [zx, zy, zz] = [matrix[8] / dx, matrix[9] / dy, matrix[10] / dz];
  // Each row is the quaternion (a, b, c, d) times four of its own part that leads it.
  const candidates = [
    [1 + xx + yy + zz, zy - yz, xz - zx, yx - xy],
    [zy - yz, 1 + xx - yy - zz, yx + xy, xz + zx],
    [xz - zx, yx + xy, 1 + yy - xx - zz, zy + yz],
    [yx - xy, xz + zx, zy + yz, 1 + zz - xx - yy],
  ] as const;
  let largest: readonly [number, number, number, number] = candidates[0];
  for (const candidate of candidates) {
    if (Math.hypot(...candidate) > Math.hypot(...largest)) largest = candidate;
  }
  const length = Math.hypot(...largest) * (largest[0] < 0 ? -1 : 1);
  return [largest[1] / length, largest[2] / length, largest[3] / length];
}

function readUnit(xyztUnits: number, file: string, warnings: ImageWarning[]): number {
  const unitCode = xyztUnits & 7;
  if (unitCode === spatialUnits.metre) {
    warnings.push({ file, code: 'units-converted', unit: 'metre' });
    return 1000;
  }
  if (unitCode === spatialUnits.micron) {
    warnings.push({ file, code: 'units-converted', unit: 'micron' });
    return 1e-3;
  }
  if (unitCode !== spatialUnits.millimetre) {
    warnings.push({ file, code: 'units-unstated', unitCode });
  }
  return 1;
}

/** Pictures often leave the edge of their missing axis at 0: it gets 1 mm, right-handed. */
function fillEmptyAxes(
  matrix: Matrix3x4,
  sizeVoxels: Vec3,
  file: string,
  warnings: ImageWarning[],
): Matrix3x4 {
  const empty = axisNames.findIndex(
    (_, axis) => sizeVoxels[axis] === 1 && Math.hypot(...columnOf(matrix, axis)) === 0,
  );
  const axis = axisNames[empty];
  if (!axis) return matrix;
  const [ux, uy, uz] = columnOf(matrix, (empty + 1) % 3);
  const [vx, vy, vz] = columnOf(matrix, (empty + 2) % 3);
  const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
  const length = Math.hypot(...normal);
  if (length === 0) return matrix;
  warnings.push({ file, code: 'spacing-assumed', axis });
  return matrix.map((entry, i) =>
    i % 4 === empty ? (normal[Math.floor(i / 4)] as number) / length : entry,
  ) as unknown as Matrix3x4;
}

function columnOf(matrix: Matrix3x4, axis: number): Vec3 {
  return [matrix[axis] as number, matrix[axis + 4] as number, matrix[axis + 8] as number];
}

function smallestAxisAngleDegrees(matrix: Matrix3x4): number {
  const angles = [0, 1, 2].map((axis) => {
    const first = columnOf(matrix, axis);
    const second = columnOf(matrix, (axis + 1) % 3);
    const dot = first[0] * second[0] + first[1] * second[1] + first[2] * second[2];
    const cosine = Math.abs(dot) / (Math.hypot(...first) * Math.hypot(...second));
    return (Math.acos(Math.min(cosine, 1)) * 180) / Math.PI;
  });
  return Math.min(...angles);
}

/** How far the two maps are apart at the grid's worst corner, where affine maps differ most. */
function largestDistanceMm(first: Matrix3x4, second: Matrix3x4, sizeVoxels: Vec3): number {
  let largest = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    const voxel = sizeVoxels.map((size, axis) => ((corner >> axis) & 1) * (size - 1));
    const [ax, ay, az] = applyMatrix(first, voxel as unknown as Vec3);
    const [bx, by, bz] = applyMatrix(second, voxel as unknown as Vec3);
    largest = Math.max(largest, Math.hypot(ax - bx, ay - by, az - bz));
  }
  return largest;
}
