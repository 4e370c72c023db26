import { InternalError } from '../../internal-error';
import type { Expression, Formula, FormulaLayout, PlanePlace } from '../../ir/formula';
import type { BufferId, KernelParameters } from '../../ir/kernel-graph';
import {
  channelsOf,
  elementsPerBuffer,
  liesTogether,
  planeStride,
  type ValueType,
} from '../../ir/values';
import type { Emitter } from '../define-op';
import { reductionChunks } from '../reduction';
import { type InputTypes, readingOf } from './element';
import { leavesOf, referenceOf, substituteLeaves } from './expression';

/** A channel of a value, or each of them in turn. */
export type Channel = number | 'channel';

/** An output of a formula: what it is and where it goes; `updates` names the input that lay there. */
export interface FormulaOutput {
  readonly expression: Expression;
  /** The channel that it is computed for. */
  readonly channel: Channel;
  /** Planes of the value that is written; one where all channels go there. */
  readonly planes: readonly BufferId[];
  readonly updates?: string;
}

/** A formula over buffers: what `Emitter.call` takes. */
export interface LoweredFormula {
  readonly formula: Formula;
  readonly buffers: Readonly<Record<string, BufferId>>;
  readonly parameters: KernelParameters;
}

/** What expressions are computed from: elements of this type, out of these planes. */
export interface FormulaInputs {
  readonly element: ValueType;
  readonly buffers: Readonly<Record<string, readonly BufferId[] | undefined>>;
  readonly types: InputTypes;
  readonly together: Emitter['together'];
}

/** Storage buffers that one dispatch may bind on any WebGPU device. */
export const mostBuffers = 8;

/**
 * Refuses what no kernel could bind: an expression that reads too many buffers of planes and lists of scalars.
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
      const type = types[reference.name];
      const isPlane = readingOf(reference, type, element) === 'plane';
      return isPlane && type && !liesTogether(type) ? leaf : reference.name;
    }),
  );
  if (buffers.size + outputs <= mostBuffers) return;
  throw new InternalError(
    `A formula binds ${buffers.size + outputs} buffers, more than the ${mostBuffers} of a kernel.`,
  );
}

/** A plane that a formula touches: of a buffer of several, or a buffer of its own. */
interface Place {
  readonly whole: BufferId | undefined;
  readonly plane: Channel;
  /** The plane as a buffer; undefined where it is that of each channel. */
  readonly buffer: BufferId | undefined;
}

function placeOf(
  planes: readonly BufferId[],
  channel: Channel,
  { together }: FormulaInputs,
): Place {
  const whole = together(planes);
  if (whole === undefined && planes.length === 1) return { whole, plane: 0, buffer: planes[0] };
  if (channel === 'channel') return { whole, plane: channel, buffer: undefined };
  return { whole, plane: channel, buffer: planes[channel] };
}

const isSame = (one: Place, other: Place): boolean =>
  one.whole === other.whole && one.plane === other.plane && one.buffer === other.buffer;

/** The number of an item in a list, to which it is added where it is new. */
function numberIn<Item>(list: Item[], item: Item, same = (one: Item) => one === item): number {
  const known = list.findIndex(same);
  return known >= 0 ? known : list.push(item) - 1;
}

/**
 * The kernel that computes expressions, each for one channel of a value or all for each. Numbers become constants of
 * the pass, but for small whole ones and ½, so that one kernel serves every setting.
 * @param sum whether sums over chunks go to the one output instead, which is no plane
 */
export function lowerFormula(
  outputs: readonly FormulaOutput[],
  inputs: FormulaInputs,
  sum = false,
): LoweredFormula {
  const { element, types } = inputs;
  const planes: Place[] = [];
  const uniforms: BufferId[] = [];
  const constants: number[] = [];
  const written = outputs.map((output) => placeOf(output.planes, output.channel, inputs));
  const isForEach = outputs.some(({ channel }) => channel === 'channel');
  const leaf = (text: string, channel: Channel): Expression => {
    const { name, component } = referenceOf(text);
    const buffers = inputs.buffers[name] ?? [];
    if (readingOf({ name, component }, types[name], element) === 'uniform') {
      return `u${numberIn(uniforms, buffers[0] as BufferId)}.${component ?? 0}`;
    }
    const place = placeOf(buffers, component ?? channel, inputs);
    const updated = outputs.findIndex(
      ({ updates }, index) => updates !== undefined && isSame(written[index] as Place, place),
    );
    return updated >= 0
      ? `o${updated}`
      : `p${numberIn(planes, place, (one) => isSame(one, place))}`;
  };
  const lifted = (expression: Expression, channel: Channel): Expression => {
    if (typeof expression === 'string') return leaf(expression, channel);
    if (typeof expression === 'number') {
      return isStructural(expression) ? expression : `k${numberIn(constants, expression)}`;
    }
    const [operator, ...operands] = expression;
    return [operator, ...operands.map((operand) => lifted(operand, channel))];
  };
  const liftedOutputs = outputs.map(({ expression, channel, updates }) => ({
    // Simplified first: what makes no difference is not read.
    expression: lifted(
      substituteLeaves(expression, (name) => name),
      channel,
    ),
    updates: updates !== undefined,
  }));
  const read = bindingsOf(planes);
  const wrote = bindingsOf(written);
  const layout: FormulaLayout = { planes: read.places, outputs: wrote.places };
  const isLaidOut = read.isOfSeveral || wrote.isOfSeveral;
  const count = elementsPerBuffer(element);
  return {
    formula: {
      planes: planes.length,
      uniforms: uniforms.length,
      constants: constants.length,
      outputs: liftedOutputs,
      sum,
      ...(isLaidOut ? { layout } : {}),
    },
    buffers: {
      ...Object.fromEntries(read.buffers.map((buffer, index) => [`p${index}`, buffer])),
      ...Object.fromEntries(uniforms.map((buffer, index) => [`u${index}`, buffer])),
      ...Object.fromEntries(wrote.buffers.map((buffer, index) => [`o${index}`, buffer])),
    },
    parameters: {
      count,
      ...(isLaidOut
        ? {
            stride: planeStride(element),
            channels: isForEach ? channelsOf(element) : 1,
            ...(sum ? { chunks: reductionChunks(count) } : {}),
          }
        : {}),
      ...Object.fromEntries(constants.map((constant, index) => [`k${index}`, constant])),
    },
  };
}

/**
 * The buffers that a kernel binds for these planes, and where in them each lies. One plane alone of several is
 * bound by itself, so that a kernel serves every channel.
 */
function bindingsOf(places: readonly Place[]): {
  readonly buffers: readonly BufferId[];
  readonly places: readonly PlanePlace[];
  readonly isOfSeveral: boolean;
} {
  const buffers: BufferId[] = [];
  let isOfSeveral = false;
  const bound = places.map(({ whole, plane, buffer }): PlanePlace => {
    const isAlone = places.filter((other) => other.whole === whole).length === 1;
    if (buffer !== undefined && (whole === undefined || isAlone)) {
      return { buffer: numberIn(buffers, buffer), plane: 0 };
    }
    isOfSeveral = true;
    return { buffer: numberIn(buffers, whole as BufferId), plane };
  });
  return { buffers, places: bound, isOfSeveral };
}

function isStructural(value: number): boolean {
  return value === 0.5 || (Number.isInteger(value) && Math.abs(value) <= 4);
}
