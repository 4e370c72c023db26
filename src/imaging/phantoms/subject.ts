import { invertMatrix, type Matrix3x4, type MovingWorldFromFixedWorld, type Vec3 } from '../frames';
import { type BoxMm, type MutableVec3, SplineDisplacement } from './deformation';
import { deriveSeed, uniformStream } from './random';

/** The gradient bounds of the coarse and the fine displacement add up to this at most. */
const largestGradientBound = 0.9;
const inverseToleranceMm = 1e-4;
const inverseIterations = 40;

/** Subject 1 again, lying otherwise in the scanner: turned and shifted as a whole, and nothing else. */
export const turnedSubject = 3;

/**
 * How one subject's head sits in the world: T(x) = A · (x + u(x)), from subject 1's world to this
 * subject's, in mm. Subject 1 is the identity.
 *
 * A is a rotation of a few degrees, a scaling and a shift about the middle of the head; u is the sum
 * of a coarse and a fine spline whose gradient bounds together stay below 1, so that T is a
 * diffeomorphism and x + u(x) = w has one solution, found by fixed-point iteration. Of `turnedSubject` A is a rotation and a
 * shift, both twice as large, and u is 0.
 */
export class SubjectTransform {
  readonly affine: MovingWorldFromFixedWorld;
  readonly #inverseAffine: Matrix3x4;
  readonly #displacements: readonly SplineDisplacement[];
  readonly #u: MutableVec3 = [0, 0, 0];

  constructor(options: {
    readonly seed: number;
    readonly subject: number;
    readonly box: BoxMm;
    readonly centreMm: Vec3;
    readonly isPlanar: boolean;
  }) {
    const { subject, box, isPlanar } = options;
    const seed = deriveSeed(options.seed, 1000 + subject);
    const isReference = subject === 1;
    const isTurned = subject === turnedSubject;
    const matrix = isReference
      ? identity()
      : randomAffine(seed, options.centreMm, isPlanar, isTurned);
    this.affine = matrix as MovingWorldFromFixedWorld;
    this.#inverseAffine = invertMatrix(matrix);
    const normal: Vec3 | undefined = isPlanar ? [0, 0, 1] : undefined;
    this.#displacements =
      isReference || isTurned
        ? []
        : limit([
            SplineDisplacement.random(box, 62, deriveSeed(seed, 1), normal).scaled(10.5),
            SplineDisplacement.random(box, 30, deriveSeed(seed, 2), normal).scaled(4),
          ]);
  }

  /** Writes T(x) to `out`. */
  forward(out: MutableVec3, x: number, y: number, z: number): void {
    this.#displacementAt(x, y, z);
    const u = this.#u;
    const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = this.affine;
    const px = x + u[0];
    const py = y + u[1];
    const pz = z + u[2];
    out[0] = a * px + b * py + c * pz + tx;
    out[1] = d * px + e * py + f * pz + ty;
    out[2] = g * px + h * py + i * pz + tz;
  }

  /**
   * Writes the point x with T(x) = (X, Y, Z) to `out`, to 1e-4 mm.
   * `guess` is u at a point nearby; it is updated, so that neighbours can be solved in turn.
   */
  backward(out: MutableVec3, guess: MutableVec3, X: number, Y: number, Z: number): void {
    const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = this.#inverseAffine;
    const wx = a * X + b * Y + c * Z + tx;
    const wy = d * X + e * Y + f * Z + ty;
    const wz = g * X + h * Y + i * Z + tz;
    const u = this.#u;
    for (let iteration = 0; iteration < inverseIterations; iteration += 1) {
      this.#displacementAt(wx - guess[0], wy - guess[1], wz - guess[2]);
      const change =
        Math.abs(u[0] - guess[0]) + Math.abs(u[1] - guess[1]) + Math.abs(u[2] - guess[2]);
      guess[0] = u[0];
      guess[1] = u[1];
      guess[2] = u[2];
      if (change < inverseToleranceMm) break;
    }
    out[0] = wx - guess[0];
    out[1] = wy - guess[1];
    out[2] = wz - guess[2];
  }

  #displacementAt(x: number, y: number, z: number): void {
    this.#u.fill(0);
    for (const displacement of this.#displacements) displacement.addTo(this.#u, x, y, z);
  }
}

function limit(displacements: SplineDisplacement[]): SplineDisplacement[] {
  const total = displacements.reduce((sum, each) => sum + each.gradientBound, 0);
  if (total <= largestGradientBound) return displacements;
  return displacements.map((each) => each.scaled(largestGradientBound / total));
}

function identity(): Matrix3x4 {
  return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
}

/**
 * Rotations of 2° to 3.5° about x and y and 3.5° to 6° about z, scalings of 0.945 to 0.985 and
 * shifts of 2 to 4 mm an axis; where it is rigid, twice these rotations and shifts and no scaling.
 */
function randomAffine(
  seed: number,
  centreMm: Vec3,
  isPlanar: boolean,
  isRigid: boolean,
): Matrix3x4 {
  const reach = isRigid ? 2 : 1;
  const next = uniformStream(deriveSeed(seed, 3));
  const between = (low: number, high: number) => {
    const size = reach * (low + (high - low) * next());
    return next() < 0.5 ? -size : size;
  };
  // A quaternion needs no sine, whose last bits differ between engines.
  const raw = [1, between(0.017, 0.03), between(0.017, 0.03), between(0.03, 0.05)] as const;
  const [p, q, r, s] = isPlanar ? [1, 0, 0, raw[3]] : raw;
  const n = 1 / (p * p + q * q + r * r + s * s);
  const rotation = [
    1 - 2 * n * (r * r + s * s),
    2 * n * (q * r - p * s),
    2 * n * (q * s + p * r),
    2 * n * (q * r + p * s),
    1 - 2 * n * (q * q + s * s),
    2 * n * (r * s - p * q),
    2 * n * (q * s - p * r),
    2 * n * (r * s + p * q),
    1 - 2 * n * (q * q + r * r),
  ];
  const scale = [0, 1, 2].map((axis) =>
    isRigid || (isPlanar && axis === 2) ? 1 : 0.965 + 0.02 * (2 * next() - 1),
  );
  const shift = [0, 1, 2].map((axis) => {
    const size = between(2, 4);
    return isPlanar && axis === 2 ? 0 : size;
  });
  const linear = rotation.map((value, at) => value * scale[at % 3]!);
  const matrix: number[] = [];
  for (let row = 0; row < 3; row += 1) {
    const [a, b, c] = linear.slice(3 * row, 3 * row + 3) as [number, number, number];
    const kept = a * centreMm[0] + b * centreMm[1] + c * centreMm[2];
    matrix.push(a, b, c, centreMm[row]! - kept + shift[row]!);
  }
  return matrix as unknown as Matrix3x4;
}
