import type { Expression } from '../../runtime/api/nodes/builder';
import { components, difference, J, product, squared, sum } from './field-energy';

/**
 * What energies of a Jacobian have in common: they are meant of the map, and see a voxel both by the differences to
 * its neighbours on one side, where one voxel against the next shows, and by those that the Jacobian is measured by.
 */
export const ofTheMap = { roles: ['map'], differences: ['forward', 'central'] } as const;

/** Entry (k, i) of the map's derivative, F = I + ∂u/∂x. */
export function F(k: number, i: number): Expression {
  return k === i ? ['+', 1, J(k, i)] : J(k, i);
}

const minor = (k: number, l: number, i: number, j: number): Expression =>
  difference(product(F(k, i), F(l, j)), product(F(k, j), F(l, i)));

/** The Jacobian determinant of the map x + u(x): by how much it changes a small volume; not above 0 where it folds. */
export const determinant: Expression = sum(
  product(F(0, 0), minor(1, 2, 1, 2)),
  product(F(0, 1), minor(1, 2, 2, 0)),
  product(F(0, 2), minor(1, 2, 0, 1)),
);

/** Entry (i, j) of FᵀF − I: 0 where the map neither stretches nor shears. */
export const stretch = (i: number, j: number): Expression => {
  const inner = sum(
    ...(components.map((k) => product(J(k, i), J(k, j))) as [Expression, Expression, Expression]),
  );
  return sum(J(i, j), J(j, i), inner);
};

/** The square of what a small square across world axis `i` becomes in area: |column i of the cofactor of F|². */
export const squaredArea = (i: number): Expression => {
  const [a, b] = [(i + 1) % 3, (i + 2) % 3];
  return sum(squared(minor(1, 2, a, b)), squared(minor(2, 0, a, b)), squared(minor(0, 1, a, b)));
};

/** max(value, 0), with the slope of the value at 0. */
export const positivePart = (value: Expression): Expression => ['max', 0, value];

/**
 * A function of an expression down to a floor, and its tangent there from below it: smooth to the first derivative
 * and finite wherever the expression is.
 * @param at the function at the floor, and its slope there
 */
export function extendedBelow(
  value: Expression,
  floor: number,
  of: (above: Expression) => Expression,
  at: { readonly slope: number },
): Expression {
  const below: Expression = ['min', difference(value, floor), 0];
  return sum(of(['max', floor, value]), product(at.slope, below));
}
