import { hashBits } from './random';

/** What of a brain's folding is shared by all subjects and what is a subject's own. */
export interface Folding {
  /** Of the folds that all subjects of one phantom have in common. */
  readonly commonSeed: number;
  /** Of the subject's own folds. */
  readonly ownSeed: number;
  /** How much of the folding is the subject's own, from 0 to 1. */
  readonly ownShare: number;
}

/** Distances between the centres of gyri in mm; gyri are a little longer upwards. */
const cellMm = [12, 12.5, 16.5] as const;
const jitter = 0.85;
const toByteUnit = 1 / 255;

/**
 * Gyri as the cells of a jittered Voronoi diagram on the hull of the brain, sulci as their borders.
 *
 * Every border has a depth of its own and one in four has no sulcus, so that cells join to long
 * winding gyri as they do in a brain. Distances to the borders are exact for a flat hull (Worley, "A cellular texture basis
 * function", 1996, doi:10.1145/237170.237267, with the distance to the bisecting plane).
 */
export class FoldPattern {
  readonly #folding: Folding;
  readonly #points = new Float64Array(27 * 4);
  readonly #identities = new Int32Array(27);

  constructor(folding: Folding) {
    this.#folding = folding;
  }

  /**
   * Distance in mm to the nearest sulcus from a point at `depth` mm below the hull's point
   * (x, y, z), where the hull's unit normal is (nx, ny, nz).
   */
  distanceMm(
    x: number,
    y: number,
    z: number,
    nx: number,
    ny: number,
    nz: number,
    depth: number,
  ): number {
    const own = this.#gather(x, y, z);
    const p = this.#points;
    const at = own * 4;
    // A sheet that runs inwards comes nearer to its neighbours as the hull's radius shrinks.
    const shrink = 1 / (1 + depth * 0.016);
    let nearest = 1e9;
    for (let other = 0; other < 27; other += 1) {
      if (other === own) continue;
      const to = other * 4;
      const vx = p[to]! - p[at]!;
      const vy = p[to + 1]! - p[at + 1]!;
      const vz = p[to + 2]! - p[at + 2]!;
      const along = vx * nx + vy * ny + vz * nz;
      const tangential = Math.sqrt(Math.max(vx * vx + vy * vy + vz * vz - along * along, 1e-6));
      const across = (shrink * (p[to + 3]! - p[at + 3]!)) / (2 * tangential);
      if (across >= nearest) continue;
      const past = Math.max(0, depth - this.#sulcusDepthMm(own, other));
      nearest = Math.min(nearest, Math.sqrt(across * across + past * past));
    }
    return nearest;
  }

  /** Finds the 27 cells around a point; returns the one it lies in. */
  #gather(x: number, y: number, z: number): number {
    const ix = Math.floor(x / cellMm[0]);
    const iy = Math.floor(y / cellMm[1]);
    const iz = Math.floor(z / cellMm[2]);
    const { commonSeed, ownSeed, ownShare } = this.#folding;
    const p = this.#points;
    let own = 0;
    for (let cell = 0; cell < 27; cell += 1) {
      const cx = ix + (cell % 3) - 1;
      const cy = iy + (Math.floor(cell / 3) % 3) - 1;
      const cz = iz + Math.floor(cell / 9) - 1;
      const common = hashBits(cx, cy, cz, commonSeed);
      const individual = ownShare > 0 ? hashBits(cx, cy, cz, ownSeed) : common;
      const at = cell * 4;
      const px = cellMm[0] * (cx + placed(common, individual, 0, ownShare));
      const py = cellMm[1] * (cy + placed(common, individual, 8, ownShare));
      const pz = cellMm[2] * (cz + placed(common, individual, 16, ownShare));
      p[at] = px;
      p[at + 1] = py;
      p[at + 2] = pz;
      p[at + 3] = (px - x) * (px - x) + (py - y) * (py - y) + (pz - z) * (pz - z);
      if (p[at + 3]! < p[own * 4 + 3]!) own = cell;
      this.#identities[cell] = common;
    }
    return own;
  }

  /** The same from both sides of a border: none for one in four, 7 to 18 mm for the others. */
  #sulcusDepthMm(a: number, b: number): number {
    const bits = (this.#identities[a]! ^ this.#identities[b]!) & 255;
    return bits < 64 ? -20 : 7 + (bits - 64) * 0.056;
  }
}

function placed(common: number, own: number, shift: number, ownShare: number): number {
  const a = ((common >>> shift) & 255) * toByteUnit;
  const b = ((own >>> shift) & 255) * toByteUnit;
  return 0.5 + jitter * (a + ownShare * (b - a) - 0.5);
}
