import { Scratch } from '../../simd/scratch';
import { outsideEdge, sampleAtEdge } from '../sample/trilinear.cpu';
import type { CoarseImage } from './coarse-image';
import type { RigidMap } from './rigid-map';
import type { Silhouette } from './silhouette';

/** Points of the fixed image at which two images are compared, and the moving image. */
export interface Comparison {
  /** Places from the pivot, mm: x, y, z of each point in turn. */
  readonly offsetsMm: Float64Array;
  /** Which of the `bins` steps of brightness each point has. */
  readonly fixedBins: Uint8Array;
  /** 1 where a point lies on the thing that the fixed image shows. */
  readonly onThing: Uint8Array;
  readonly moving: CoarseImage;
  /** 3×4 by rows. */
  readonly movingVoxelFromWorld: readonly number[];
  /** Entropy of the fixed points' brightness, times their number: the most that can be explained. */
  readonly mostNats: number;
  /** Points that the smaller of both things would cover. */
  readonly thingPoints: number;
  /** Room for a map (12), and for its joint histogram with what `countPoints` leaves behind it. */
  readonly map: Float64Array;
  readonly counts: Float64Array;
  readonly scratch: Scratch;
}

/** How well a map lays the moving image on the fixed one. */
export interface Score {
  /** Part of what the fixed image shows that the moving image explains, 0 to 1. */
  readonly explained: number;
  /** Part of the smaller thing that lies within both fields, 0 to 1. */
  readonly overlap: number;
}

const bins = 16;
/** Points are taken this part of the thing's extent beyond it. */
const margin = 0.25;
/** With less of the thing in view, a map explains nothing. */
const leastOverlap = 0.2;

/** Takes the points of a coarse fixed image that lie on and around the thing that it shows; they stay in `scratch`. */
export function compareAt(
  fixed: CoarseImage,
  fixedThing: Silhouette,
  moving: CoarseImage,
  movingThing: Silhouette,
  pivotMm: readonly number[],
  scratch = new Scratch(),
): Comparison {
  const w = fixed.worldFromVoxel;
  const [nx, ny, nz] = [fixed.size.nx, fixed.size.ny, fixed.size.nz];
  const sizes = [nx, ny, nz];
  const grown = sizes.map((_, axis) =>
    Math.ceil(margin * ((fixedThing.to[axis] as number) - (fixedThing.from[axis] as number) + 1)),
  );
  const from = sizes.map((_, a) =>
    Math.max(0, (fixedThing.from[a] as number) - (grown[a] as number)),
  );
  const to = sizes.map((size, a) =>
    Math.min(size - 1, (fixedThing.to[a] as number) + (grown[a] as number)),
  );
  const most = from.reduce((count, low, a) => count * ((to[a] as number) - low + 1), 1);
  const offsetsMm = scratch.doubles(3 * most);
  const fixedBins = scratch.bytes(most);
  const onThing = scratch.bytes(most);
  const ofBin = new Float64Array(bins);
  const sampled = new Float64Array(4);
  let n = 0;
  let things = 0;
  let state = 1;
  const jitter = (at: number, size: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return size === 1 ? at : Math.min(size - 1, Math.max(0, at + state / 2 ** 32 - 0.5));
  };
  for (let k = from[2] as number; k <= (to[2] as number); k += 1) {
    for (let j = from[1] as number; j <= (to[1] as number); j += 1) {
      for (let i = from[0] as number; i <= (to[0] as number); i += 1, n += 1) {
        // Off the blocks' middles: where both grids coincide, points on them would be read without the
        // blur of interpolation, and that alone would make a map look better than its neighbours.
        const x = jitter(i, nx);
        const y = jitter(j, ny);
        const z = jitter(k, nz);
        for (let row = 0; row < 3; row += 1) {
          offsetsMm[3 * n + row] =
            (w[row * 4] as number) * x +
            (w[row * 4 + 1] as number) * y +
            (w[row * 4 + 2] as number) * z +
            (w[row * 4 + 3] as number) -
            (pivotMm[row] as number);
        }
        sampleAtEdge(fixed.values, nx, ny, nz, x, y, z, outsideEdge, sampled);
        const value = sampled[0] as number;
        const bin = Math.min(bins - 1, Math.floor(value * bins));
        fixedBins[n] = bin;
        ofBin[bin] = (ofBin[bin] as number) + 1;
        if (value > fixedThing.threshold) {
          onThing[n] = 1;
          things += 1;
        }
      }
    }
  }
  const volume = Math.min(
    1,
    fixedThing.volumeMm3 > 0 ? movingThing.volumeMm3 / fixedThing.volumeMm3 : 1,
  );
  const movingValues = scratch.floats(moving.values.length);
  movingValues.set(moving.values);
  const alike = fixed.size.nz === 1 && moving.size.nz > 1 ? 1 : volume;
  return {
    offsetsMm,
    fixedBins,
    onThing,
    moving: { ...moving, values: movingValues },
    movingVoxelFromWorld: inverse(moving.worldFromVoxel),
    mostNats: Math.max(1e-12, entropyNats(ofBin, n)),
    thingPoints: Math.max(1, things * alike),
    map: scratch.doubles(12),
    counts: scratch.doubles(bins * bins + 2),
    scratch,
  };
}

