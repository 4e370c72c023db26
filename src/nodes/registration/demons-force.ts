import { type Grid, spacingMm } from '../../imaging/grid';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import type { Residuals } from '../../runtime/api/nodes/port-values';
import { squared, sum } from '../shared/field-energy';

/** Which image's gradient a force follows. */
export type ForceGradient = 'fixed' | 'moving' | 'symmetric';

/** How a force is bounded. */
export interface ForceRule {
  readonly gradient: ForceGradient;
  /** Longest motion, one scalar, in root mean square edges of a voxel. */
  readonly stepVoxels: ValueId;
  /** Differences (root mean square over channels) well below this move nothing. */
  readonly leastDifference: number;
}

/**
 * How far each point of the moving image should go against the fixed one, mm: for each voxel by itself the step of Gauss and Newton,
 * damped as by Levenberg and Marquardt, −(Σ JJᵀ + μ)⁻¹ Σ rJ with μ = Σ r²/κ, κ = 4·(step·h)² and h² the mean of the squared edges of a
 * voxel. No step is longer than step·h, whatever r and J are. For one channel it is the force of demons, −rJ/(‖J‖² + r²/κ)
 * (Vercauteren, Pennec, Perchant, Ayache: Diffeomorphic demons, 2009; ITK's bound on the step).
 */
export function demonsForce(
  b: Builder,
  residuals: readonly Residuals[],
  grid: Grid,
  rule: ForceRule,
): ValueId {
  const [only, ...others] = residuals;
  if (only === undefined) throw new RangeError('There is no residual to make a force of.');
  const kappa = b.pointwise(
    { a: rule.stepVoxels },
    { expressions: [['*', 4 * meanSquaredEdge(grid), ['*', 'a', 'a']]] },
  );
  if (others.length === 0 && channelsOf(b, only.fixed) === 1)
    return singleForce(b, only, kappa, rule);
  return solvedForce(b, residuals, kappa, rule);
}

/** The closed form of one difference (Sherman and Morrison). */
function singleForce(
  b: Builder,
  residuals: Residuals,
  kappa: ValueId,
  { gradient, leastDifference }: ForceRule,
): ValueId {
  const { warped, fixed, weight } = residuals;
  const slope = slopeOf(b, residuals, gradient);
  const r: Expression = ['-', 'a', 'b'];
  const denominator: Expression = [
    '+',
    sum(squared('e.0'), squared('e.1'), squared('e.2')),
    ['/', squared(r), 'd'],
  ];
  const share = b.pointwise(
    { a: warped, b: fixed, c: weight, d: kappa, e: slope },
    {
      expressions: [
        [
          'select',
          ['<', 0, denominator],
          ['*', ['*', 'c', certain(squared(r), leastDifference)], ['/', ['neg', r], denominator]],
          0,
        ],
      ],
    },
  );
  const along = (axis: number): Expression => ['*', 'a', `b.${axis}`];
  return b.pointwise({ a: share, b: slope }, { expressions: [0, 1, 2].map(along) });
}

/** Rows of the sums that `solvedForce` makes of its differences: JJᵀ (upper half), rJ and r². */
const pairsOfAxes = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [2, 2],
] as const;

/** Many differences: 3 × 3 equations a voxel, solved by elimination. */
function solvedForce(
  b: Builder,
  residuals: readonly Residuals[],
  kappa: ValueId,
  { gradient, leastDifference }: ForceRule,
): ValueId {
  const [first, ...others] = residuals.map((one) => equationsOf(b, one, gradient));
  if (first === undefined) throw new RangeError('There is no residual to make a force of.');
  const equations = others.reduce((a, other) => b.add({ a, b: other }), first);
  const reach = residuals
    .map(({ weight }) => weight)
    .reduce((a, other) => b.pointwise({ a, b: other }, { expressions: [['max', 'a', 'b']] }));
  // What the squares are a mean of, for what is too small to count.
  const factors = residuals
    .map(({ factor, fixed }) => b.scale({ value: factor }, { factor: channelsOf(b, fixed) }))
    .reduce((a, other) => b.add({ a, b: other }));
  const mean: Expression = ['/', 'a.9', 'd'];
  const share: Expression = ['*', 'c', certain(mean, leastDifference)];
  return b.pointwise(
    { a: equations, b: kappa, c: reach, d: factors },
    {
      expressions: solution().map(
        (component): Expression => [
          'select',
          ['<', 0, ['*', 'd', damping]],
          ['*', share, ['neg', component]],
          0,
        ],
      ),
    },
  );
}

