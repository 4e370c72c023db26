import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { inverseCounts } from './window-counts';

export interface WindowNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly radius: number;
}

/**
 * Sums of a, or of a·b, over the part of each voxel's window that lies in its slice, clipped at the
 * border. Running sums along x and y at once, in float64; slices are shared out.
 * @param divided where not 0, each voxel is first divided by the number of voxels in its window
 */
export function sumWithinSlices(
  a: FloatArray,
  b: FloatArray | undefined,
  sums: FloatArray,
  p: WindowNumbers & { readonly divided: number },
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const rx = Math.min(p.radius, nx - 1);
  const ry = Math.min(p.radius, ny - 1);
  const rz = Math.min(p.radius, nz - 1);
  const inverseX = inverseCounts(nx, rx);
  const inverseY = inverseCounts(ny, ry);
  const inverseZ = inverseCounts(nz, rz);
  const reach = 2 * rx + 1;
  // A row with zeros around it needs no test for the border.
  const row = new Float64Array(nx + reach);
  // Sums along x of the last 2·ry + 1 rows: the oldest is the one that leaves the window.
  const ring = new Float64Array((2 * ry + 1) * nx);
  const running = new Float64Array(nx);
  const [begin, end] = shareOf(nz, share);
  for (let z = begin; z < end; z += 1) {
    ring.fill(0);
    running.fill(0);
    let slot = 0;
    for (let y = 0; y < ny + ry; y += 1) {
      if (y < ny) {
        fillRow(a, b, row, (z * ny + y) * nx, rx + 1, nx);
        if (p.divided) divideRow(row, rx + 1, inverseX, inverseY[y]! * inverseZ[z]!);
      } else if (y === ny) {
        row.fill(0);
      }
      advance(row, reach, ring, slot, running, nx);
      slot = slot + nx === ring.length ? 0 : slot + nx;
      if (y >= ry) {
        const output = (z * ny + y - ry) * nx;
        for (let x = 0; x < nx; x += 1) sums[output + x] = running[x]!;
      }
    }
  }
}

function fillRow(
  a: FloatArray,
  b: FloatArray | undefined,
  row: Float64Array,
  source: number,
  start: number,
  nx: number,
): void {
  if (b === undefined) {
    for (let x = 0; x < nx; x += 1) row[start + x] = a[source + x]!;
  } else {
    for (let x = 0; x < nx; x += 1) row[start + x] = a[source + x]! * b[source + x]!;
  }
}

function divideRow(
  row: Float64Array,
  start: number,
  inverseX: Float64Array,
  inverseRest: number,
): void {
  for (let x = 0; x < inverseX.length; x += 1) row[start + x]! *= inverseX[x]! * inverseRest;
}

/** Slides the window by a row: the row's sums along x come in, those in the ring's slot leave. */
function advance(
  row: Float64Array,
  reach: number,
  ring: Float64Array,
  slot: number,
  running: Float64Array,
  nx: number,
): void {
  let sum = 0;
  for (let x = 0; x < reach; x += 1) sum += row[x]!;
  for (let x = 0; x < nx; x += 1) {
    sum += row[x + reach]! - row[x]!;
    running[x]! += sum - ring[slot + x]!;
    ring[slot + x] = sum;
  }
}

/** Elements of a slice that are walked together: small enough for their sums to stay in cache. */
const blockLength = 1024;

export interface AcrossNumbers extends WindowNumbers {
  /** Where not 0, the sums are divided by the number of voxels in the window. */
  readonly divided: number;
  readonly factor: number;
  readonly accumulate: number;
}

/**
 * Completes window sums along z: total = [total +] factor · [multiplier ·] window sum [/ n].
 * Columns of voxels are shared out.
 */
export function sumAcrossSlices(
  sums: FloatArray,
  multiplier: FloatArray | undefined,
  total: FloatArray,
  p: AcrossNumbers,
  share: Share,
): void {
  const { nx, ny, nz } = p;
  const slice = nx * ny;
  const rz = Math.min(p.radius, nz - 1);
  const inverseX = inverseCounts(nx, Math.min(p.radius, nx - 1));
  const inverseY = inverseCounts(ny, Math.min(p.radius, ny - 1));
  const inverseZ = inverseCounts(nz, rz);
  const running = new Float64Array(blockLength);
  const weights = new Float64Array(blockLength);
  const [begin, end] = shareOf(slice, share);
  for (let block = begin; block < end; block += blockLength) {
    const width = Math.min(blockLength, end - block);
    running.fill(0);
    for (let j = 0; j < width; j += 1) {
      const i = block + j;
      const inverse = p.divided ? inverseX[i % nx]! * inverseY[Math.floor(i / nx)]! : 1;
      weights[j] = p.factor * inverse;
    }
    for (let z = 0; z < nz + rz; z += 1) {
      const incoming = z * slice + block;
      const outgoing = incoming - (2 * rz + 1) * slice;
      if (z < nz && outgoing >= 0) {
        for (let j = 0; j < width; j += 1) running[j]! += sums[incoming + j]! - sums[outgoing + j]!;
      } else if (z < nz) {
        for (let j = 0; j < width; j += 1) running[j]! += sums[incoming + j]!;
      } else if (outgoing >= 0) {
        for (let j = 0; j < width; j += 1) running[j]! -= sums[outgoing + j]!;
      }
      if (z < rz) continue;
      const inverse = p.divided ? inverseZ[z - rz]! : 1;
      const output = (z - rz) * slice + block;
      if (multiplier === undefined && p.accumulate === 0) {
        for (let j = 0; j < width; j += 1) total[output + j] = running[j]! * weights[j]! * inverse;
      } else if (multiplier === undefined) {
        for (let j = 0; j < width; j += 1)
          total[output + j]! += running[j]! * weights[j]! * inverse;
      } else if (p.accumulate === 0) {
        for (let j = 0; j < width; j += 1) {
          total[output + j] = running[j]! * weights[j]! * inverse * multiplier[output + j]!;
        }
      } else {
        for (let j = 0; j < width; j += 1) {
          total[output + j]! += running[j]! * weights[j]! * inverse * multiplier[output + j]!;
        }
      }
    }
  }
}
