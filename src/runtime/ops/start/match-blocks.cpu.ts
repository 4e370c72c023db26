import {
  applyMatrix,
  invertMatrix,
  type Matrix3x4,
  multiplyMatrices,
  type Vec3,
} from '../../../imaging/frames';
import { Scratch } from '../../simd/scratch';
import type { FloatArray } from '../define-kernel';
import {
  type Along,
  eachVoxel,
  leastVariance,
  readAround,
  type Surroundings,
  scoreBlocks,
} from './block-scores.cpu';
import { edgesMm, type ImageNumbers } from './coarse-image';
import { fitTrimmed } from './trimmed-fit.cpu';

/** How blocks are taken and what is made of their matches. */
export interface MatchOptions {
  /** What the map may do, a value of `fitCode`. */
  readonly freedom: number;
  readonly iterations: number;
  /** Share of the blocks that are looked for, those that vary most. */
  readonly blockShare: number;
  /** Share of the matches that the map is fitted to, those that it fits best. */
  readonly inlierShare: number;
}

/** What is told of the last matches. */
export const matchMeasures = ['blocks', 'matched', 'correlation', 'rmsMm'] as const;

/** Edge of a block, and how far it is looked for on either side, in voxels. */
const blockEdge = 4;
const reachVoxels = 3;
/** With fewer matches a map is chance. */
export const fewestMatches = 12;
/** What moves the image by less than this part of a voxel is no longer followed. */
const settledVoxels = 0.01;
/** Blocks are scored in runs of so many, whose scores fit into a thread's scratch. */
const atOnce = 256;

/** How far along axes of so many voxels a block reaches, and is looked for. */
const edgeOf = (voxels: number): number => Math.min(blockEdge, voxels);
const reachOf = (voxels: number): number => (voxels === 1 ? 0 : reachVoxels);

/** Voxels of what is read about an image of so many. */
export function surroundingsSize(size: Along): Along {
  return size.map((voxels) => voxels + 2 * reachOf(voxels)) as unknown as Along;
}

/**
 * Finds an affine by matching blocks: see the op `matchBlocks`. Writes affine (12), report and verdict: 0, and 1 where
 * there were matches enough.
 * @param room for the moving image as it lies about the fixed one: `surroundingsSize` numbers
 */
export function matchBlocks(
  { fixed, moving, initial }: { fixed: ImageNumbers; moving: ImageNumbers; initial: FloatArray },
  out: { room: FloatArray; affine: FloatArray; report: FloatArray; verdict: FloatArray },
  options: MatchOptions,
  scratch = new Scratch(),
): void {
  const size = [fixed.size.nx, fixed.size.ny, fixed.size.nz] as const;
  const edges = size.map(edgeOf) as unknown as Along;
  const reach = size.map(reachOf) as unknown as Along;
  const around = { values: out.room, reach, size: surroundingsSize(size) };
  const corners = richestBlocks(fixed, size, edges, options.blockShare);
  const intensities = momentsOf(moving.values);
  const movingVoxelFromWorld = invertMatrix(matrixOf(moving.worldFromVoxel));
  // biome-ignore format: rows of a matrix
  const voxelFromLattice = [1, 0, 0, -reach[0], 0, 1, 0, -reach[1], 0, 0, 1, -reach[2]];
  const worldFromLattice = multiplyMatrices(
    matrixOf(fixed.worldFromVoxel),
    matrixOf(voxelFromLattice),
  );
  const settledMm = settledVoxels * shortestEdgeMm(fixed);
  out.report.fill(0);
  out.verdict.fill(0);
  out.report[0] = corners.length / 3;
  let map = matrixOf(Array.from(initial));
  for (let iteration = 0; iteration < options.iterations; iteration += 1) {
    const inMoving = multiplyMatrices(
      movingVoxelFromWorld,
      multiplyMatrices(map, worldFromLattice),
    );
    readAround(moving, inMoving, intensities, around, scratch);
    const matches = matchAll(fixed, around, { corners, edges }, map, scratch);
    out.report[1] = matches.count;
    if (matches.count < fewestMatches) break;
    const fitted = new Float64Array(12);
    const { kept, rmsMm } = fitTrimmed(matches.fixed, matches.moving, fitted, {
      count: matches.count,
      freedom: options.freedom,
      share: options.inlierShare,
    });
    const next = matrixOf(Array.from(fitted));
    const motion = largestMotionMm(fixed, map, next);
    map = next;
    out.report[2] = meanOf(kept, matches.scores);
    out.report[3] = rmsMm;
    out.verdict[1] = 1;
    if (motion < settledMm) break;
  }
  out.affine.set(map);
}

/** Corners of the share of blocks that vary most, three numbers each, in the order of the image. */
function richestBlocks(
  { values }: ImageNumbers,
  size: Along,
  edges: Along,
  share: number,
): readonly number[] {
  const counts = size.map((voxels, axis) => Math.floor(voxels / edges[axis]!));
  // What is left over lies half on each side.
  const first = size.map((voxels, axis) => Math.floor((voxels - counts[axis]! * edges[axis]!) / 2));
  const [nx, ny] = size;
  const perVoxel = 1 / (edges[0] * edges[1] * edges[2]);
  const floor = leastVariance * momentsOf(values).deviation ** 2;
  const blocks: { readonly corner: readonly number[]; readonly variance: number }[] = [];
  eachVoxel(counts as unknown as Along, (i, j, k) => {
    const corner = [i, j, k].map((at, axis) => first[axis]! + at * edges[axis]!);
    const begin = corner[0]! + nx * (corner[1]! + ny * corner[2]!);
    let mean = 0;
    for (let z = 0; z < edges[2]; z += 1) {
      for (let y = 0; y < edges[1]; y += 1) {
        const row = begin + nx * (y + ny * z);
        for (let x = 0; x < edges[0]; x += 1) mean += values[row + x]! * perVoxel;
      }
    }
    let variance = 0;
    for (let z = 0; z < edges[2]; z += 1) {
      for (let y = 0; y < edges[1]; y += 1) {
        const row = begin + nx * (y + ny * z);
        for (let x = 0; x < edges[0]; x += 1) variance += (values[row + x]! - mean) ** 2 * perVoxel;
      }
    }
    if (variance > floor) blocks.push({ corner, variance });
  });
  const wanted = Math.ceil(share * counts[0]! * counts[1]! * counts[2]!);
  return blocks
    .map((block, at) => ({ ...block, at }))
    .sort((a, b) => b.variance - a.variance || a.at - b.at)
    .slice(0, wanted)
    .sort((a, b) => a.at - b.at)
    .flatMap(({ corner }) => corner);
}

