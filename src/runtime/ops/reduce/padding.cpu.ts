import { Scratch } from '../../simd/scratch';
import type { FloatArray } from '../define-kernel';
import { type Ascending, ascending } from './order-statistics.cpu';

/** A value that fills less than this share of an image is no padding. */
const leastShare = 0.02;
/** Padding lies further from all other values than this part of their range. */
const leastGap = 0.25;
/** About this many values make a sample. */
const sampledValues = 32768;
/** What of the rest of the border counts as its dark end. */
const darkQuarter = 0.25;

/** Number of voxels along each axis. */
export interface SizeVoxels {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
}

/** The lowest of an image's values, and how many voxels have it. */
export interface Lowest {
  readonly value: number;
  readonly count: number;
}

/** The lowest value; infinite where there is none. */
export function lowestOf(values: FloatArray, scratch = new Scratch()): Lowest {
  return scratch.during(() => {
    const out = scratch.doubles(2);
    const simd = values instanceof Float32Array ? scratch.reaching(values, out) : undefined;
    if (simd) {
      simd.functions.lowest(simd.addressOf(values), values.length, simd.addressOf(out));
      return { value: out[0] as number, count: out[1] as number };
    }
    let lowest = Number.POSITIVE_INFINITY;
    let count = 0;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] as number;
      if (value < lowest) {
        lowest = value;
        count = 0;
      }
      if (value === lowest) count += 1;
    }
    return { value: lowest, count };
  });
}

/**
 * The number that a scanner or a tool wrote where it had no data; undefined where there is none: the
 * lowest value of the image where it fills a share of it, lies far below all others (−3024 below air
 * at −1000), and meets a second background at the border. Zero around a brain or a drawn shape is no
 * padding: the border has nothing else, or the values follow on without a gap.
 */
export function paddingIn(
  values: FloatArray,
  size: SizeVoxels,
  scratch = new Scratch(),
): Lowest | undefined {
  const found = lowestOf(values, scratch);
  const { value: lowest, count } = found;
  if (count < leastShare * values.length || count === values.length) return undefined;
  const [low = 0, high = 0] = quantilesWithout(values, lowest, [0.001, 0.999], scratch);
  if (!(low - lowest > leastGap * (high - low)) || high === low) return undefined;
  const border = valuesAtBorder(values, size).filter((value) => value !== lowest);
  if (border.length === 0) return undefined;
  const [darkest] = quantilesOf(border.sort(), [darkQuarter]);
  return (darkest as number) - low < leastGap * (high - low) ? found : undefined;
}

/**
 * Order statistics of a regular sample of the values that differ from `without` (undefined: of all).
 */
export function quantilesWithout(
  values: FloatArray,
  without: number | undefined,
  shares: readonly number[],
  scratch = new Scratch(),
): number[] {
  // An odd step, so that a sample does not run along one column of a grid of even size.
  const step = 2 * Math.floor(values.length / sampledValues / 2) + 1;
  const most = Math.ceil(values.length / step);
  return scratch.during(() => {
    const sample = values instanceof Float32Array ? scratch.floats(most) : scratch.doubles(most);
    let count = 0;
    for (let i = 0; i < values.length; i += step) {
      const value = values[i] as number;
      if (value === without) continue;
      sample[count] = value;
      count += 1;
    }
    return quantilesOf(ascending(sample.subarray(0, count), scratch), shares);
  });
}

/** Order statistics, linear between neighbours; 0 where there are no values. */
export function quantilesOf(sorted: Ascending, shares: readonly number[]): number[] {
  return shares.map((share) => {
    const position = share * (sorted.length - 1);
    const below = Math.max(0, Math.floor(position));
    const low = sorted.at(below) ?? 0;
    const high = sorted.at(Math.min(below + 1, sorted.length - 1)) ?? low;
    return low + (position - below) * (high - low);
  });
}

/** The values on the outer faces; of one slice, those on its rim. */
function valuesAtBorder(values: FloatArray, { nx, ny, nz }: SizeVoxels): Float64Array {
  const isEnd = (at: number, size: number) => size > 1 && (at === 0 || at === size - 1);
  const found = new Float64Array(values.length);
  let count = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      const wholeRow = isEnd(z, nz) || isEnd(y, ny);
      const step = wholeRow || nx < 2 ? 1 : nx - 1;
      if (!wholeRow && nx < 2) continue;
      const row = nx * (y + ny * z);
      for (let x = 0; x < nx; x += step) {
        found[count] = values[row + x] as number;
        count += 1;
      }
    }
  }
  return found.slice(0, count);
}
