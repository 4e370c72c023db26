import type { ControlAxis } from './control-axes';
import { cubicBSpline } from './cubic';

/** Neighbours on either side with which a cubic B-spline overlaps. */
export const gramReach = 3;
/** Numbers in a row of a Gram matrix. */
export const gramBand = 2 * gramReach + 1;
/** Derivatives whose products are integrated: 0, 1, 2. */
const orders = [0, 1, 2] as const;

/** Numbers that the tables of some axes take. */
export function gramLength(controls: readonly number[]): number {
  return orders.length * gramBand * controls.reduce((sum, count) => sum + count, 0);
}

/** Gauss–Legendre on (0, 1) with four points: exact to degree 7, and products of cubics have 6. */
const gaussPoints = [
  [0.06943184420297371, 0.17392742256872692],
  [0.33000947820757187, 0.32607257743127305],
  [0.6699905217924281, 0.32607257743127305],
  [0.9305681557970263, 0.17392742256872692],
] as const;

/**
 * The mean over the box that the voxels of an axis fill of β⁽ᵐ⁾ᵢ β⁽ᵐ⁾ⱼ, derivatives per mm: for m = 0, 1, 2 a row of
 * seven a control point, j = i − 3 … i + 3. Exact: knots and the box's ends part the axis into pieces of one polynomial each.
 */
export function gramTable({
  controls,
  length,
  ratio,
  offset,
  spacingMm,
}: ControlAxis): Float64Array {
  const table = new Float64Array(orders.length * controls * gramBand);
  if (controls === 1) {
    // The one coefficient is the value, and has no derivative.
    table[gramReach] = 1;
    return table;
  }
  const [begin, end] = [offset - 0.5 * ratio, offset + (length - 0.5) * ratio];
  for (let knot = Math.floor(begin); knot < end; knot += 1) {
    const [from, to] = [Math.max(begin, knot), Math.min(end, knot + 1)];
    for (const [at, share] of gaussPoints) {
      const t = from + at * (to - from);
      const weight = (share * (to - from)) / (end - begin);
      for (const m of orders) {
        const scale = weight / spacingMm ** (2 * m);
        for (let i = Math.max(0, knot - 1); i <= Math.min(controls - 1, knot + 2); i += 1) {
          for (let j = Math.max(0, knot - 1); j <= Math.min(controls - 1, knot + 2); j += 1) {
            const index = (m * controls + i) * gramBand + gramReach + j - i;
            table[index]! += scale * cubicBSpline(t - i, m) * cubicBSpline(t - j, m);
          }
        }
      }
    }
  }
  return table;
}