/**
 * Mutual information of both images' brightness over the points that the moving image covers, times
 * their number: how many nats it saves to know one when the other is told. A map that leaves the
 * field gains nothing for what it leaves out, so it cannot win by leaving. Moving brightness
 * counts for its two nearest bins (partial volume).
 */
export function scoreOf(c: Comparison, map: RigidMap): Score {
  c.map.set(voxelFromOffset(c, map));
  countPoints(c);
  const inside = c.counts[bins * bins] as number;
  const things = c.counts[bins * bins + 1] as number;
  const overlap = Math.min(1, things / c.thingPoints);
  if (overlap < leastOverlap) return { explained: 0, overlap };
  return { explained: Math.max(0, savedNats(c.counts, inside)) / c.mostNats, overlap };
}

/**
 * The joint histogram of both images under the comparison's map, and behind it how many points the moving image
 * covers, and how many of these lie on the thing.
 */
function countPoints(c: Comparison): void {
  const { offsetsMm, fixedBins, onThing, moving, counts, map, scratch } = c;
  const { values } = moving;
  const { nx, ny, nz } = moving.size;
  const simd = scratch.reaching(offsetsMm, fixedBins, onThing, values, counts, map);
  if (simd) {
    const { functions, addressOf } = simd;
    const [points, ofPoints, ofThing] = [offsetsMm, fixedBins, onThing].map(addressOf) as [
      number,
      number,
      number,
    ];
    const [image, at, table] = [addressOf(values), addressOf(map), addressOf(counts)];
    const count = fixedBins.length;
    functions.countStart(points, ofPoints, ofThing, count, image, nx, ny, nz, at, bins, table);
    return;
  }
  const [m00, m01, m02, m03, m10, m11, m12, m13, m20, m21, m22, m23] = map;
  const stepX = nx === 1 ? 0 : 1;
  const stepY = ny === 1 ? 0 : nx;
  const stepZ = nz === 1 ? 0 : nx * ny;
  counts.fill(0);
  let inside = 0;
  let things = 0;
  for (let n = 0, i = 0; n < fixedBins.length; n += 1, i += 3) {
    const px = offsetsMm[i] as number;
    const py = offsetsMm[i + 1] as number;
    const pz = offsetsMm[i + 2] as number;
    let x =
      nx === 1
        ? 0
        : (m00 as number) * px + (m01 as number) * py + (m02 as number) * pz + (m03 as number);
    let y =
      ny === 1
        ? 0
        : (m10 as number) * px + (m11 as number) * py + (m12 as number) * pz + (m13 as number);
    let z =
      nz === 1
        ? 0
        : (m20 as number) * px + (m21 as number) * py + (m22 as number) * pz + (m23 as number);
    // Half a block beyond the middles of the outermost ones still is their image.
    if (x < -0.5 || y < -0.5 || z < -0.5 || x > nx - 0.5 || y > ny - 0.5 || z > nz - 0.5) continue;
    x = x < 0 ? 0 : x > nx - 1 ? nx - 1 : x;
    y = y < 0 ? 0 : y > ny - 1 ? ny - 1 : y;
    z = z < 0 ? 0 : z > nz - 1 ? nz - 1 : z;
    const x0 = x < nx - 1 ? x | 0 : Math.max(0, nx - 2);
    const y0 = y < ny - 1 ? y | 0 : Math.max(0, ny - 2);
    const z0 = z < nz - 1 ? z | 0 : Math.max(0, nz - 2);
    const fx = x - x0;
    const fy = y - y0;
    const fz = z - z0;
    const o = x0 + nx * (y0 + ny * z0);
    const a = values[o] as number;
    const b = values[o + stepX] as number;
    const d = values[o + stepY] as number;
    const e = values[o + stepX + stepY] as number;
    const f = values[o + stepZ] as number;
    const g = values[o + stepX + stepZ] as number;
    const h = values[o + stepY + stepZ] as number;
    const k = values[o + stepX + stepY + stepZ] as number;
    const near = (1 - fy) * (a + fx * (b - a)) + fy * (d + fx * (e - d));
    const far = (1 - fy) * (f + fx * (g - f)) + fy * (h + fx * (k - h));
    const brightness = (near + fz * (far - near)) * (bins - 1);
    const low = brightness < bins - 1 ? brightness | 0 : bins - 2;
    const share = brightness - low;
    const cell = (fixedBins[n] as number) * bins + low;
    counts[cell] = (counts[cell] as number) + 1 - share;
    counts[cell + 1] = (counts[cell + 1] as number) + share;
    inside += 1;
    things += onThing[n] as number;
  }
  counts[bins * bins] = inside;
  counts[bins * bins + 1] = things;
}

