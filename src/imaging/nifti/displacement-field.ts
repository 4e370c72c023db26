import { voxelCount } from '../grid';
import type { ImageProblem, ImageWarning } from '../image-problem';
import { runSteps } from '../steps';
import type { DisplacementField } from '../volume';
import { tryAllocate } from './expand';
import { placeGrid } from './geometry';
import type { NiftiGeometry } from './header';
import { bytesPerScalar, decodeScalars } from './scalar-types';
import {
  checkSize,
  defaultNiftiLimits,
  type NiftiLimits,
  openNifti,
  readVoxelBytes,
  sizeVoxelsOf,
  usableScaling,
} from './voxel-data';

/** NIFTI_INTENT_VECTOR: what ITK and ANTs write, with vectors in LPS. */
export const vectorIntent = 1007;

/** NIFTI_INTENT_DISPVECT: ITK 5.4 and later take its vectors as RAS. */
const displacementIntent = 1006;

export type DisplacementFieldResult =
  | {
      readonly ok: true;
      readonly field: DisplacementField;
      readonly geometry: NiftiGeometry;
      readonly warnings: readonly ImageWarning[];
    }
  | { readonly ok: false; readonly problem: ImageProblem };

/**
 * Reads a displacement field as ITK and ANTs write it (`1Warp.nii.gz`): five dimensions, the last
 * one holding three components, or two where there is one slice, in mm whatever unit the grid has.
 */
export function readDisplacementField(
  bytes: Uint8Array,
  name: string,
  options: { readonly limits?: NiftiLimits } = {},
): DisplacementFieldResult {
  const files = { name, header: bytes, voxels: bytes, isPair: false };
  const opened = runSteps(openNifti(files));
  if (!opened.ok) return opened;
  const { header, storedType, perVoxel } = opened;
  const { intentCode } = header;
  const [, , , depth = 1, frameCount = 1, componentCount = 1, ...rest] = header.dimensions;
  const isVector = intentCode === vectorIntent || intentCode === displacementIntent;
  const isComplete = componentCount === 3 || (componentCount === 2 && depth === 1);
  if (!isVector || !isComplete || perVoxel > 1 || frameCount > 1 || rest.some((size) => size > 1)) {
    const dimensions = header.dimensions.slice(1);
    const problem = {
      file: name,
      code: 'not-a-displacement-field',
      dimensions,
      intentCode,
    } as const;
    return { ok: false, problem };
  }
  const problem = checkSize(header, options.limits ?? defaultNiftiLimits, name);
  if (problem) return { ok: false, problem };
  const placed = placeGrid(header.geometry, sizeVoxelsOf(header), name);
  if (!placed.ok) return placed;

  const { grid } = placed;
  const count = voxelCount(grid);
  const range = { firstScalar: 0, scalarCount: count * componentCount, isLast: true };
  const data = runSteps(readVoxelBytes(files, header, storedType, range));
  if (!data.ok) return data;
  const componentsMm = tryAllocate(
    () => [new Float32Array(count), new Float32Array(count), new Float32Array(count)] as const,
  );
  if (!componentsMm) {
    return { ok: false, problem: { file: name, code: 'out-of-memory', neededBytes: count * 12 } };
  }
  const warnings = [...placed.warnings, ...data.warnings];
  const { slope, intercept } = usableScaling(header.scaling, name, warnings);
  const planeBytes = count * bytesPerScalar[storedType];
  let nonFinite = 0;
  for (let component = 0; component < componentCount; component += 1) {
    const plane = data.bytes.subarray(component * planeBytes, (component + 1) * planeBytes);
    const sign = intentCode === vectorIntent && component < 2 ? -1 : 1;
    const signed = { slope: sign * slope, intercept: sign * intercept };
    const values = componentsMm[component] as Float32Array;
    const { isLittleEndian } = header;
    const stored = { bytes: plane, type: storedType, isLittleEndian, scaling: signed };
    nonFinite += runSteps(decodeScalars(stored, values));
  }
  if (nonFinite > 0) warnings.push({ file: name, code: 'non-finite-voxels', count: nonFinite });
  const geometry = { ...header.geometry, dimensionCount: 3 };
  return { ok: true, field: { grid, componentsMm }, geometry, warnings };
}
