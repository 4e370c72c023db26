import type { Architecture } from './architecture';
import { voxelmorph } from './voxelmorph';

/** Every architecture by its name in files. */
export const architectures: ReadonlyMap<string, Architecture> = new Map<string, Architecture>(
  [voxelmorph].map((architecture) => [architecture.name, architecture]),
);
