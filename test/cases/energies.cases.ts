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

/** What an energy of a field is for a standing wave over whole half waves, in closed form. */
export interface EnergyCase {
  readonly type: string;
  readonly params?: Readonly<Record<string, number>>;
  /** The mean of the energy's density. */
  energyOf(wave: Wave): number;
}

/** Mean of |∇cos cos|²: ¼ (k₁² + k₂²). */
const meanSlope = ({ k1, k2 }: Wave): number => (k1 ** 2 + k2 ** 2) / 4;

/** Every energy; the suite fails where a regularizer of the registry is missing here. */
export const energyCases: readonly EnergyCase[] = [
  {
    type: 'regularizer.diffusion',
    energyOf: (w) => 0.5 * w.amplitudeMm ** 2 * w.squaredDirection * meanSlope(w),
  },
  {
    type: 'regularizer.curvature',
    energyOf: (w) =>
      (0.5 * w.amplitudeMm ** 2 * w.squaredDirection * (w.k1 ** 2 + w.k2 ** 2) ** 2) / 4,
  },
  {
    type: 'regularizer.bending',
    energyOf: (w) => (w.amplitudeMm ** 2 * w.squaredDirection * (w.k1 ** 2 + w.k2 ** 2) ** 2) / 4,
  },
  {
    type: 'regularizer.linear-elastic',
    params: { mu: 1.3, lambda: 0.7 },
    energyOf(w) {
      const divergence = (w.k1 ** 2 * w.squaredAlong1 + w.k2 ** 2 * w.squaredAlong2) / 4;
      const strain = meanSlope(w) * w.squaredDirection + divergence;
      return w.amplitudeMm ** 2 * ((1.3 / 2) * strain + (0.7 / 2) * divergence);
    },
  },
];
