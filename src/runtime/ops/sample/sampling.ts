import { voxelFromWorld } from '../../../imaging/grid';
import type { KernelParameters } from '../../ir/kernel-graph';
import type { FieldType } from '../../ir/values';
import { type GridAttributes, gridOf } from '../grid-attributes';

/**
 * What a sample is where the point lies outside the source. One-slice axes are ignored: every
 * point counts as lying in the slice.
 * - `zero`: voxels beyond the edge count as zero; continuous.
 * - `edge`: the nearest voxel's value; for fields.
 * - `cut`: zero beyond half a voxel, the edge value within, as ITK's resampling does; for results.
 */
export type Outside = 'zero' | 'edge' | 'cut';
export type Interpolation = 'linear' | 'nearest';

export type SampleAttributes = GridAttributes & {
  readonly interpolation: Interpolation;
  readonly outside: Outside;
};

/** As kernels are told. */
export const outsideCode = { zero: 0, edge: 1, cut: 2 } as const;

/** Uniform parameters shared by all kernels that follow a point from target to source. */
export const samplingParameters = {
  nx: 'i32',
  ny: 'i32',
  nz: 'i32',
  sourceNx: 'i32',
  sourceNy: 'i32',
  sourceNz: 'i32',
  /** World mm from target voxel. */
  worldFromTarget: 'matrix3x4',
  /** Source voxel from world mm. */
  sourceFromWorld: 'matrix3x4',
  displaced: 'i32',
  transformed: 'i32',
  outside: 'i32',
} as const;

export function samplingParameterValues(
  attributes: GridAttributes & { readonly outside: Outside },
  source: FieldType,
  has: { readonly displacement?: unknown; readonly affine?: unknown },
): KernelParameters {
  const [nx, ny, nz] = gridOf(attributes).sizeVoxels;
  const [sourceNx, sourceNy, sourceNz] = source.grid.sizeVoxels;
  return {
    nx,
    ny,
    nz,
    sourceNx,
    sourceNy,
    sourceNz,
    worldFromTarget: attributes.worldFromVoxel,
    sourceFromWorld: [...voxelFromWorld(source.grid)],
    displaced: has.displacement === undefined ? 0 : 1,
    transformed: has.affine === undefined ? 0 : 1,
    outside: outsideCode[attributes.outside],
  };
}
