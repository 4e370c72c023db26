/**
 * The cubic B-spline with knots at −2, −1, 0, 1, 2 and its derivatives, per control point (Unser 1999,
 * doi:10.1109/79.799930, eq. 6).
 */
export function cubicBSpline(t: number, derivative: 0 | 1 | 2 = 0): number {
  const a = Math.abs(t);
  if (a >= 2) return 0;
  const b = 2 - a;
  if (derivative === 0) return a < 1 ? 2 / 3 + a * a * (a / 2 - 1) : (b * b * b) / 6;
  if (derivative === 1) return Math.sign(t) * (a < 1 ? a * (1.5 * a - 2) : -(b * b) / 2);
  return a < 1 ? 3 * a - 2 : b;
}
