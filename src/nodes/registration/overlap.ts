import { type Grid, spacingMm } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { domainOf } from '../../runtime/api/nodes/compare';
import type { MapValue, TableValue } from '../../runtime/api/nodes/port-values';
import { fullPair } from './level-pairs';
import type { RegistrationParts } from './registration-parts';

/** Share of the smaller image that must have a partner for a result to be told as one. */
export const leastOverlap = 0.25;

/** How much of the images was compared in the end: a table, and scalars that are equal where it is too little. */
export function reportOverlap(
  b: Builder,
  parts: RegistrationParts,
  total: MapValue,
): { readonly table: TableValue; readonly overlap: ValueId; readonly verdict: ValueId } {
  const { fixed, moving } = parts;
  const pair = fullPair(b, parts);
  const { weight, reference } = domainOf(b, pair, { moving: total }, fixed.grid);
  const movingMean = pair.movingMask && b.meanWeight({ weight: pair.movingMask.image }).mean;
  const { overlap, verdict } = b.overlapReport(
    {
      weightMean: b.meanWeight({ weight }).mean,
      fixedMean: reference?.mean,
      movingMean,
    },
    { movingSize: relativeSize(fixed.grid, moving.grid), least: leastOverlap },
  );
  const rows = [
    { name: 'overlap', scalars: overlap, index: 0 },
    { name: 'overlap.smaller', scalars: overlap, index: 1 },
    ...(reference ? [{ name: 'mask.fixed', scalars: reference.mean, index: 0 }] : []),
    ...(movingMean ? [{ name: 'mask.moving', scalars: movingMean, index: 0 }] : []),
  ];
  return { table: { kind: 'table', rows }, overlap, verdict };
}

/**
 * Size of the moving image as a multiple of the fixed one's: of volumes; of areas where the fixed image is
 * one slice and so is the moving one. A volume holds as much of a slice as there is.
 */
function relativeSize(fixed: Grid, moving: Grid): number {
  const flat = fixed.sizeVoxels.includes(1);
  if (flat && !moving.sizeVoxels.includes(1)) return 1;
  return sizeOf(moving) / sizeOf(fixed);
}

/** Product of the lengths (mm) of the axes of more than one voxel. */
function sizeOf(grid: Grid): number {
  const spacing = spacingMm(grid);
  return grid.sizeVoxels.reduce(
    (size, voxels, axis) => (voxels === 1 ? size : size * voxels * (spacing[axis] ?? 1)),
    1,
  );
}
