import { Scratch } from '../../simd/scratch';
import type { Scene } from './candidates';
import { coarsen, edgesMm, type ImageNumbers, rangeOf } from './coarse-image';
import type { Freedom } from './refine';
import { cross } from './rigid-map';
import { type Comparison, compareAt } from './score';
import { silhouetteOf } from './silhouette';

/** One coarseness of both images. */
export interface Level {
  readonly comparison: Comparison;
  readonly blockMm: number;
  readonly freedom: Freedom;
}

/** Points at which a level compares the images, coarsest first. */
const pointsOfVolume = [1600, 10000];
const pointsOfSlice = [1000, 6000];
const pointsOfSliceInVolume = [1000, 5000, 20000];
/** Blocks of the first look, which finds the thing in the image. */
const firstLookBlocks = 20000;
/** However small the thing, images are not cut into more blocks. */
const mostBlocks = 1e6;
/** From the root mean square of distances to the centre to the edge of a ball: √(5/3). */
const edgeFromRms = 1.29;

/** Prepares both images at each coarseness, and finds what they show; what is compared stays in `scratch`. */
export function setUp(
  fixed: ImageNumbers,
  moving: ImageNumbers,
  scratch = new Scratch(),
): { readonly levels: readonly Level[]; readonly scene: Scene } {
  const fixedRange = rangeOf(fixed, scratch);
  const movingRange = rangeOf(moving, scratch);
  const look = (image: ImageNumbers, range: typeof fixedRange) => {
    const block = blockFor(extentsMm(image), firstLookBlocks);
    return silhouetteOf(coarsen(image, range, block, scratch));
  };
  const fixedThing = look(fixed, fixedRange);
  const movingThing = look(moving, movingRange);
  const pivotMm = fixedThing.centreMm;
  const fixedNormal = normalOf(fixed);
  const movingNormal = normalOf(moving);
  const ofSlice = movingNormal === undefined ? pointsOfSliceInVolume : pointsOfSlice;
  const [xx = 0, , , yy = 0, , zz = 0] = fixedThing.covarianceMm2;
  const longest = Math.max(...extentsMm(fixed));
  const radiusMm = Math.max(edgeFromRms * Math.sqrt(xx + yy + zz), longest / 50);
  const freedom = freedomOf(moving, fixedNormal, movingNormal, radiusMm);
  const levels = (fixedNormal === undefined ? pointsOfVolume : ofSlice).map((points): Level => {
    const wanted = Math.min(
      blockFor(thingExtentsMm(fixed, fixedThing), points),
      blockFor(thingExtentsMm(moving, movingThing), points),
    );
    const blockMm = Math.max(
      wanted,
      blockFor(extentsMm(fixed), mostBlocks),
      blockFor(extentsMm(moving), mostBlocks),
    );
    const coarseFixed = coarsen(fixed, fixedRange, blockMm, scratch);
    const coarseMoving = coarsen(moving, movingRange, blockMm, scratch);
    return {
      blockMm,
      freedom,
      comparison: compareAt(
        coarseFixed,
        silhouetteOf(coarseFixed),
        coarseMoving,
        silhouetteOf(coarseMoving),
        pivotMm,
        scratch,
      ),
    };
  });
  const scene: Scene = {
    fixed: fixedThing,
    moving: movingThing,
    pivotMm,
    fixedNormal,
    movingNormal,
    movingSides: sidesOf(moving),
  };
  return { levels, scene };
}

/** Edge of the blocks that cut a box into about so many; axes of no length do not count. */
function blockFor(extents: readonly number[], blocks: number): number {
  const long = extents.filter((extent) => extent > 0);
  if (long.length === 0) return 1;
  return (long.reduce((product, extent) => product * extent, 1) / blocks) ** (1 / long.length);
}

/** Lengths of an image's field, mm; 0 across a slice. */
function extentsMm({ size, worldFromVoxel }: ImageNumbers): readonly number[] {
  const edges = edgesMm(worldFromVoxel);
  return [size.nx, size.ny, size.nz].map((voxels, axis) =>
    voxels === 1 ? 0 : voxels * (edges[axis] as number),
  );
}

/** Lengths of the box about the thing, half as much again to either side, mm. */
function thingExtentsMm(
  image: ImageNumbers,
  {
    from,
    to,
    blocks,
  }: { from: readonly number[]; to: readonly number[]; blocks: readonly number[] },
): readonly number[] {
  return extentsMm(image).map((extent, axis) => {
    const share = ((to[axis] as number) - (from[axis] as number) + 1) / (blocks[axis] as number);
    return extent * Math.min(1, 1.5 * share);
  });
}

/** Edges of an image's field as vectors of the world, mm; none across a slice. */
function sidesOf({ size, worldFromVoxel: w }: ImageNumbers): readonly (readonly number[])[] {
  return [size.nx, size.ny, size.nz].map((voxels, axis) =>
    [0, 1, 2].map((row) => (voxels === 1 ? 0 : voxels * (w[row * 4 + axis] as number))),
  );
}

/** Unit normal of a one-slice image, undefined for a volume. */
function normalOf({ size, worldFromVoxel: w }: ImageNumbers): readonly number[] | undefined {
  const axis = [size.nx, size.ny, size.nz].indexOf(1);
  if (axis < 0) return undefined;
  const column = (at: number) => [0, 1, 2].map((row) => w[row * 4 + (at % 3)] as number);
  return unit(cross(column(axis + 1), column(axis + 2)));
}

function freedomOf(
  moving: ImageNumbers,
  fixedNormal: readonly number[] | undefined,
  movingNormal: readonly number[] | undefined,
  radiusMm: number,
): Freedom {
  const world = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  if (!fixedNormal || !movingNormal) return { shifts: world, turns: world, radiusMm };
  const inPlane = sidesOf(moving).filter((side) => Math.hypot(...side) > 0);
  return { shifts: inPlane.map(unit), turns: [movingNormal], radiusMm };
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((component) => component / length);
}
