import type { Vec3 } from '../frames';
import type { MutableVec3 } from '../phantoms/deformation';
import { deriveSeed, uniformStream } from '../phantoms/random';
import type { DeformationSettings } from './settings';
import { addSmoothNoise } from './smooth-noise';

/** Velocities and their flows are kept on every second voxel, as in the published recipe. */
const stepVoxels = 2;
/** A scaled velocity moves no place by more than this share of a step, so that every single map is one-to-one. */
const largestFirstStep = 0.1;
const mostSquarings = 12;
/** A velocity that changes by more a voxel is scaled down as a whole: its flow would press voxels flat. */
const steepestVelocity = 0.5;

/**
 * A displacement in voxels of the full grid, kept on every second voxel along each axis that has several, with 0 along those
 * that have one. Between its places it is linear, beyond them it stays as at the border.
 */
export class CoarseField {
  readonly size: Vec3;
  readonly #planes: readonly [Float32Array, Float32Array, Float32Array];

  constructor(size: Vec3, planes: readonly [Float32Array, Float32Array, Float32Array]) {
    this.size = size;
    this.#planes = planes;
  }

  /** A random velocity for a grid of so many voxels: one standard deviation is drawn for each resolution. */
  static randomVelocity(
    sizeVoxels: Vec3,
    { stdVoxels, everyVoxels }: DeformationSettings,
    seed: number,
  ): CoarseField {
    const size = sizeVoxels.map((n) => Math.ceil((n - 1) / stepVoxels) + 1) as unknown as Vec3;
    const count = size[0] * size[1] * size[2];
    const planes = [0, 1, 2].map(() => new Float32Array(count));
    const next = uniformStream(seed);
    everyVoxels.forEach((every, resolution) => {
      const std = stdVoxels * next();
      const places = every / stepVoxels;
      planes.forEach((plane, axis) => {
        if (sizeVoxels[axis] === 1) return;
        const noiseSeed = deriveSeed(seed, 10 + 3 * resolution + axis);
        addSmoothNoise(plane, size, [places, places, places], std, noiseSeed);
      });
    });
    const velocity = new CoarseField(size, planes as [Float32Array, Float32Array, Float32Array]);
    const excess = velocity.#steepest() / steepestVelocity;
    return excess > 1 ? velocity.#scaled(1 / excess) : velocity;
  }

  /**
   * The displacement of the flow of this velocity over `time` (1 there, −1 back), by scaling and squaring (Arsigny et al.
   * 2006, doi:10.1007/11866565_113), with as many squarings as its steepest place asks for.
   */
  flow(time: 1 | -1): CoarseField {
    const steepest = this.#steepest();
    let squarings = 0;
    let scale: number = time;
    while (steepest * Math.abs(scale) > largestFirstStep && squarings < mostSquarings) {
      scale *= 0.5;
      squarings += 1;
    }
    let field = this.#scaled(scale);
    for (let k = 0; k < squarings; k += 1) field = field.#squared();
    return field;
  }

  /** Adds the displacement at a place in voxels of the full grid to that place, in place. */
  move(point: MutableVec3): void {
    const [nx, ny, nz] = this.size;
    const [ux, uy, uz] = this.#planes;
    const x = Math.min(Math.max(point[0] / stepVoxels, 0), nx - 1);
    const y = Math.min(Math.max(point[1] / stepVoxels, 0), ny - 1);
    const z = Math.min(Math.max(point[2] / stepVoxels, 0), nz - 1);
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const iz = Math.floor(z);
    const fx = x - ix;
    const fy = y - iy;
    const fz = z - iz;
    const a = ix + nx * (iy + ny * iz);
    const dx = ix + 1 < nx ? 1 : 0;
    const dy = iy + 1 < ny ? nx : 0;
    const w11 = fx * fy;
    const w10 = fx - w11;
    const w01 = fy - w11;
    const w00 = 1 - fx - w01;
    const b = a + dx;
    const c = a + dy;
    const d = c + dx;
    if (fz === 0) {
      point[0] += w00 * ux[a]! + w10 * ux[b]! + w01 * ux[c]! + w11 * ux[d]!;
      point[1] += w00 * uy[a]! + w10 * uy[b]! + w01 * uy[c]! + w11 * uy[d]!;
      point[2] += w00 * uz[a]! + w10 * uz[b]! + w01 * uz[c]! + w11 * uz[d]!;
      return;
    }
    const s = nx * ny;
    const g = 1 - fz;
    point[0] +=
      g * (w00 * ux[a]! + w10 * ux[b]! + w01 * ux[c]! + w11 * ux[d]!) +
      fz * (w00 * ux[a + s]! + w10 * ux[b + s]! + w01 * ux[c + s]! + w11 * ux[d + s]!);
    point[1] +=
      g * (w00 * uy[a]! + w10 * uy[b]! + w01 * uy[c]! + w11 * uy[d]!) +
      fz * (w00 * uy[a + s]! + w10 * uy[b + s]! + w01 * uy[c + s]! + w11 * uy[d + s]!);
    point[2] +=
      g * (w00 * uz[a]! + w10 * uz[b]! + w01 * uz[c]! + w11 * uz[d]!) +
      fz * (w00 * uz[a + s]! + w10 * uz[b + s]! + w01 * uz[c + s]! + w11 * uz[d + s]!);
  }

  #scaled(factor: number): CoarseField {
    const [x, y, z] = this.#planes;
    const scaled = (plane: Float32Array): Float32Array => plane.map((value) => value * factor);
    return new CoarseField(this.size, [scaled(x), scaled(y), scaled(z)]);
  }

  /** This map after itself. */
  #squared(): CoarseField {
    const [nx, ny, nz] = this.size;
    const planes = this.#planes.map((plane) => new Float32Array(plane.length));
    const point: MutableVec3 = [0, 0, 0];
    let index = 0;
    for (let z = 0; z < nz; z += 1) {
      for (let y = 0; y < ny; y += 1) {
        for (let x = 0; x < nx; x += 1, index += 1) {
          point[0] = stepVoxels * x + this.#planes[0][index]!;
          point[1] = stepVoxels * y + this.#planes[1][index]!;
          point[2] = stepVoxels * z + this.#planes[2][index]!;
          this.move(point);
          planes[0]![index] = point[0] - stepVoxels * x;
          planes[1]![index] = point[1] - stepVoxels * y;
          planes[2]![index] = point[2] - stepVoxels * z;
        }
      }
    }
    return new CoarseField(this.size, planes as [Float32Array, Float32Array, Float32Array]);
  }

  /** Largest change of any component from one place to the next, in steps a step. */
  #steepest(): number {
    const [nx, ny] = this.size;
    const strides = [1, nx, nx * ny];
    let steepest = 0;
    for (const plane of this.#planes) {
      for (let axis = 0; axis < 3; axis += 1) {
        const n = this.size[axis]!;
        const stride = strides[axis]!;
        for (let i = 0; i + stride < plane.length; i += 1) {
          if (Math.floor(i / stride) % n === n - 1) continue;
          const change = Math.abs(plane[i + stride]! - plane[i]!);
          if (change > steepest) steepest = change;
        }
      }
    }
    return steepest / stepVoxels;
  }
}
