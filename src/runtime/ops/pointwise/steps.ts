import type { Expression, Formula, Operator } from '../../ir/formula';
import { operandsOf } from './expression';

/** One value of a formula's computation; operands are indices of earlier ones. */
export type FormulaStep = {
  /** Whether it is the same for all elements. */
  readonly isUniform: boolean;
} & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'plane'; readonly index: number }
  | { readonly kind: 'updated'; readonly index: number }
  | { readonly kind: 'constant'; readonly index: number }
  | { readonly kind: 'uniform'; readonly index: number; readonly component: number }
  | { readonly kind: 'apply'; readonly operator: Operator; readonly operands: readonly number[] }
);

/** A formula as a list in which each value is computed once, and the indices of its outputs. */
export interface FormulaSteps {
  readonly steps: readonly FormulaStep[];
  readonly outputs: readonly number[];
  /** Uniform values that what is not uniform reads, and outputs that are: known before the elements. */
  readonly given: readonly number[];
  /** What is computed for each element, in order. */
  readonly perElement: readonly number[];
}

/** The one order of computation from which CPU code, WebAssembly and WGSL are made. */
export function stepsOf(formula: Formula): FormulaSteps {
  const steps: FormulaStep[] = [];
  const known = new Map<string, number>();
  const visit = (expression: Expression): number => {
    const key = JSON.stringify(expression);
    let index = known.get(key);
    if (index === undefined) {
      const step = stepOf(expression);
      index = steps.push(step) - 1;
      known.set(key, index);
    }
    return index;
  };
  const stepOf = (expression: Expression): FormulaStep => {
    if (typeof expression === 'number') {
      return { kind: 'number', value: expression, isUniform: true };
    }
    if (typeof expression === 'string') return leafStep(expression);
    const operands = operandsOf(expression).map(visit);
    const isUniform = operands.every((operand) => steps[operand]?.isUniform);
    return { kind: 'apply', operator: expression[0], operands, isUniform };
  };
  const outputs = formula.outputs.map(({ expression }) => visit(expression));
  const perElement = new Set<number>();
  const given = new Set(outputs.filter((output) => steps[output]?.isUniform));
  const visitOperands = (index: number): void => {
    perElement.add(index);
    const step = steps[index];
    if (step?.kind !== 'apply') return;
    for (const operand of step.operands) {
      if (!steps[operand]?.isUniform) continue;
      // What is decided by a comparison is a number; the comparison itself is no value to be given.
      if (isComparison(steps[operand])) visitOperands(operand);
      else given.add(operand);
    }
  };
  steps.forEach((step, index) => {
    if (!step.isUniform) visitOperands(index);
  });
  const inOrder = (indices: ReadonlySet<number>) => [...indices].sort((one, two) => one - two);
  return { steps, outputs, given: inOrder(given), perElement: inOrder(perElement) };
}

/** Whether a step gives true or false. */
export function isComparison(step: FormulaStep | undefined): boolean {
  return step?.kind === 'apply' && (step.operator === '<' || step.operator === '<=');
}

function leafStep(leaf: string): FormulaStep {
  const [index = 0, component = 0] = leaf.slice(1).split('.').map(Number);
  switch (leaf[0]) {
    case 'p':
      return { kind: 'plane', index, isUniform: false };
    case 'o':
      return { kind: 'updated', index, isUniform: false };
    case 'k':
      return { kind: 'constant', index, isUniform: true };
    default:
      return { kind: 'uniform', index, component, isUniform: true };
  }
}
