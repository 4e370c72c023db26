import { applyMatrix, type Vec3 } from '../frames';
import { type Grid, voxelCount } from '../grid';
import type { DisplacementField } from '../volume';
import { uniformStream } from './random';
import { clamp } from './shapes';

/** A box in the world, in mm. */
export interface BoxMm {
  readonly lowest: Vec3;
  readonly highest: Vec3;
}

/** Three numbers to write into, so that a loop over voxels allocates nothing. */
export type MutableVec3 = [number, number, number];

/**
 * A smooth displacement u(x) in mm: a uniform cubic B-spline of random coefficients.
 *
 * Its derivative along an axis is a convex combination of differences of neighbouring coefficients
 * divided by the cell. `gradientBound` is the Frobenius norm of the largest such differences, so
 * |u(a) − u(b)| ≤ gradientBound · |a − b| everywhere. With a bound below 1, x + u(x) is one-to-one
 * onto, smooth, and has a positive Jacobian determinant (the contraction principle).
 */
export class SplineDisplacement {
  readonly #lowest: Vec3;
  readonly #cellMm: number;
  readonly #size: Vec3;
  readonly #coefficients: Float64Array;
  readonly #weights = new Float64Array(12);

  private constructor(lowest: Vec3, cellMm: number, size: Vec3, coefficients: Float64Array) {
    this.#lowest = lowest;
    this.#cellMm = cellMm;
    this.#size = size;
    this.#coefficients = coefficients;
  }

  /**
   * Random coefficients within ±1 mm for a box of the world.
   * With a `normal`, displacements stay in the plane across it (for 2-D images).
   */
  static random(box: BoxMm, cellMm: number, seed: number, normal?: Vec3): SplineDisplacement {
    const size = box.lowest.map(
      (low, axis) => Math.ceil((box.highest[axis]! - low) / cellMm) + 4,
    ) as unknown as Vec3;
    const lowest = box.lowest.map((low) => low - cellMm) as unknown as Vec3;
    const next = uniformStream(seed);
    const coefficients = new Float64Array(3 * size[0] * size[1] * size[2]);
    for (let i = 0; i < coefficients.length; i += 1) coefficients[i] = 2 * next() - 1;
    const spline = new SplineDisplacement(lowest, cellMm, size, coefficients);
    spline.#smoothCoefficients();
    if (normal) spline.#flatten(normal);
    return spline;
  }

  get gradientBound(): number {
    const [nx, ny, nz] = this.#size;
    const strides = [3, 3 * nx, 3 * nx * ny];
    let sumOfSquares = 0;
    for (let axis = 0; axis < 3; axis += 1) {
      let largest = 0;
      for (let k = 0; k < nz - (axis === 2 ? 1 : 0); k += 1) {
        for (let j = 0; j < ny - (axis === 1 ? 1 : 0); j += 1) {
          for (let i = 0; i < nx - (axis === 0 ? 1 : 0); i += 1) {
            largest = Math.max(
              largest,
              this.#squaredStep(3 * (i + nx * (j + ny * k)), strides[axis]!),
            );
          }
        }
      }
      sumOfSquares += largest;
    }
    return Math.sqrt(sumOfSquares) / this.#cellMm;
  }

  scaled(factor: number): SplineDisplacement {
    const coefficients = this.#coefficients.map((value) => value * factor);
    return new SplineDisplacement(this.#lowest, this.#cellMm, this.#size, coefficients);
  }

  /** Adds u at a point to `out`; outside the box the nearest point of the box counts. */
  addTo(out: MutableVec3, x: number, y: number, z: number): void {
    const [nx, ny, nz] = this.#size;
    const i = this.#prepare(0, (x - this.#lowest[0]) / this.#cellMm, nx);
    const j = this.#prepare(4, (y - this.#lowest[1]) / this.#cellMm, ny);
    const k = this.#prepare(8, (z - this.#lowest[2]) / this.#cellMm, nz);
    const w = this.#weights;
    const c = this.#coefficients;
    let ux = 0;
    let uy = 0;
    let uz = 0;
    for (let dk = 0; dk < 4; dk += 1) {
      for (let dj = 0; dj < 4; dj += 1) {
        const across = w[8 + dk]! * w[4 + dj]!;
        let at = 3 * (i + nx * (j + dj + ny * (k + dk)));
        for (let di = 0; di < 4; di += 1, at += 3) {
          const weight = across * w[di]!;
          ux += weight * c[at]!;
          uy += weight * c[at + 1]!;
          uz += weight * c[at + 2]!;
        }
      }
    }
    out[0] += ux;
    out[1] += uy;
    out[2] += uz;
  }

  /** Writes the four weights of one axis and returns the first coefficient's index. */
  #prepare(offset: number, position: number, count: number): number {
    const inside = clamp(position, 1, count - 2);
    const first = Math.min(Math.floor(inside), count - 3);
    const t = inside - first;
    const s = 1 - t;
    const w = this.#weights;
    w[offset] = (s * s * s) / 6;
    w[offset + 1] = (3 * t * t * t - 6 * t * t + 4) / 6;
    w[offset + 2] = (3 * s * s * s - 6 * s * s + 4) / 6;
    w[offset + 3] = (t * t * t) / 6;
    return first - 1;
  }

