import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import type { RegularizerPart } from '../../runtime/api/nodes/port-values';

/** An energy of a field as a formula: which derivatives it reads, and what is added up a voxel. */
export interface FieldEnergy {
  /** First derivatives (`J(k, i)`: ∂ᵢ of component k) or second ones (`H(k, 'xy')`), per mm. */
  readonly order: 1 | 2;
  /** Terms over the derivatives; each may read up to seven of them. */
  readonly terms: readonly Expression[];
}

const secondOrder = ['xx', 'yy', 'zz', 'xy', 'xz', 'yz'] as const;

/** The derivative of displacement component `k` (x, y, z: 0, 1, 2) along world axis `i`, no dimension. */
export function J(k: number, i: number): Expression {
  return `a.${3 * k + i}`;
}

/** A second derivative of displacement component `k` along two world axes, mm⁻¹. */
export function H(k: number, axes: (typeof secondOrder)[number]): Expression {
  return `a.${6 * k + secondOrder.indexOf(axes)}`;
}

/** Sums and squares, to write terms with. */
export const sum = (...terms: readonly [Expression, ...Expression[]]): Expression =>
  terms.reduce((one, other) => ['+', one, other]);
export const squared = (one: Expression): Expression => ['*', one, one];
export const scaled = (factor: number, one: Expression): Expression => ['*', factor, one];

/** The components of a displacement. */
export const components = [0, 1, 2] as const;

/** The objective of an energy: its mean over the voxels of the field that the model moves. */
export function energyPart(
  nodeId: string,
  weight: ValueId,
  { order, terms }: FieldEnergy,
): RegularizerPart {
  return {
    kind: 'objective',
    name: nodeId,
    weight,
    on: 'field',
    roles: ['displacement', 'velocity'],
    loss: (body: Builder, { value }) =>
      body.pointwiseMean(
        // Forward differences see every change from voxel to voxel; central ones miss the fastest.
        { a: body.fieldDerivatives({ field: value }, { order, scheme: 'forward' }) },
        { terms },
      ),
  };
}
