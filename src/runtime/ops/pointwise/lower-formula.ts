import { InternalError } from '../../internal-error';
import type { Expression, Formula } from '../../ir/formula';
import type { BufferId, KernelParameters } from '../../ir/kernel-graph';
import { elementsPerBuffer, type ValueType } from '../../ir/values';
import { type InputTypes, readingOf } from './element';
import { leavesOf, referenceOf, substituteLeaves } from './expression';

/** An output of a formula: what it is and where it goes; `updates` names the input that lay there. */
export interface FormulaOutput {
  readonly expression: Expression;
  readonly buffer: BufferId;
  readonly updates?: string;
}

/** A formula over buffers: what `Emitter.call` takes. */
export interface LoweredFormula {
  readonly formula: Formula;
  readonly buffers: Readonly<Record<string, BufferId>>;
  readonly parameters: KernelParameters;
}

/** Storage buffers that one dispatch may bind on any WebGPU device. */
const mostBuffers = 8;

/**
 * Refuses what no kernel could bind: an expression that reads too many planes and lists of scalars.
 * @param outputs how many buffers are written
 * @throws InternalError
 */
export function requireFewBuffers(
  expression: Expression,
  types: InputTypes,
  element: ValueType,
  outputs: number,
): void {
  const buffers = new Set(
    leavesOf(expression).map((leaf) => {
      const reference = referenceOf(leaf);
      const isPlane = readingOf(reference, types[reference.name], element) === 'plane';
      return isPlane ? leaf : reference.name;
    }),
  );
  if (buffers.size + outputs <= mostBuffers) return;
  throw new InternalError(
    `A formula binds ${buffers.size + outputs} buffers, more than the ${mostBuffers} of a kernel.`,
  );
}

/**
 * The kernel that computes expressions for one channel of a value of type `element`. Numbers become constants of
 * the pass, but for small whole ones and ½, so that one kernel serves every setting.
 */
export function lowerFormula(
  outputs: readonly FormulaOutput[],
  element: ValueType,
  channel: number,
  inputs: Readonly<Record<string, readonly BufferId[] | undefined>>,
  types: InputTypes,
  sum = false,
): LoweredFormula {
  const planes: BufferId[] = [];
  const uniforms: BufferId[] = [];
  const constants: number[] = [];
  const numberIn = <Item>(list: Item[], item: Item): number => {
    const known = list.indexOf(item);
    return known >= 0 ? known : list.push(item) - 1;
  };
  const leaf = (text: string): Expression => {
    const reference = referenceOf(text);
    const type = types[reference.name];
    const buffers = inputs[reference.name] ?? [];
    if (readingOf(reference, type, element) === 'uniform') {
      const buffer = buffers[0] as BufferId;
      return `u${numberIn(uniforms, buffer)}.${reference.component ?? 0}`;
    }
    const own = buffers.length === 1 ? 0 : channel;
    const buffer = buffers[reference.component ?? own] as BufferId;
    const updated = outputs.findIndex((output) => output.updates && output.buffer === buffer);
    return updated >= 0 ? `o${updated}` : `p${numberIn(planes, buffer)}`;
  };
  const lifted = (expression: Expression): Expression => {
    if (typeof expression === 'string') return leaf(expression);
    if (typeof expression === 'number') {
      return isStructural(expression) ? expression : `k${numberIn(constants, expression)}`;
    }
    const [operator, ...operands] = expression;
    return [operator, ...operands.map(lifted)];
  };
  const formula: Omit<Formula, 'planes' | 'uniforms' | 'constants'> = {
    outputs: outputs.map(({ expression, updates }) => ({
      expression: lifted(substituteLeaves(expression, (name) => name)),
      updates: updates !== undefined,
    })),
    sum,
  };
  return {
    formula: {
      planes: planes.length,
      uniforms: uniforms.length,
      constants: constants.length,
      ...formula,
    },
    buffers: {
      ...Object.fromEntries(planes.map((buffer, index) => [`p${index}`, buffer])),
      ...Object.fromEntries(uniforms.map((buffer, index) => [`u${index}`, buffer])),
      ...Object.fromEntries(outputs.map(({ buffer }, index) => [`o${index}`, buffer])),
    },
    parameters: {
      count: elementsPerBuffer(element),
      ...Object.fromEntries(constants.map((constant, index) => [`k${index}`, constant])),
    },
  };
}

function isStructural(value: number): boolean {
  return value === 0.5 || (Number.isInteger(value) && Math.abs(value) <= 4);
}
