import type { Expression } from '../src/runtime/ir/formula';

type Arrays = readonly Float32Array[];

/** A formula and the loop that somebody would write for it. */
export interface Contest {
  readonly name: string;
  /** How many planes are read. */
  readonly planes: number;
  /** Outputs, by expressions over p0…, k0…; `updates` where the output is read too, as o0…. */
  readonly outputs: readonly { readonly expression: Expression; readonly updates?: true }[];
  readonly constants: readonly number[];
  readonly sum?: true;
  byHand(planes: Arrays, outputs: Arrays, constants: readonly number[], count: number): number;
}

const difference: Expression = ['-', 'p0', 'p1'];
const mean: Expression = ['+', ['*', 'k0', 'o0'], ['*', ['-', 1, 'k0'], 'p0']];
const variance: Expression = ['+', ['*', 'k1', 'o1'], ['*', ['*', ['-', 1, 'k1'], 'p0'], 'p0']];

/** Formulas with few and with many operands, each with its loop. */
export const contests: readonly Contest[] = [
  {
    name: 'a + b',
    planes: 2,
    outputs: [{ expression: ['+', 'p0', 'p1'] }],
    constants: [],
    byHand([a, b], [value], _, count) {
      for (let i = 0; i < count; i += 1) value![i] = a![i]! + b![i]!;
      return 0;
    },
  },
  {
    name: 'factor · a',
    planes: 1,
    outputs: [{ expression: ['*', 'k0', 'p0'] }],
    constants: [0.37],
    byHand([a], [value], [factor], count) {
      for (let i = 0; i < count; i += 1) value![i] = factor! * a![i]!;
      return 0;
    },
  },
  {
    name: 'clamp((a − low) / width, 0, 1)',
    planes: 1,
    outputs: [{ expression: ['min', ['max', ['/', ['-', 'p0', 'k0'], 'k1'], 0], 1] }],
    constants: [-0.3, 0.9],
    byHand([a], [value], [low, width], count) {
      for (let i = 0; i < count; i += 1) {
        value![i] = width! > 0 ? Math.min(Math.max((a![i]! - low!) / width!, 0), 1) : 0;
      }
      return 0;
    },
  },
  {
    name: 'Σ (a − b)²',
    planes: 2,
    outputs: [{ expression: ['*', difference, difference] }],
    constants: [],
    sum: true,
    byHand([a, b], [partials], _, count) {
      for (let first = 0, chunk = 0; first < count; first += 2048, chunk += 1) {
        let sum = 0;
        for (let i = first; i < Math.min(first + 2048, count); i += 1) {
          const slope = a![i]! - b![i]!;
          sum += slope * slope;
        }
        partials![chunk] = sum;
      }
      return 0;
    },
  },
  {
    name: 'factor · ω · (a − b), the slope of a weighted squared difference',
    planes: 3,
    outputs: [{ expression: ['*', ['*', 'k0', 'p2'], difference] }],
    constants: [0.0013],
    byHand([a, b, weight], [slope], [factor], count) {
      for (let i = 0; i < count; i += 1) slope![i] = factor! * weight![i]! * (a![i]! - b![i]!);
      return 0;
    },
  },
  {
    name: 'Adam',
    planes: 1,
    outputs: [
      { expression: mean, updates: true },
      { expression: variance, updates: true },
      { expression: ['/', ['*', mean, 'k2'], ['+', ['sqrt', ['*', variance, 'k3']], 'k4']] },
    ],
    constants: [0.9, 0.99, 1.7, 2.3, 0.02],
    byHand([gradient], [m, v, direction], [beta1, beta2, byMean, byVariance, epsilon], count) {
      for (let i = 0; i < count; i += 1) {
        const g = gradient![i]!;
        const first = beta1! * m![i]! + (1 - beta1!) * g;
        const second = beta2! * v![i]! + (1 - beta2!) * g * g;
        m![i] = first;
        v![i] = second;
        direction![i] = (first * byMean!) / (Math.sqrt(second * byVariance!) + epsilon!);
      }
      return 0;
    },
  },
  {
    name: 'c·f/√(u·v) − d·w, as the weights of a correlation',
    planes: 5,
    outputs: [
      {
        expression: [
          'select',
          ['<', 'k1', 'p1'],
          ['-', ['/', ['*', 'k0', 'p0'], ['sqrt', ['*', 'p1', 'p2']]], ['*', 'p3', 'p4']],
          0,
        ],
      },
    ],
    constants: [0.7, 0.001],
    byHand([f, u, v, d, w], [value], [c, flat], count) {
      for (let i = 0; i < count; i += 1) {
        value![i] =
          flat! < u![i]! ? (c! * f![i]!) / Math.sqrt(u![i]! * v![i]!) - d![i]! * w![i]! : 0;
      }
      return 0;
    },
  },
];