/** Mutual information of a table of counts, times their sum: nats. */
function savedNats(counts: Float64Array, total: number): number {
  const rows = new Float64Array(bins);
  const columns = new Float64Array(bins);
  let joint = 0;
  for (let row = 0, i = 0; row < bins; row += 1) {
    for (let column = 0; column < bins; column += 1, i += 1) {
      const count = counts[i] as number;
      if (count <= 0) continue;
      rows[row] = (rows[row] as number) + count;
      columns[column] = (columns[column] as number) + count;
      joint += count * Math.log(count);
    }
  }
  const of = (sums: Float64Array) =>
    sums.reduce((sum, count) => (count > 0 ? sum + count * Math.log(count) : sum), 0);
  return joint - of(rows) - of(columns) + (total > 0 ? total * Math.log(total) : 0);
}

/** Entropy of counts, times their sum: nats. */
function entropyNats(counts: Float64Array, total: number): number {
  const sum = counts.reduce((s, count) => (count > 0 ? s + count * Math.log(count) : s), 0);
  return total > 0 ? total * Math.log(total) - sum : 0;
}

/** Moving voxels from offsets from the pivot. */
function voxelFromOffset({ movingVoxelFromWorld: v }: Comparison, map: RigidMap): number[] {
  const product = new Array<number>(12);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      let sum = column === 3 ? (v[row * 4 + 3] as number) : 0;
      for (let k = 0; k < 3; k += 1) {
        const entry = column === 3 ? map.target[k] : map.turn[k * 3 + column];
        sum += (v[row * 4 + k] as number) * (entry as number);
      }
      product[row * 4 + column] = sum;
    }
  }
  return product;
}

/** The inverse of a 3×4; of a grid, so never singular. */
function inverse(w: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, tx = 0, d = 0, e = 0, f = 0, ty = 0, g = 0, h = 0, i = 0, tz = 0] = w;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const rows = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((row) => row.map((entry) => entry / det));
  return rows.flatMap((row) => {
    const [x = 0, y = 0, z = 0] = row;
    return [x, y, z, -(x * tx + y * ty + z * tz)];
  });
}
