/** Eigenvalues, largest first, and unit eigenvectors as columns of a row-major 3×3. */
export interface PrincipalAxes {
  readonly variances: readonly [number, number, number];
  readonly axes: Float64Array;
}

const sweeps = 30;

/**
 * Eigenvectors of a symmetric 3×3 by Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5).
 * @param covariance xx, xy, xz, yy, yz, zz
 */
export function principalAxes(covariance: readonly number[]): PrincipalAxes {
  const [xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0] = covariance;
  const a = Float64Array.of(xx, xy, xz, xy, yy, yz, xz, yz, zz);
  const v = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  const diagonal = [0, 1, 2].map((axis) => a[axis * 4] ?? 0);
  const order = [0, 1, 2].sort((i, j) => (diagonal[j] ?? 0) - (diagonal[i] ?? 0));
  const axes = new Float64Array(9);
  order.forEach((from, to) => {
    for (let row = 0; row < 3; row += 1) axes[row * 3 + to] = v[row * 3 + from] ?? 0;
  });
  const [first = 0, second = 0, third = 0] = order.map((axis) => diagonal[axis] ?? 0);
  return { variances: [first, second, third], axes };
}

/** One Jacobi rotation that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, p: number, q: number): void {
  const at = (m: Float64Array, row: number, column: number): number => m[row * 3 + column] ?? 0;
  const apq = at(a, p, q);
  if (Math.abs(apq) < 1e-300) return;
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < 3; k += 1) {
    const kp = at(a, k, p);
    const kq = at(a, k, q);
    a[k * 3 + p] = c * kp - s * kq;
    a[k * 3 + q] = s * kp + c * kq;
  }
  for (let k = 0; k < 3; k += 1) {
    const pk = at(a, p, k);
    const qk = at(a, q, k);
    a[p * 3 + k] = c * pk - s * qk;
    a[q * 3 + k] = s * pk + c * qk;
  }
  for (let k = 0; k < 3; k += 1) {
    const kp = at(v, k, p);
    const kq = at(v, k, q);
    v[k * 3 + p] = c * kp - s * kq;
    v[k * 3 + q] = s * kp + c * kq;
  }
}