/** Where blocks were found: their middles in the fixed world, what they match in the moving world, mm. */
function matchAll(
  fixed: ImageNumbers,
  around: Surroundings,
  { corners, edges }: { readonly corners: readonly number[]; readonly edges: Along },
  map: Matrix3x4,
  scratch: Scratch,
) {
  const most = corners.length / 3;
  const planes = () =>
    [0, 1, 2].map(() => new Float64Array(most)) as [Float64Array, Float64Array, Float64Array];
  const matches = { fixed: planes(), moving: planes(), scores: new Float64Array(most), count: 0 };
  const world = matrixOf(fixed.worldFromVoxel);
  const shifts = around.reach.map((reach) => 2 * reach + 1) as unknown as Along;
  const perBlock = shifts[0] * shifts[1] * shifts[2];
  for (let begin = 0; begin < most; begin += atOnce) {
    scratch.during(() => {
      const count = Math.min(atOnce, most - begin);
      const own = scratch.wholes(3 * count);
      own.set(corners.slice(3 * begin, 3 * (begin + count)));
      const scores = scratch.floats(perBlock * count);
      scoreBlocks(fixed, around, { corners: own, count, edges }, scores, scratch);
      for (let block = 0; block < count; block += 1) {
        const found = highest(scores, block * perBlock, shifts, around.reach);
        if (!found) continue;
        const middle = [0, 1, 2].map((a) => own[3 * block + a]! + (edges[a]! - 1) / 2);
        const place = applyMatrix(world, middle as unknown as Vec3);
        const partner = applyMatrix(
          map,
          applyMatrix(world, middle.map((at, a) => at + found.shift[a]!) as unknown as Vec3),
        );
        for (let axis = 0; axis < 3; axis += 1) {
          matches.fixed[axis]![matches.count] = place[axis]!;
          matches.moving[axis]![matches.count] = partner[axis]!;
        }
        matches.scores[matches.count] = found.score;
        matches.count += 1;
      }
    });
  }
  return matches;
}

/**
 * The shift of a block with the highest score, in voxels: where scores are equal, none, or the first. Between voxels it
 * lies at the top of a parabola through its neighbours, axis by axis. Undefined where no shift has a score.
 */
function highest(
  scores: FloatArray,
  begin: number,
  shifts: Along,
  reach: Along,
): { readonly score: number; readonly shift: readonly number[] } | undefined {
  const [sx, sy, sz] = shifts;
  let best = reach[0] + sx * (reach[1] + sy * reach[2]);
  for (let at = 0; at < sx * sy * sz; at += 1) {
    if (scores[begin + at]! > scores[begin + best]!) best = at;
  }
  const score = scores[begin + best]!;
  if (!(score > 0)) return undefined;
  const places = [best % sx, Math.floor(best / sx) % sy, Math.floor(best / (sx * sy))];
  const shift = places.map((place, axis) => {
    const step = [1, sx, sx * sy][axis]!;
    const whole = place - reach[axis]!;
    if (place === 0 || place === shifts[axis]! - 1) return whole;
    const before = scores[begin + best - step]!;
    const after = scores[begin + best + step]!;
    const bend = before - 2 * score + after;
    return before >= 0 && after >= 0 && bend < 0 ? whole + (before - after) / (2 * bend) : whole;
  });
  return { score, shift };
}

function meanOf(places: Int32Array, numbers: Float64Array): number {
  let sum = 0;
  for (const at of places) sum += numbers[at]!;
  return sum / places.length;
}

/** Mean and standard deviation of what is finite; a deviation of 1 where all is equal. */
function momentsOf(values: FloatArray): { readonly mean: number; readonly deviation: number } {
  let [count, sum] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  const mean = sum / Math.max(1, count);
  let squares = 0;
  for (const value of values) {
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / Math.max(1, count));
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}

/** How far two maps lie apart at most at the corners of an image, mm. */
function largestMotionMm(
  { size, worldFromVoxel }: ImageNumbers,
  a: Matrix3x4,
  b: Matrix3x4,
): number {
  let most = 0;
  eachVoxel([2, 2, 2], (x, y, z) => {
    const corner = applyMatrix(matrixOf(worldFromVoxel), [
      x * (size.nx - 1),
      y * (size.ny - 1),
      z * (size.nz - 1),
    ]);
    const [p, q] = [applyMatrix(a, corner), applyMatrix(b, corner)];
    most = Math.max(most, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  });
  return most;
}

function shortestEdgeMm({ size, worldFromVoxel }: ImageNumbers): number {
  const long = edgesMm(worldFromVoxel).filter((_, axis) => [size.nx, size.ny, size.nz][axis] !== 1);
  return Math.min(...long);
}

function matrixOf(numbers: readonly number[]): Matrix3x4 {
  return numbers as unknown as Matrix3x4;
}
