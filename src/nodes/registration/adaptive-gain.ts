import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import type { Variables } from '../../runtime/api/nodes/port-values';

/** What the first gradients of a level tell, which were all taken at the same place. */
export interface Measured {
  /** How many gradients. */
  readonly looks: number;
  /** The squared norm of their sum. */
  readonly sumSquare: ValueId;
  /** How far their sum would move the image, mm: see `motionOf`. */
  readonly motion: ValueId;
  /** Sums over them: of their squared norms, of the products of successive ones, and of the squares of these. */
  readonly told: readonly ValueId[];
}

/** How gains fall and time runs. */
export interface GainRule {
  /** A. */
  readonly steadyTime: number;
  /** α. */
  readonly exponent: number;
  /** Scale of the sigmoid as a share of the spread of products. */
  readonly sigmoidScale: number;
}

/** A gradient that is noise almost alone may still be followed by this share. */
const leastShare = 0.01;

/** Beyond so many of its scales a sigmoid has its bounds. */
const sigmoidEnd = 30;

/** The sums of `Measured.told` before anything was measured. */
export function seenNothing(b: Builder): Variables {
  return [b.constant([0]), b.constant([0]), b.constant([0])];
}

/**
 * How far steps along these directions move the image at most places, mm for a factor of 1: of a field the mean length of its
 * vectors plus twice their standard deviation, of scalars their norm; the largest of all variables.
 * Qiao et al., 2016, doi 10.1109/TMI.2015.2476354.
 */
export function motionOf(b: Builder, directions: Variables): ValueId {
  return directions
    .map((vector) => {
      const type = b.typeOf(vector);
      if (type.kind !== 'field') return b.largestNorm({ vector });
      const square = Array.from(
        { length: type.channels },
        (_, k): Expression => ['*', `a.${k}`, `a.${k}`],
      );
      const sum = square.reduce((left, right): Expression => ['+', left, right]);
      const mean = b.pointwiseMean({ a: vector }, { terms: [['sqrt', sum]] });
      const meanSquare = b.pointwiseMean({ a: vector }, { terms: [sum] });
      return b.pointwise(
        { a: mean, b: meanSquare },
        {
          expressions: [['+', 'a', ['*', 2, ['sqrt', ['max', 0, ['-', 'b', ['*', 'a', 'a']]]]]]],
        },
      );
    })
    .reduce((a, other) => b.combineScalars({ a, b: other }, { operation: 'maximum' }));
}

/**
 * Share of the gradients' mean square that is not noise, η: that of the mean gradient, by the products of all pairs of
 * different measurements, (‖Σg‖² − Σ‖g‖²) / n(n − 1). `a` is ‖Σg‖², `b` is Σ‖g‖².
 */
function signalShare(looks: number): Expression {
  if (looks < 2) return 1;
  const share: Expression = ['/', ['-', ['/', 'a', 'b'], 1], looks - 1];
  return ['select', ['<', 0, 'b'], ['min', 1, ['max', leastShare, share]], 1];
}

/**
 * Factor on a gradient that moves the image by one mm at most places in the first step, and less by time:
 * η / d · (A / (A + 1 + t))^α, where d is the motion by the mean gradient without its own noise. 0 where there is no gradient.
 */
export function gainAt(
  b: Builder,
  time: ValueId,
  { looks, sumSquare, motion, told }: Measured,
  { steadyTime, exponent }: GainRule,
): ValueId {
  const share = signalShare(looks);
  // Of the mean's square, Σ‖g‖² / n · η is the signal: ‖Σg‖² / n² has a share of the noise.
  const ownNoise: Expression = ['sqrt', ['min', 1, ['/', ['*', ['*', share, 'b'], looks], 'a']]];
  const moved: Expression = ['/', ['*', 'c', ownNoise], looks];
  const decay: Expression = ['pow', ['/', steadyTime, ['+', steadyTime + 1, 'd']], exponent];
  const [squares = motion] = told;
  return b.pointwise(
    { a: sumSquare, b: squares, c: motion, d: time },
    {
      expressions: [['select', ['<', 0, ['*', 'a', 'c']], ['*', ['/', share, moved], decay], 0]],
    },
  );
}

/**
 * Time after a gradient whose product with the one before is known: max(0, t + f(−product)), with
 * f(x) = f₋ + (1 − f₋) / (1 − e^(−x/ω) / f₋), f₋ = −0.99 + 0.98 η, f(0) = 0. While measuring it stands still.
 * Klein et al., 2009, doi 10.1007/s11263-008-0168-y.
 */
export function adaptedTime(
  b: Builder,
  { time, product, isMeasured }: Readonly<Record<'time' | 'product' | 'isMeasured', ValueId>>,
  { looks, sumSquare, told }: Measured,
  { sigmoidScale }: GainRule,
): ValueId {
  const [squares = product, products = product, productSquares = product] = told;
  const pairs = Math.max(1, looks - 1);
  const least: Expression = ['+', -0.99, ['*', 0.98, signalShare(looks)]];
  const mean: Expression = ['/', 'c', pairs];
  const spread: Expression = ['sqrt', ['max', 0, ['-', ['/', 'd', pairs], ['*', mean, mean]]]];
  // Without noise there is no spread: what counts then is whether the gradient has turned.
  const scale: Expression = ['+', ['*', sigmoidScale, spread], ['*', 1e-3 / looks, 'b']];
  const bounded: Expression = ['max', -sigmoidEnd, ['min', sigmoidEnd, ['/', 'e', scale]]];
  const change: Expression = [
    '+',
    least,
    ['/', ['-', 1, least], ['-', 1, ['/', ['exp', bounded], least]]],
  ];
  return b.pointwise(
    {
      a: sumSquare,
      b: squares,
      c: products,
      d: productSquares,
      e: product,
      f: time,
      g: isMeasured,
    },
    {
      expressions: [
        [
          'select',
          ['<', 0.5, 'g'],
          'f',
          ['max', 0, ['+', 'f', ['select', ['<', 0, scale], change, 0]]],
        ],
      ],
    },
  );
}
