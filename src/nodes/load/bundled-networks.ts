/** Networks that come with Weft, as files in `networks/`. */
export const bundledNetworks = ['voxelmorph-2d', 'synthmorph-2d', 'synthmorph-3d'] as const;