  #squaredStep(at: number, stride: number): number {
    const c = this.#coefficients;
    let sum = 0;
    for (let component = 0; component < 3; component += 1) {
      const step = c[at + stride + component]! - c[at + component]!;
      sum += step * step;
    }
    return sum;
  }

  /** Neighbours are averaged once, which lowers the slopes more than the displacements. */
  #smoothCoefficients(): void {
    const [nx, ny, nz] = this.#size;
    const counts = [nx, ny, nz];
    const strides = [3, 3 * nx, 3 * nx * ny];
    const c = this.#coefficients;
    for (let axis = 0; axis < 3; axis += 1) {
      const before = c.slice();
      const stride = strides[axis]!;
      for (let at = 0; at < c.length; at += 1) {
        const index = Math.floor(at / stride) % counts[axis]!;
        const previous = index > 0 ? before[at - stride]! : before[at]!;
        const following = index < counts[axis]! - 1 ? before[at + stride]! : before[at]!;
        c[at] = 0.25 * previous + 0.5 * before[at]! + 0.25 * following;
      }
    }
  }

  #flatten(normal: Vec3): void {
    const c = this.#coefficients;
    for (let at = 0; at < c.length; at += 3) {
      const along = c[at]! * normal[0] + c[at + 1]! * normal[1] + c[at + 2]! * normal[2];
      for (let component = 0; component < 3; component += 1) {
        c[at + component]! -= along * normal[component]!;
      }
    }
  }
}

/** A field whose truth is known, for tests on any grid. */
export interface KnownDeformation {
  /** Displacements u in mm on the grid, in the convention total(x) = x + u(x). */
  readonly field: DisplacementField;
  /** No two points' displacements differ by more than this times their distance; below 1. */
  readonly gradientBound: number;
}

/**
 * A random smooth invertible field whose longest vector on the grid is as asked.
 *
 * `smoothnessMm` is the distance of the spline's control points. On a grid of one slice the vectors
 * lie in the slice's plane.
 * @throws RangeError when so long a vector at this smoothness could fold the field; asking for at
 * most an eighth of `smoothnessMm` is always safe in practice.
 */
export function knownDeformation(options: {
  readonly grid: Grid;
  readonly seed: number;
  readonly maximumDisplacementMm: number;
  readonly smoothnessMm: number;
}): KnownDeformation {
  const { grid, seed, maximumDisplacementMm, smoothnessMm } = options;
  const normal = grid.sizeVoxels[2] === 1 ? sliceNormal(grid) : undefined;
  const raw = SplineDisplacement.random(boundingBox(grid), smoothnessMm, seed, normal);
  const factor = maximumDisplacementMm / longestVectorMm(sampleField(grid, raw));
  const gradientBound = raw.gradientBound * factor;
  if (!(gradientBound < 1)) {
    const largest = (maximumDisplacementMm / gradientBound).toFixed(2);
    throw new RangeError(
      `A displacement of ${maximumDisplacementMm} mm at a smoothness of ${smoothnessMm} mm may ` +
        `fold. Ask for less than ${largest} mm, or for a smoother field.`,
    );
  }
  return { field: sampleField(grid, raw.scaled(factor)), gradientBound };
}

function sampleField(grid: Grid, spline: SplineDisplacement): DisplacementField {
  const scratch: MutableVec3 = [0, 0, 0];
  return fieldFrom(grid, (x, y, z) => {
    scratch.fill(0);
    spline.addTo(scratch, x, y, z);
    return scratch;
  });
}

/** A field from a function of the world position that gives the displacement, both in mm. */
export function fieldFrom(
  grid: Grid,
  displacementAt: (x: number, y: number, z: number) => Readonly<MutableVec3>,
): DisplacementField {
  const count = voxelCount(grid);
  const [nx, ny, nz] = grid.sizeVoxels;
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = grid.worldFromVoxel;
  const components = [0, 1, 2].map(() => new Float32Array(count));
  let index = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, index += 1) {
        const u = displacementAt(
          a * x + b * y + c * z + tx,
          d * x + e * y + f * z + ty,
          g * x + h * y + i * z + tz,
        );
        components[0]![index] = u[0];
        components[1]![index] = u[1];
        components[2]![index] = u[2];
      }
    }
  }
  const [ux, uy, uz] = components as [Float32Array, Float32Array, Float32Array];
  return { grid, componentsMm: [ux, uy, uz] };
}

/** The length of a field's longest vector in mm. */
export function longestVectorMm(field: DisplacementField): number {
  const [ux, uy, uz] = field.componentsMm;
  let longest = 0;
  for (let i = 0; i < ux.length; i += 1) {
    longest = Math.max(longest, ux[i]! * ux[i]! + uy[i]! * uy[i]! + uz[i]! * uz[i]!);
  }
  return Math.sqrt(longest);
}

/** The box of the world that holds a grid's voxel centres. */
export function boundingBox(grid: Grid): BoxMm {
  const [nx, ny, nz] = grid.sizeVoxels;
  const lowest: MutableVec3 = [Infinity, Infinity, Infinity];
  const highest: MutableVec3 = [-Infinity, -Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner += 1) {
    const point = applyMatrix(grid.worldFromVoxel, [
      (corner & 1) * (nx - 1),
      ((corner >> 1) & 1) * (ny - 1),
      (corner >> 2) * (nz - 1),
    ]);
    for (let axis = 0; axis < 3; axis += 1) {
      lowest[axis] = Math.min(lowest[axis]!, point[axis]!);
      highest[axis] = Math.max(highest[axis]!, point[axis]!);
    }
  }
  return { lowest, highest };
}

/** The unit vector across the first two axes of a grid. */
function sliceNormal(grid: Grid): Vec3 {
  const [a, b, , , d, e, , , g, h] = grid.worldFromVoxel;
  const x = d * h - g * e;
  const y = g * b - a * h;
  const z = a * e - d * b;
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}
