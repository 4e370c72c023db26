import { type Grid, spacingMm } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { domainOf, type ImagePair } from '../../runtime/api/nodes/compare';
import type {
  Comparison,
  MapValue,
  TableValue,
  TransformValue,
} from '../../runtime/api/nodes/port-values';
import { fullPair } from './level-pairs';
import type { RegistrationParts } from './registration-parts';
import { resample } from './resample';
import { afterModel } from './total-transform';

/** Share of the smaller image that must have a partner for a result to be told as one. */
export const leastOverlap = 0.25;

/**
 * Share of the overlap at the start below which a stage counts as having slipped off, and the share from which
 * on it counts in full.
 */
const leastOfStart = 0.5;
const fullOfStart = 0.55;

/** Mean weight of a pair where the stage starts. */
function overlapAtStart(
  b: Builder,
  pair: ImagePair,
  initial: TransformValue | undefined,
  grid: Grid,
): ValueId {
  const { affine, displacement } = afterModel(b, initial, {});
  // Without a model before it, what `initial` bends is looked up at the points of the grid themselves.
  const onGrid = displacement && { displacement: resample(b, displacement, grid) };
  return domainOf(b, pair, { moving: { affine, ...onGrid } }, grid).mean;
}

/**
 * A comparison that stops to count once half of the overlap of the start is lost: its loss is then that of
 * images of which nothing is known, without a gradient, so that no stage goes on to move them apart. The
 * overlap of the start does not change within a loop, and is computed before it.
 */
export function keptTogether(
  b: Builder,
  pair: ImagePair,
  initial: TransformValue | undefined,
  comparison: Comparison,
): Comparison {
  const { domain } = comparison;
  const start = overlapAtStart(b, pair, initial, domain.grid);
  const gate = b.overlapGate(
    { mean: domain.mean, start },
    { least: leastOfStart, full: fullOfStart },
  );
  return { ...comparison, domain: { ...domain, gate } };
}

/** How much of the images was compared in the end: a table, and scalars that are equal where it is too little. */
export function reportOverlap(
  b: Builder,
  parts: RegistrationParts,
  total: MapValue,
): { readonly table: TableValue; readonly verdict: ValueId } {
  const { fixed, moving, initial } = parts;
  const pair = fullPair(b, parts);
  const { mean, reference } = domainOf(b, pair, { moving: total }, fixed.grid);
  const movingMean = pair.movingMask && b.meanWeight({ weight: pair.movingMask.image }).mean;
  const { overlap, verdict } = b.overlapReport(
    {
      weightMean: mean,
      fixedMean: reference?.mean,
      movingMean,
      startMean: overlapAtStart(b, pair, initial, fixed.grid),
    },
    { movingSize: relativeSize(fixed.grid, moving.grid), least: leastOverlap, leastOfStart },
  );
  const rows = [
    { name: 'overlap', scalars: overlap, index: 0 },
    { name: 'overlap.smaller', scalars: overlap, index: 1 },
    ...(reference ? [{ name: 'mask.fixed', scalars: reference.mean, index: 0 }] : []),
    ...(movingMean ? [{ name: 'mask.moving', scalars: movingMean, index: 0 }] : []),
  ];
  return { table: { kind: 'table', rows }, verdict };
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
