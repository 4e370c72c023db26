import { invertMatrix, type Matrix3x4 } from '../../../imaging/frames';

/** Where the image lies whose derivative is chained, world mm from its voxels. */
export type ChainAttributes = { readonly sourceWorldFromVoxel: readonly number[] };

/** Source voxel from world mm, row-major 3 × 4. */
export function sourceFromWorld(attributes: ChainAttributes): readonly number[] {
  return [...invertMatrix(attributes.sourceWorldFromVoxel as unknown as Matrix3x4)];
}
