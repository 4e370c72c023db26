/** A standing wave u = d · A · cos(k₁s₁) · cos(k₂s₂), with s₁, s₂ in mm along two axes n₁ ⟂ n₂ of a grid. */
export interface Wave {
  readonly amplitudeMm: number;
  /** Wave numbers, mm⁻¹. */
  readonly k1: number;
  readonly k2: number;
  /** |d|², (n₁·d)², (n₂·d)². */
  readonly squaredDirection: number;
  readonly squaredAlong1: number;
  readonly squaredAlong2: number;
}

/** ∂u_k/∂x_i of a linear displacement as [k][i], no dimension. */
export type Slopes = readonly (readonly [number, number, number])[];

/** A fixed image that is a ramp: its gradient, per mm, and the mean of its square over the grid. */
export interface Ramp {
  readonly gradient: readonly number[];
  readonly meanSquare: number;
}

/** What an energy of a field is in closed form; a regularizer may have several cases. */
export interface EnergyCase {
  readonly type: string;
  readonly params?: Readonly<Record<string, number | string>>;
  /** Whether it is meant of the map, and is the mean over forward and central differences. */
  readonly ofTheMap?: true;
  /** What it is meant of, if neither the map nor what the model moves. */
  readonly role?: 'metric' | 'round-trip';
  /** The mean of its density for a standing wave over whole half waves. */
  energyOf?(wave: Wave): number;
  /** Its density where the displacement is linear; left out where it reads other than first derivatives. */
  densityOf?(slopes: Slopes, image: Ramp): number;
  /** Its density where the displacement is the same everywhere, mm; 0 where left out. */
  ofConstant?(u: readonly number[]): number;
}

/** Mean of |∇cos cos|²: ¼ (k₁² + k₂²). */
const meanSlope = ({ k1, k2 }: Wave): number => (k1 ** 2 + k2 ** 2) / 4;

const bend = (w: Wave): number =>
  (w.amplitudeMm ** 2 * w.squaredDirection * (w.k1 ** 2 + w.k2 ** 2) ** 2) / 4;
const meanDivergence = (w: Wave): number =>
  (w.amplitudeMm ** 2 * (w.k1 ** 2 * w.squaredAlong1 + w.k2 ** 2 * w.squaredAlong2)) / 4;

const squares = (slopes: Slopes): number =>
  slopes.flat().reduce((total, slope) => total + slope * slope, 0);
const trace = (slopes: Slopes): number => slopes.reduce((total, row, k) => total + row[k]!, 0);

/** I + ∂u/∂x, and its determinant by the rule of Sarrus. */
const deformation = (slopes: Slopes): number[][] =>
  slopes.map((row, k) => row.map((slope, i) => slope + (k === i ? 1 : 0)));
function volume(slopes: Slopes): number {
  const f = deformation(slopes);
  let total = 0;
  for (let i = 0; i < 3; i += 1) {
    const [j, l] = [(i + 1) % 3, (i + 2) % 3];
    total += f[0]![i]! * f[1]![j]! * f[2]![l]! - f[0]![i]! * f[1]![l]! * f[2]![j]!;
  }
  return total;
}

/** |∂_a y|² |∂_b y|² − (∂_a y · ∂_b y)²: the square of an area, by Lagrange's identity. */
function squaredArea(slopes: Slopes, a: number, b: number): number {
  const f = deformation(slopes);
  const dot = (i: number, j: number) => f.reduce((total, row) => total + row[i]! * row[j]!, 0);
  return dot(a, a) * dot(b, b) - dot(a, b) ** 2;
}

/** Σ of the squares of FᵀF − I. */
function strain(slopes: Slopes): number {
  const f = deformation(slopes);
  let total = 0;
  for (let i = 0; i < 3; i += 1) {
    for (let j = 0; j < 3; j += 1) {
      const dot = f.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
      total += (dot - (i === j ? 1 : 0)) ** 2;
    }
  }
  return total;
}

/** f down to a floor, below it its tangent by a difference: shares no derivative with the node. */
function withTangent(f: (at: number) => number, floor: number, at: number): number {
  if (at >= floor) return f(at);
  const step = 1e-6 * floor;
  return f(floor) + ((f(floor + step) - f(floor - step)) / (2 * step)) * (at - floor);
}

const along = (slopes: Slopes, gradient: readonly number[]): number =>
  slopes.reduce(
    (total, row) => total + row.reduce((dot, slope, i) => dot + slope * gradient[i]!, 0) ** 2,
    0,
  );

