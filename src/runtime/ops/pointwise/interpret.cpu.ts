import { InternalError } from '../../internal-error';
import type { Operator } from '../../ir/formula';
import type { FloatArray } from '../define-kernel';
import type { FormulaStep, FormulaSteps } from './steps';

/** What a formula is computed from, and where its outputs go. */
export interface FormulaArrays {
  readonly planes: readonly FloatArray[];
  readonly uniforms: readonly FloatArray[];
  readonly constants: readonly number[];
  readonly outputs: readonly FloatArray[];
}

/** Elements that one loop handles at a time: their values stay in the cache of the core. */
const blockLength = 512;

/** Values of the steps that are the same for all elements; the others are left at 0. */
export function uniformValues(
  { steps }: FormulaSteps,
  { uniforms, constants, outputs }: FormulaArrays,
): Float64Array {
  const values = new Float64Array(steps.length);
  const isDouble = outputs[0] instanceof Float64Array;
  steps.forEach((step, index) => {
    if (step.isUniform) values[index] = uniformValue(step, values, uniforms, constants, isDouble);
  });
  return values;
}

function uniformValue(
  step: FormulaStep,
  values: Float64Array,
  uniforms: readonly FloatArray[],
  constants: readonly number[],
  isDouble: boolean,
): number {
  switch (step.kind) {
    case 'number':
      return step.value;
    case 'constant':
      return constants[step.index] as number;
    case 'uniform':
      return uniforms[step.index]?.[step.component] as number;
    case 'apply': {
      const [a = 0, b = 0, c = 0] = step.operands.map((operand) => values[operand]);
      return isDouble && step.operator === 'round' ? a : scalarResult(step.operator, a, b, c);
    }
    default:
      throw new InternalError('A plane is not the same for all elements.');
  }
}

/** An operator on numbers, in float64; comparisons give 1 or 0. */
export function scalarResult(operator: Operator, a: number, b: number, c: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'pow':
      return a ** b;
    case 'neg':
      return -a;
    case 'abs':
      return Math.abs(a);
    case 'sqrt':
      return Math.sqrt(a);
    case 'exp':
      return Math.exp(a);
    case 'log':
      return Math.log(a);
    case 'round':
      return Math.fround(a);
    case 'one-minus-pow':
      return 1 - a ** b;
    case 'select':
      return a !== 0 ? b : c;
    case '<':
      return a < b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
  }
}

/**
 * Computes a formula for the elements from `begin` to `end`, one loop a step over short blocks, in
 * float64. With `write` false it adds up its first output instead and returns the sum: four sums of every
 * fourth element, then what is left over, as the compiled code does.
 */
export class FormulaInterpreter {
  readonly #formula: FormulaSteps;
  #blocks: readonly Float64Array[] = [];

  constructor(formula: FormulaSteps) {
    this.#formula = formula;
  }

  run(arrays: FormulaArrays, begin: number, end: number, write: boolean): number {
    const { steps, outputs, given, perElement } = this.#formula;
    const isDouble = arrays.outputs[0] instanceof Float64Array;
    const most = Math.min(blockLength, end - begin);
    if ((this.#blocks[0]?.length ?? 0) < most) {
      this.#blocks = steps.map(() => new Float64Array(most));
    }
    const uniform = uniformValues(this.#formula, arrays);
    for (const index of given) this.#blocks[index]?.fill(uniform[index] as number);
    const lanes = new Float64Array(4);
    const inLanes = begin + Math.floor((end - begin) / 4) * 4;
    const rest: number[] = [];
    for (let first = begin; first < end; first += most) {
      const count = Math.min(most, end - first);
      for (const index of perElement) {
        this.#step(steps[index] as FormulaStep, index, arrays, first, count, isDouble);
      }
      if (write) {
        outputs.forEach((output, place) => {
          const to = arrays.outputs[place] as FloatArray;
          const from = this.#blocks[output] as Float64Array;
          for (let i = 0; i < count; i += 1) to[first + i] = from[i]!;
        });
        continue;
      }
      const from = this.#blocks[outputs[0] as number] as Float64Array;
      for (let i = 0; i < count; i += 1) {
        if (first + i < inLanes) lanes[(first + i - begin) & 3]! += from[i]!;
        else rest.push(from[i]!);
      }
    }
    let sum = lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
    for (const value of rest) sum += value;
    return sum;
  }

  #step(
    step: FormulaStep,
    index: number,
    arrays: FormulaArrays,
    first: number,
    count: number,
    isDouble: boolean,
  ): void {
    const to = this.#blocks[index] as Float64Array;
    if (step.kind === 'plane') load(to, arrays.planes[step.index], first, count);
    if (step.kind === 'updated') load(to, arrays.outputs[step.index], first, count);
    if (step.kind !== 'apply') return;
    const [a = to, b = to, c = to] = step.operands.map((operand) => this.#blocks[operand]);
    applyToBlock(step.operator, to, a, b, c, count, isDouble);
  }
}

function load(to: Float64Array, from: FloatArray | undefined, first: number, count: number): void {
  if (!from) throw new InternalError('A formula reads a plane that is not there.');
  for (let i = 0; i < count; i += 1) to[i] = from[first + i]!;
}

function applyToBlock(
  operator: Operator,
  to: Float64Array,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  count: number,
  isDouble: boolean,
): void {
  switch (operator) {
    case '+':
      for (let i = 0; i < count; i += 1) to[i] = a[i]! + b[i]!;
      return;
    case '-':
      for (let i = 0; i < count; i += 1) to[i] = a[i]! - b[i]!;
      return;
    case '*':
      for (let i = 0; i < count; i += 1) to[i] = a[i]! * b[i]!;
      return;
    case '/':
      for (let i = 0; i < count; i += 1) to[i] = a[i]! / b[i]!;
      return;
    case 'sqrt':
      for (let i = 0; i < count; i += 1) to[i] = Math.sqrt(a[i]!);
      return;
    case 'select':
      for (let i = 0; i < count; i += 1) to[i] = a[i] !== 0 ? b[i]! : c[i]!;
      return;
    case 'round':
      // Gradient tests keep values in float64, and so does this.
      if (isDouble) to.set(a.subarray(0, count));
      else for (let i = 0; i < count; i += 1) to[i] = Math.fround(a[i]!);
      return;
    default:
      for (let i = 0; i < count; i += 1) to[i] = scalarResult(operator, a[i]!, b[i]!, c[i]!);
  }
}
