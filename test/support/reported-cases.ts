import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyMatrix, type Matrix3x4, type Vec3 } from '../../src/imaging/frames';
import { type Grid, voxelFromWorld } from '../../src/imaging/grid';
import { readDisplacementField } from '../../src/imaging/nifti/displacement-field';
import { readNifti, toImageVolume } from '../../src/imaging/nifti/read-nifti';
import { readItkAffine } from '../../src/imaging/transforms/itk-affine';
import type { ImageVolume } from '../../src/imaging/volume';
import { type KnownTransform, mapPoint } from './known-truth';
import { type RecipeRun, transformOf } from './run-recipe';
import { sharedDataPath } from './shared-data';

/** A pair made after a situation that somebody reported, with the map that relates its images. */
export interface ReportedCase {
  readonly fixed: ImageVolume;
  readonly moving: ImageVolume;
  /** Bytes of both files, to bind to the loaders. */
  readonly files: { readonly fixed: Uint8Array; readonly moving: Uint8Array };
  readonly truth: Matrix3x4;
}

/** Folder of a case below the folder of shared data. */
export function reportedFolder(name: string): string {
  return `reported/${name}`;
}

/**
 * Opens a case.
 * @param options.suffix what its file names have before `.nii.gz`: `-by-1000`
 * @param options.unit factor from the truth's millimetres to those of the headers
 * @throws Error where a file cannot be read
 */
export function openReportedCase(
  name: string,
  options: { readonly suffix?: string; readonly unit?: number } = {},
): ReportedCase {
  const { suffix = '', unit = 1 } = options;
  const folder = sharedDataPath(reportedFolder(name));
  const bytesOf = (id: string) =>
    new Uint8Array(readFileSync(join(folder, `${id}${suffix}.nii.gz`)));
  const files = { fixed: bytesOf('fixed'), moving: bytesOf('moving') };
  const truth = readTruth(join(folder, 'truth-fixed-to-moving-RAS.txt'));
  return {
    fixed: imageFrom(files.fixed),
    moving: imageFrom(files.moving),
    files,
    truth: truth.map((value, at) => (at % 4 === 3 ? value * unit : value)) as never,
  };
}

/** The map that a node of a run gave, as it can be held against the truth. */
export async function mapOf(run: RecipeRun, nodeId: string): Promise<KnownTransform> {
  const { affine, displacement } = await transformOf(run, nodeId);
  if (!displacement) return { affine };
  const { values } = displacement;
  const length = values.length / 3;
  const plane = (axis: number) => values.subarray(axis * length, (axis + 1) * length);
  return { affine, displacement: [plane(0), plane(1), plane(2)] };
}

/**
 * The map in the files that the command line wrote: `affine.txt`, after `displacement.nii.gz` where
 * there is one.
 * @throws Error where they cannot be read
 */
export function mapIn(folder: string): KnownTransform {
  const read = readItkAffine(readFileSync(join(folder, 'affine.txt'), 'utf8'), 'affine.txt');
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  const affine = read.movingWorldFromFixedWorld;
  const path = join(folder, 'displacement.nii.gz');
  if (!existsSync(path)) return { affine };
  const field = readDisplacementField(new Uint8Array(readFileSync(path)), path);
  if (!field.ok) throw new Error(JSON.stringify(field.problem));
  return { affine, displacement: field.field.componentsMm };
}

/**
 * Mean distance in mm between a map and the truth, over the fixed voxels that count and whose true
 * partner lies in the moving image.
 * @param counts whether a fixed voxel counts, by its value and place in world mm
 * @throws Error where no voxel does
 */
export function errorMm(
  { fixed, moving, truth }: ReportedCase,
  found: KnownTransform,
  counts: (value: number, placeMm: Vec3) => boolean,
): number {
  const [nx, ny] = fixed.grid.sizeVoxels;
  const movingVoxelFromWorld = voxelFromWorld(moving.grid);
  let count = 0;
  let sumMm = 0;
  fixed.values.forEach((value, index) => {
    const voxel: Vec3 = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    const placeMm = applyMatrix(fixed.grid.worldFromVoxel, voxel);
    if (!counts(value, placeMm)) return;
    const partner = applyMatrix(truth, placeMm);
    if (!liesIn(moving.grid, applyMatrix(movingVoxelFromWorld, partner))) return;
    const [x, y, z] = mapPoint(found, placeMm, index);
    sumMm += Math.hypot(x - partner[0], y - partner[1], z - partner[2]);
    count += 1;
  });
  if (count === 0) throw new Error('No voxel of the fixed image counts.');
  return sumMm / count;
}

/** The body of the drawn CTs, an ellipse about the origin of every slice. */
export function inDrawnBody(_: number, [x, y]: Vec3): boolean {
  return (x / 128) ** 2 + (y / 93) ** 2 < 1;
}

function liesIn({ sizeVoxels }: Grid, voxel: Vec3): boolean {
  return sizeVoxels.every(
    (size, axis) => size === 1 || (voxel[axis]! >= 0 && voxel[axis]! <= size - 1),
  );
}

function readTruth(path: string): Matrix3x4 {
  const numbers = readFileSync(path, 'utf8').trim().split(/\s+/).map(Number);
  if (numbers.length !== 16 || !numbers.every(Number.isFinite)) {
    throw new Error(`${path} holds no 4×4 matrix.`);
  }
  return numbers.slice(0, 12) as unknown as Matrix3x4;
}

function imageFrom(bytes: Uint8Array): ImageVolume {
  const read = readNifti(bytes, 'case.nii.gz');
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  return toImageVolume(read.image);
}
