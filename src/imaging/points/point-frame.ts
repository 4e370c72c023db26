/** What the numbers of a point are: millimetres of the world by its axes, or voxels of an image from 0. */
export type PointFrame = 'ras' | 'lps' | 'voxels';