/** Σ over channels of factor · weight · JJᵀ, rJ and r²: ten numbers a voxel. */
function equationsOf(b: Builder, residuals: Residuals, gradient: ForceGradient): ValueId {
  const { warped, fixed, weight, factor } = residuals;
  const channels = Array.from({ length: channelsOf(b, fixed) }, (_, channel) => channel);
  const difference = b.difference({ a: warped, b: fixed });
  const slope = slopeOf(b, residuals, gradient);
  const J = (channel: number, axis: number): Expression => nameOf('a', 3 * channel + axis);
  const r = (channel: number): Expression => (channels.length === 1 ? 'b' : nameOf('b', channel));
  const overChannels = (term: (channel: number) => Expression): Expression => [
    '*',
    ['*', 'c', 'd'],
    sum(...(channels.map(term) as [Expression, ...Expression[]])),
  ];
  return b.pointwise(
    { a: slope, b: difference, c: weight, d: factor },
    {
      expressions: [
        ...pairsOfAxes.map(([i, j]) =>
          overChannels((channel) => ['*', J(channel, i), J(channel, j)]),
        ),
        ...[0, 1, 2].map((i) => overChannels((channel) => ['*', r(channel), J(channel, i)])),
        overChannels((channel) => squared(r(channel))),
      ],
    },
  );
}

const damping: Expression = ['/', 'a.9', 'b'];

/** x of (H + μ)x = g by LDLᵀ: no pivot is below μ but for rounding, which is taken back. */
function solution(): readonly Expression[] {
  const [h00, h01, h02, h11, h12, h22, g0, g1, g2] = Array.from({ length: 9 }, (_, i) =>
    nameOf('a', i),
  ) as [
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const pivot = (h: Expression, ...less: readonly Expression[]): Expression => [
    'max',
    less.reduce((a, one): Expression => ['-', a, one], ['+', h, damping]),
    damping,
  ];
  const times = (a: Expression, b: Expression): Expression => ['*', a, b];
  const over = (a: Expression, b: Expression): Expression => ['/', a, b];
  const d0 = pivot(h00);
  const l1 = over(h01, d0);
  const l2 = over(h02, d0);
  const d1 = pivot(h11, times(l1, h01));
  const e = ['-', h12, times(l1, h02)] as const;
  const l3 = over(e, d1);
  const d2 = pivot(h22, times(l2, h02), times(l3, e));
  const y1 = ['-', g1, times(l1, g0)] as const;
  const y2 = ['-', ['-', g2, times(l2, g0)], times(l3, y1)] as const;
  const x2 = over(y2, d2);
  const x1 = ['-', over(y1, d1), times(l3, x2)] as const;
  const x0 = ['-', ['-', over(g0, d0), times(l1, x1)], times(l2, x2)] as const;
  return [x0, x1, x2];
}

/** 0 for squares far below that of the least difference, 1 far above. */
function certain(square: Expression, leastDifference: number): Expression {
  if (leastDifference === 0) return 1;
  return ['/', square, ['+', square, leastDifference * leastDifference]];
}

/** Gradient of each channel along the axes of the world, per mm, by central differences. */
function slopeOf(b: Builder, { warped, fixed }: Residuals, gradient: ForceGradient): ValueId {
  const field = {
    fixed,
    moving: warped,
    // The mean of two gradients is that of the mean: one stencil.
    symmetric: b.pointwise({ a: warped, b: fixed }, { expressions: [['*', 0.5, ['+', 'a', 'b']]] }),
  }[gradient];
  return b.fieldDerivatives({ field }, { order: 1, scheme: 'central' });
}

/** Mean of the squared edges (mm²) of a voxel along the axes of more than one voxel. */
function meanSquaredEdge(grid: Grid): number {
  const edges = spacingMm(grid).filter((_, axis) => grid.sizeVoxels[axis] !== 1);
  const counted = edges.length > 0 ? edges : spacingMm(grid);
  return counted.reduce((total, edge) => total + edge * edge, 0) / counted.length;
}

function channelsOf(b: Builder, field: ValueId): number {
  const type = b.typeOf(field);
  return type.kind === 'field' ? type.channels : 1;
}

function nameOf(input: string, channel: number): Expression {
  return `${input}.${channel}`;
}
