import { Scratch } from '../../simd/scratch';
import type { FloatArray } from '../define-kernel';
import { paddingIn, quantilesOf, quantilesWithout } from '../reduce/padding.cpu';
import { type CoarseImage, coarsen, edgesMm, type ImageNumbers } from '../start/coarse-image';
import { otsu } from '../start/silhouette';
import {
  agreementOnSlope,
  type BrightPoints,
  fewestPoints,
  findSlope,
  type Slope,
  shadingAt,
} from './shading.cpu';

/** Numbers of the report: of each image its fold and its agreement, then what was taken out, in percent. */
export const evenReportLength = 5;

/** What is known of an image's shading. */
interface Shading {
  readonly slope: Slope;
  /** From one end of what the image shows to the other, brightness changes by this factor. */
  readonly fold: number;
  /** How far parts of the image tell the same, 1 at best; 0 where it was not asked. */
  readonly agreement: number;
  /** Factor between the ends from which on it counts as shading. */
  readonly leastFold: number;
  /** Mean, least and most of the log shading over what the image shows. */
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Blocks into which an image is cut: fine enough to hold one tissue each. */
const blocks = 60000;
/** At most so many of those that show something are looked at. */
const mostPoints = 4000;
/** Points at the far, dark end of a shaded image must not be taken for background. */
const partOfOtsu = 0.5;
/** What is shown is found anew, and more truly, in the evened image. */
const rounds = 3;
/** Ends of what is shown: shares of its points. */
const endShare = 0.02;
/** An image with numbers further below zero than this part of its range holds no brightness (CT). */
const mostBelowZero = 0.02;
/** From which to which agreement an image is believed. */
const agreementFrom = 0.25;
const agreementTo = 0.35;
/** Where the fold is that much more than the least one, all shading is taken out. */
const foldAbove = 15 / 14;
/**
 * What fills its image to the border is cut off there, and what is cut off at one end alone passes for shading: from the
 * one to the other share of the image, the least fold rises by up to this factor.
 */
const filledFrom = 0.6;
const filledTo = 0.8;
const foldOfFilled = 1.3;

/**
 * Takes the shading out of two images where one of them has much of it: see the op `evenIntensity`. Writes both images,
 * the very same numbers where nothing is taken out, and the report.
 */
export function evenIntensity(
  images: { readonly fixed: ImageNumbers; readonly moving: ImageNumbers },
  out: { readonly fixed: FloatArray; readonly moving: FloatArray; readonly report: FloatArray },
  leastFold: number,
  scratch = new Scratch(),
): void {
  const fixed = shadingOf(images.fixed, leastFold, scratch);
  const moving = shadingOf(images.moving, leastFold, scratch);
  const share = Math.max(shareOf(fixed), shareOf(moving));
  out.fixed.set(images.fixed.values);
  out.moving.set(images.moving.values);
  if (share > 0) {
    takeOut(out.fixed, images.fixed, fixed, share);
    takeOut(out.moving, images.moving, moving, share);
  }
  out.report.set([fixed.fold, fixed.agreement, moving.fold, moving.agreement, 100 * share]);
}

const none: Shading = {
  slope: [0, 0, 0],
  fold: 1,
  agreement: 0,
  leastFold: 1,
  mean: 0,
  least: 0,
  most: 0,
};

function shadingOf(image: ImageNumbers, leastOfWhole: number, scratch: Scratch): Shading {
  return scratch.during(() => {
    const { values, size } = image;
    const padding = paddingIn(values, size, scratch)?.value;
    const [low = 0, high = 0] = quantilesWithout(values, padding, [0.01, 0.99], scratch);
    const isBrightness = low >= -mostBelowZero * high && high > 0;
    return isBrightness ? shadingOfBrightness(image, leastOfWhole, scratch) : none;
  });
}

function shadingOfBrightness(image: ImageNumbers, leastOfWhole: number, scratch: Scratch): Shading {
  const found = slopeOf(image, scratch);
  if (!found) return none;
  const { points, slope, filled } = found;
  const leastFold = leastOfWhole * foldOfFilled ** between(filled, filledFrom, filledTo);
  const shading = shadingAt(points, slope);
  const [from = 0, to = 0] = quantilesOf(shading.slice().sort(), [endShare, 1 - endShare]);
  const fold = Math.exp(to - from);
  const mean = points.places.reduce(
    (sum, along, axis) => sum + (slope[axis] as number) * meanOf(along),
    0,
  );
  return {
    slope,
    fold,
    // Six more searches, for the few images that need them.
    agreement: fold > leastFold ? agreementOnSlope(points, slope, scratch) : 0,
    leastFold,
    mean,
    least: Math.min(...shading),
    most: Math.max(...shading),
  };
}

/** The slope of what an image shows, the points that it was found by, and the share of the image that these fill. */
interface Found {
  readonly points: BrightPoints;
  readonly slope: Slope;
  readonly filled: number;
}

/** That slope; undefined where too little stands out. Its points lie in `scratch`. */
function slopeOf(image: ImageNumbers, scratch: Scratch): Found | undefined {
  const { values } = image;
  let highest = 0;
  for (let i = 0; i < values.length; i += 1) {
    if ((values[i] as number) > highest) highest = values[i] as number;
  }
  const coarse = coarsen(image, { low: 0, high: highest }, blockMm(image), scratch);
  let slope: Slope = [0, 0, 0];
  let found: Found | undefined;
  for (let round = 0; round < rounds; round += 1) {
    found = shown(coarse, slope, scratch);
    if (!found) return undefined;
    slope = findSlope(found.points, slope, { refineOnly: round > 0, scratch });
  }
  return found && { ...found, slope };
}

/** The points that stand out of the background, once the slope is taken out: a regular sample, and their share. */
function shown(coarse: CoarseImage, slope: Slope, scratch: Scratch): Found | undefined {
  const { values, size } = coarse;
  const stands = scratch.during(() => standingOut(coarse, slope, scratch));
  const count = stands.length;
  if (count < fewestPoints) return undefined;
  const step = Math.ceil(count / mostPoints);
  const { nx, ny, nz } = size;
  const sampled = Math.ceil(count / step);
  const [alongX, alongY, alongZ, logs] = [0, 1, 2, 3].map(() => scratch.doubles(sampled)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let n = 0; n < sampled; n += 1) {
    const i = stands[n * step] as number;
    alongX[n] = placeOf(i % nx, nx);
    alongY[n] = placeOf(Math.floor(i / nx) % ny, ny);
    alongZ[n] = placeOf(Math.floor(i / (nx * ny)), nz);
    logs[n] = Math.log(values[i] as number);
  }
  return {
    points: { places: [alongX, alongY, alongZ], logs },
    slope,
    filled: count / values.length,
  };
}

/** The blocks that stand out of the background, in order. */
function standingOut({ values, size }: CoarseImage, slope: Slope, scratch: Scratch): Int32Array {
  const even = scratch.floats(values.length);
  takeOut(even, { values, size }, { ...none, slope, least: -Infinity, most: Infinity }, 1);
  const [bright = 0] = quantilesWithout(even, 0, [0.98], scratch);
  const indices = new Int32Array(values.length);
  let count = 0;
  if (!(bright > 0)) return indices.subarray(0, count);
  const threshold = partOfOtsu * bright * otsu(even.map((value) => Math.min(1, value / bright)));
  for (let i = 0; i < even.length; i += 1) {
    if (!((even[i] as number) > threshold && (values[i] as number) > 0)) continue;
    indices[count] = i;
    count += 1;
  }
  return indices.subarray(0, count);
}

/** Share of the shading that is taken out: 0 up to the least fold, or where parts of the image do not agree. */
function shareOf({ fold, agreement, leastFold }: Shading): number {
  return (
    between(Math.log(fold), Math.log(leastFold), Math.log(leastFold * foldAbove)) *
    between(agreement, agreementFrom, agreementTo)
  );
}

/** 0 at `from` and below, 1 at `to` and above, smooth. */
function between(value: number, from: number, to: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

/** Beyond what the image shows the shading goes on no further: noise there must not grow. */
function takeOut(
  out: FloatArray,
  { values, size: { nx, ny, nz } }: Pick<ImageNumbers, 'values' | 'size'>,
  { slope: [sx = 0, sy = 0, sz = 0], mean, least, most }: Shading,
  share: number,
): void {
  for (let z = 0, i = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      const atRow = sy * placeOf(y, ny) + sz * placeOf(z, nz) - mean;
      for (let x = 0; x < nx; x += 1, i += 1) {
        const shading = Math.min(most, Math.max(least, sx * placeOf(x, nx) + atRow));
        out[i] = (values[i] as number) * Math.exp(-share * shading);
      }
    }
  }
}

/** Middle of a voxel, −1 to 1 between the image's outer faces; 0 across a slice. */
function placeOf(index: number, count: number): number {
  return (2 * index + 1) / count - 1;
}

/** Edge of the blocks that cut the image into about as many as wanted. */
function blockMm({ size, worldFromVoxel }: ImageNumbers): number {
  const edges = edgesMm(worldFromVoxel);
  const long = [size.nx, size.ny, size.nz]
    .map((count, axis) => (count === 1 ? 0 : count * (edges[axis] as number)))
    .filter((extent) => extent > 0);
  return (long.reduce((product, extent) => product * extent, 1) / blocks) ** (1 / long.length);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
