import { InternalError } from '../internal-error';
import { gradientOpName, type Op, type OpGraph } from '../ir/op-graph';
import { channelsOf, type ValueId } from '../ir/values';
import { type OpRegistry, opRegistry } from '../ops/index';
import { GraphBuilder } from './graph-builder';
import { readsOf, substitute } from './traverse';

/** A gradient was asked for through an op that has none. */
export class NotDifferentiable extends Error {
  override readonly name = 'NotDifferentiable';
  readonly op: string;
  readonly origin: string;

  constructor(op: Op) {
    super(`The op "${op.op}" has no gradient.`);
    this.op = op.op;
    this.origin = op.origin;
  }
}

/**
 * Replaces every `gradient` op by the ops of reverse mode: from the loss back to the values asked
 * for, each op's adjoint in turn. Adjoints are ops too, so that later phases treat them alike.
 * @throws NotDifferentiable
 * @throws InternalError where an adjoint says nothing about an input that what is asked for leads to
 */
export function differentiate(graph: OpGraph, registry: OpRegistry = opRegistry): OpGraph {
  const builder = new GraphBuilder(graph, registry);
  const gradients = appendDifferentiated(builder, graph.ops, registry);
  return builder.finish(graph.results.map((value) => gradients.get(value) ?? value));
}

function appendDifferentiated(
  builder: GraphBuilder,
  ops: readonly Op[],
  registry: OpRegistry,
): ReadonlyMap<ValueId, ValueId> {
  const gradients = new Map<ValueId, ValueId>();
  const done: Op[] = [];
  for (const original of ops) {
    const op = substitute(original, gradients);
    if (op.op === gradientOpName) {
      builder.origin = op.origin;
      const added = builder.collect(() => {
        for (const [output, value] of reverse(builder, done, op, registry)) {
          gradients.set(output, value);
        }
      });
      for (const item of added) {
        builder.append(item);
        done.push(item);
      }
      continue;
    }
    const finished = op.region ? withDifferentiatedBody(builder, op, registry) : op;
    builder.append(finished);
    done.push(finished);
  }
  return gradients;
}

function withDifferentiatedBody(builder: GraphBuilder, op: Op, registry: OpRegistry): Op {
  const { region } = op;
  if (!region) return op;
  let gradients: ReadonlyMap<ValueId, ValueId> = new Map();
  const ops = builder.collect(() => {
    gradients = appendDifferentiated(builder, region.ops, registry);
  });
  const swap = (value: ValueId): ValueId => gradients.get(value) ?? value;
  return {
    ...op,
    region: {
      ...region,
      ops,
      next: region.next.map(swap),
      losses: region.losses.map((loss) => ({ ...loss, value: swap(loss.value) })),
      ...(region.marks === undefined ? {} : { marks: region.marks.map(swap) }),
      ...(region.preview === undefined ? {} : { preview: swap(region.preview) }),
    },
  };
}

/** Appends the reverse pass of one `gradient` op; yields what stands for each of its outputs. */
function reverse(
  builder: GraphBuilder,
  before: readonly Op[],
  gradient: Op,
  registry: OpRegistry,
): ReadonlyMap<ValueId, ValueId> {
  const { loss, ...wanted } = gradient.inputs;
  if (loss === undefined) throw new InternalError('A gradient op has no loss.');
  const dependent = valuesDependingOn(before, new Set(Object.values(wanted)), registry);
  const cotangents = new Map<ValueId, ValueId>([[loss, builder.constant([1])]]);
  for (let index = before.length - 1; index >= 0; index -= 1) {
    const op = before[index] as Op;
    const outputs = Object.entries(op.outputs);
    if (!outputs.some(([, value]) => cotangents.has(value) && dependent.has(value))) continue;
    const adjoint = registry.get(op.op)?.adjoint ?? 'not-differentiable';
    // A constant's outputs are never dependent, so that none comes here.
    if (typeof adjoint === 'string') throw new NotDifferentiable(op);
    const outputCotangents = Object.fromEntries(
      outputs.map(([name, value]) => [name, cotangents.get(value)]),
    );
    builder.onBehalfOf(op.origin, () => {
      const inputCotangents: Readonly<Record<string, ValueId | 'zero' | undefined>> = adjoint(
        builder,
        { inputs: op.inputs, outputs: op.outputs, attributes: op.attributes },
        outputCotangents as Record<string, ValueId>,
      );
      for (const [name, value] of Object.entries(op.inputs)) {
        const cotangent = inputCotangents[name];
        if (!dependent.has(value) || cotangent === 'zero') continue;
        // Silence is not the same as no dependence: going on would give a gradient that is wrong.
        if (cotangent === undefined) {
          throw new InternalError(`The adjoint of "${op.op}" gives no gradient of its "${name}".`);
        }
        const sum = cotangents.get(value);
        cotangents.set(
          value,
          sum === undefined
            ? cotangent
            : (builder.op('add', { a: sum, b: cotangent }).value as ValueId),
        );
      }
    });
  }
  return new Map(
    Object.entries(wanted).map(([name, value]) => {
      const output = gradient.outputs[name] as ValueId;
      const cotangent =
        cotangents.get(value) ??
        builder.op('zeros', { like: value }, zerosOf(builder, value)).value;
      return [output, cotangent as ValueId];
    }),
  );
}

function zerosOf(builder: GraphBuilder, value: ValueId): { readonly channels: number } {
  return { channels: channelsOf(builder.typeOf(value)) };
}

function valuesDependingOn(
  ops: readonly Op[],
  roots: ReadonlySet<ValueId>,
  registry: OpRegistry,
): ReadonlySet<ValueId> {
  const dependent = new Set(roots);
  for (const op of ops) {
    if (registry.get(op.op)?.adjoint === 'constant') continue;
    // What a loop's body reads from around counts too: its gradient is refused, not left out.
    if (readsOf(op).some((value) => dependent.has(value))) {
      for (const value of Object.values(op.outputs)) dependent.add(value);
    }
  }
  return dependent;
}