/** Every energy; the suite fails where a regularizer of the registry is missing here. */
export const energyCases: readonly EnergyCase[] = [
  {
    type: 'regularizer.diffusion',
    energyOf: (w) => 0.5 * w.amplitudeMm ** 2 * w.squaredDirection * meanSlope(w),
    densityOf: (slopes) => 0.5 * squares(slopes),
  },
  {
    type: 'regularizer.edge-weighted-diffusion',
    params: { contrast: 0.7, smoothMm: 0 },
    densityOf(slopes, { gradient, meanSquare }) {
      const square = gradient.reduce((total, one) => total + one * one, 0);
      return (0.5 * squares(slopes)) / (1 + square / (0.49 * meanSquare));
    },
  },
  {
    type: 'regularizer.edge-weighted-diffusion',
    params: { contrast: 0.7, smoothMm: 0, lets: 'across' },
    densityOf(slopes, { gradient, meanSquare }) {
      const square = gradient.reduce((total, one) => total + one * one, 0);
      return 0.5 * (squares(slopes) - along(slopes, gradient) / (0.49 * meanSquare + square));
    },
  },
  {
    type: 'regularizer.total-variation',
    params: { epsilon: 0.02 },
    densityOf: (slopes) => Math.sqrt(squares(slopes) + 0.02 ** 2) - 0.02,
  },
  {
    type: 'regularizer.curvature',
    energyOf: (w) => 0.5 * bend(w),
  },
  {
    type: 'regularizer.bending',
    energyOf: bend,
  },
  {
    type: 'regularizer.linear-elastic',
    params: { mu: 1.3, lambda: 0.7 },
    energyOf(w) {
      const divergence = meanDivergence(w);
      const strained = w.amplitudeMm ** 2 * meanSlope(w) * w.squaredDirection + divergence;
      return (1.3 / 2) * strained + (0.7 / 2) * divergence;
    },
  },
  {
    type: 'regularizer.hyperelastic',
    ofTheMap: true,
    params: { length: 0.8, area: 0.3, volume: 0.6, floor: 0.2 },
    densityOf(slopes) {
      const areas = [0, 1, 2].reduce(
        (total, i) => total + Math.max(0, squaredArea(slopes, (i + 1) % 3, (i + 2) % 3) - 1) ** 2,
        0,
      );
      const psi = withTangent((j) => (j - 1) ** 4 / j ** 2, 0.2, volume(slopes));
      return 0.4 * squares(slopes) + 0.3 * areas + 0.6 * psi;
    },
  },
  {
    type: 'regularizer.log-jacobian',
    ofTheMap: true,
    params: { floor: 0.1 },
    densityOf: (slopes) => withTangent((j) => Math.log(j) ** 2, 0.1, volume(slopes)),
  },
  {
    type: 'regularizer.folding',
    ofTheMap: true,
    params: { leastVolume: 0.9 },
    densityOf: (slopes) => Math.max(0, 0.9 - volume(slopes)),
  },
  {
    type: 'regularizer.folding',
    ofTheMap: true,
    params: { leastVolume: 0.9, rise: 'squared' },
    densityOf: (slopes) => Math.max(0, 0.9 - volume(slopes)) ** 2,
  },
  {
    type: 'regularizer.volume-preservation',
    ofTheMap: true,
    densityOf: (slopes) => (volume(slopes) - 1) ** 2,
  },
  {
    type: 'regularizer.volume-preservation',
    params: { measure: 'divergence' },
    energyOf: meanDivergence,
    densityOf: (slopes) => trace(slopes) ** 2,
  },
  {
    type: 'regularizer.local-rigidity',
    ofTheMap: true,
    params: { affinity: 0, orthonormality: 0.4, properness: 1.7 },
    densityOf: (slopes) => 0.4 * strain(slopes) + 1.7 * (volume(slopes) - 1) ** 2,
  },
  {
    type: 'regularizer.local-rigidity',
    ofTheMap: true,
    params: { affinity: 0.6, orthonormality: 0, properness: 0 },
    energyOf: (w) => 0.6 * bend(w),
  },
  {
    type: 'regularizer.displacement-magnitude',
    energyOf: (w) => (w.amplitudeMm ** 2 * w.squaredDirection) / 4,
    ofConstant: (u) => u[0]! ** 2 + u[1]! ** 2 + u[2]! ** 2,
  },
  {
    type: 'regularizer.kinetic-energy',
    role: 'metric',
    energyOf: (w) => (w.amplitudeMm ** 2 * w.squaredDirection) / 4,
    ofConstant: (u) => u[0]! ** 2 + u[1]! ** 2 + u[2]! ** 2,
  },
  {
    type: 'regularizer.inverse-consistency',
    role: 'round-trip',
    energyOf: (w) => (w.amplitudeMm ** 2 * w.squaredDirection) / 4,
    ofConstant: (u) => u[0]! ** 2 + u[1]! ** 2 + u[2]! ** 2,
  },
  {
    type: 'regularizer.gradient-inverse-consistency',
    role: 'round-trip',
    energyOf: (w) => w.amplitudeMm ** 2 * w.squaredDirection * meanSlope(w),
    densityOf: squares,
  },
  {
    type: 'regularizer.sparsity',
    params: { epsilon: 0.5 },
    ofConstant: (u) => Math.sqrt(u[0]! ** 2 + u[1]! ** 2 + u[2]! ** 2 + 0.25) - 0.5,
  },
];
