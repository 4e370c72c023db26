/**
 * Arithmetic on one element, as plain data: a number, a name, or an operator with its operands, as in
 * `['*', 0.5, ['-', 'a', 'b']]`. A name stands for an input; `name.2` for its third channel, or its
 * third number where it is a list of scalars.
 */
export type Expression = number | string | readonly [Operator, ...Expression[]];

/** Every operator with the number of its operands. */
export const operatorArity = {
  '+': 2,
  '-': 2,
  '*': 2,
  '/': 2,
  min: 2,
  max: 2,
  pow: 2,
  neg: 1,
  abs: 1,
  sqrt: 1,
  exp: 1,
  log: 1,
  /** To the precision in which values are kept between two ops: float32 in runs. */
  round: 1,
  /** 1 − aᵇ without cancellation, for 0 ≤ a < 1. */
  'one-minus-pow': 2,
  /** The second operand where the first holds, else the third. The first is a comparison. */
  select: 3,
  '<': 2,
  '<=': 2,
} as const;

export type Operator = keyof typeof operatorArity;

/**
 * What a generated kernel computes for each element, with names that depend on nothing but structure:
 * `p0`… planes that are read, `u0.1` the second number of scalars that hold for all elements, `k0`…
 * constants that a pass brings along, `o0`… an output that is updated in place. Equal formulas are one
 * kernel, whatever their numbers.
 */
export interface Formula {
  readonly planes: number;
  readonly uniforms: number;
  readonly constants: number;
  readonly outputs: readonly { readonly expression: Expression; readonly updates: boolean }[];
  /** Instead of writing each element, writes sums over chunks of its one output. */
  readonly sum: boolean;
  /** Where planes lie in buffers of several; left out, each has a buffer of its own. */
  readonly layout?: FormulaLayout;
}

/**
 * Where the planes of a formula lie. Buffers that are read are `p0`… and those that are written `o0`…; the pass
 * says how many elements lie between two planes, and for how many channels the formula is computed.
 */
export interface FormulaLayout {
  readonly planes: readonly PlanePlace[];
  readonly outputs: readonly PlanePlace[];
}

/** A plane of a buffer by its number, or that of the channel for which the formula is computed. */
export interface PlanePlace {
  readonly buffer: number;
  readonly plane: number | 'channel';
}
