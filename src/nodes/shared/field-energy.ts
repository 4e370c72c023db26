import type { Grid } from '../../imaging/grid';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { meanOf } from '../../runtime/api/nodes/channels';
import type {
  LevelContext,
  ModelField,
  RegularizerPart,
} from '../../runtime/api/nodes/port-values';
import { placeWeight, type WeighedPlaces, warnOfNoPlace } from './place-weight';

/** An energy of a field as a formula: what it reads, and what is added up a voxel. */
export interface FieldEnergy {
  /**
   * What the terms read: the field itself (0: `U(k)`), its first derivatives (1: `J(k, i)`, ∂ᵢ of component k) or
   * its second ones (2: `H(k, 'xy')`), per mm.
   */
  readonly order: 0 | 1 | 2 | readonly (0 | 1 | 2)[];
  /** Terms over these, and over `e`; their sum is the energy's density. */
  readonly terms:
    | readonly Expression[]
    | ((b: Builder, level: LevelContext) => readonly Expression[]);
  /**
   * Which fields it weighs: where left out, what the model moves, be it a displacement or a velocity; `['map']` is
   * for what is meant of the map alone, such as its Jacobian.
   */
  readonly roles?: readonly ModelField['role'][];
  /**
   * How first derivatives are taken; the energy is the mean over these. Forward differences, the only ones where
   * left out, see every change from voxel to voxel; central ones miss the fastest, but are what a Jacobian is measured by.
   */
  readonly differences?: readonly ('forward' | 'central')[];
  /** A field on the grid of the one that is weighed, which the terms read as `e`: a constant of the level. */
  readonly given?: (b: Builder, level: LevelContext, grid: Grid) => ValueId;
}

const secondOrder = ['xx', 'yy', 'zz', 'xy', 'xz', 'yz'] as const;

/** Component `k` (x, y, z: 0, 1, 2) of a displacement, mm. */
export function U(k: number): Expression {
  return `c.${k}`;
}

/** The derivative of displacement component `k` (x, y, z: 0, 1, 2) along world axis `i`, no dimension. */
export function J(k: number, i: number): Expression {
  return `a.${3 * k + i}`;
}

/** A second derivative of displacement component `k` along two world axes, mm⁻¹. */
export function H(k: number, axes: (typeof secondOrder)[number]): Expression {
  return `b.${6 * k + secondOrder.indexOf(axes)}`;
}

/** Sums and squares, to write terms with. */
export const sum = (...terms: readonly [Expression, ...Expression[]]): Expression =>
  terms.reduce((one, other) => ['+', one, other]);
export const difference = (one: Expression, other: Expression): Expression => ['-', one, other];
export const product = (one: Expression, other: Expression): Expression => ['*', one, other];
export const squared = (one: Expression): Expression => ['*', one, one];
export const scaled = (factor: number, one: Expression): Expression => ['*', factor, one];

/** √(squares + ε²) − ε: nearly the root, but smooth at 0, where it is 0. */
export const smoothRoot = (squares: Expression, epsilon: number): Expression => [
  '-',
  ['sqrt', ['+', squares, epsilon ** 2]],
  epsilon,
];

/** The components of a displacement. */
export const components = [0, 1, 2] as const;

/** Σ of the squares of all first derivatives. */
export const squaredSlopes: Expression = sum(
  ...(components.flatMap((k) => components.map((i) => squared(J(k, i)))) as [Expression]),
);

/** Σ of the squares of all second derivatives of component `k`; mixed ones count twice. */
export const squaredBends = (k: number): Expression =>
  sum(
    squared(H(k, 'xx')),
    squared(H(k, 'yy')),
    squared(H(k, 'zz')),
    scaled(2, sum(squared(H(k, 'xy')), squared(H(k, 'xz')), squared(H(k, 'yz')))),
  );

/** The divergence of the field. */
export const divergence: Expression = sum(J(0, 0), J(1, 1), J(2, 2));

/**
 * The objective of an energy: its mean over the voxels of the field that the model moves, each times what is wired
 * to the ports of `placePorts`.
 */
export function energyPart(
  b: Builder,
  nodeId: string,
  weight: ValueId,
  {
    order,
    terms,
    roles = ['displacement', 'velocity'],
    differences = ['forward'],
    given,
  }: FieldEnergy,
  places: WeighedPlaces = {},
): RegularizerPart {
  warnOfNoPlace(b, places);
  const orders = typeof order === 'number' ? [order] : order;
  return {
    kind: 'objective',
    name: nodeId,
    weight,
    on: 'field',
    roles,
    loss(body, { value }, level) {
      const grid = gridOf(body, value);
      const at = timesLocal(body, placeWeight(body, places, grid), level);
      const density = typeof terms === 'function' ? terms(body, level) : terms;
      const read = {
        b: orders.includes(2)
          ? body.fieldDerivatives({ field: value }, { order: 2, scheme: 'forward' })
          : undefined,
        c: orders.includes(0) ? value : undefined,
        d: at,
        e: given?.(body, level, grid),
      };
      const weighed = {
        terms: at === undefined ? density : density.map((term) => product('d', term)),
      };
      if (!orders.includes(1)) return body.pointwiseMean(read, weighed);
      const means = differences.map((scheme) => {
        const a = body.fieldDerivatives({ field: value }, { order: 1, scheme });
        return body.pointwiseMean({ a, ...read }, weighed);
      });
      return meanOf(body, means as [ValueId, ...ValueId[]]);
    },
  };
}

/** What is wired times what is found beside the field; undefined where all voxels count alike. */
function timesLocal(
  b: Builder,
  wired: ValueId | undefined,
  { localWeight }: LevelContext,
): ValueId | undefined {
  return wired !== undefined && localWeight !== undefined
    ? b.multiply({ a: wired, b: localWeight })
    : (wired ?? localWeight);
}

function gridOf(b: Builder, field: ValueId): Grid {
  const type = b.typeOf(field);
  if (type.kind !== 'field') throw new RangeError('An energy is one of a field on a grid.');
  return type.grid;
}
