import { InternalError } from '../internal-error';
import type {
  BufferId,
  ElementType,
  KernelGraph,
  LoopStep,
  Pass,
  Step,
  VirtualBuffer,
} from '../ir/kernel-graph';
import type { Op, OpGraph } from '../ir/op-graph';
import { bufferCount, elementsPerBuffer, type ValueId } from '../ir/values';
import type { KernelDefinition } from '../ops/define-kernel';
import type { Emitter } from '../ops/define-op';
import { type OpRegistry, opRegistry } from '../ops/index';
import {
  advanceIterationKernel,
  copyKernel,
  fillKernel,
  recordLossKernel,
} from '../ops/loop/loop-kernels';
import { dropUnusedBuffers } from './drop-unused-buffers';
import { isBornAfter, type NamedBuffers, passOf, withBuffer } from './passes';
import { lastUses, leaving } from './traverse';

/**
 * Turns ops into kernels over virtual buffers and groups them into steps: straight programs by node,
 * and loops. What a loop carries has buffers of its own, which the body's end writes.
 */
export function schedule(graph: OpGraph, registry: OpRegistry = opRegistry): KernelGraph {
  return dropUnusedBuffers(new Scheduler(graph, registry).run());
}

class Scheduler {
  readonly #graph: OpGraph;
  readonly #registry: OpRegistry;
  readonly #buffers: VirtualBuffer[] = [];
  readonly #buffersOf = new Map<ValueId, readonly BufferId[]>();
  /** The values that lie in a buffer: several share one where an op computes in place. */
  readonly #valuesIn = new Map<BufferId, ValueId[]>();
  readonly #steps: Step[] = [];
  #passes: Pass[] = [];
  #origin = '';

  constructor(graph: OpGraph, registry: OpRegistry) {
    this.#graph = graph;
    this.#registry = registry;
  }

  run(): KernelGraph {
    const { inputs, dials, constants, results } = this.#graph;
    for (const { value, key } of inputs) this.#define(value, 'input', key);
    for (const { value, nodeId, parameter } of dials) {
      this.#define(value, 'dial', `${nodeId}.${parameter}`);
    }
    for (const { value } of constants) this.#define(value, 'constant', 'constant');
    const lastUse = lastUses(this.#graph.ops, new Set(results));
    this.#graph.ops.forEach((op, index) => {
      const origin = op.step ?? op.origin;
      if (origin !== this.#origin) this.#closeProgram();
      this.#origin = origin;
      if (op.region) this.#loop(op);
      else this.#emit(op, (value) => (lastUse.get(value) ?? -1) > index);
    });
    this.#closeProgram();
    const exposed = [...inputs, ...dials, ...constants].map((item) => item.value);
    const buffersOfValue = new Map<ValueId, readonly BufferId[]>();
    for (const value of [...exposed, ...results]) buffersOfValue.set(value, this.#of(value));
    for (const step of this.#steps) {
      if (step.kind === 'loop' && step.preview) {
        buffersOfValue.set(step.preview.value, this.#of(step.preview.value));
      }
    }
    return {
      buffers: this.#buffers,
      steps: this.#steps,
      buffersOfValue,
      inputs,
      dials,
      constants,
      results,
    };
  }

  #closeProgram(): void {
    if (this.#passes.length === 0) return;
    this.#steps.push({ kind: 'program', origin: this.#origin, passes: this.#passes });
    this.#passes = [];
  }

  /** @param isNeededLater whether a value is read after this op: it must then not be overwritten */
  #emit(op: Op, isNeededLater: (value: ValueId) => boolean): void {
    const definition = this.#registry.get(op.op);
    if (!definition) throw new InternalError(`There is no op "${op.op}" to schedule.`);
    const inputs: Record<string, readonly BufferId[]> = {};
    for (const [name, value] of Object.entries(op.inputs)) inputs[name] = this.#of(value);
    const inPlace = definition.traits?.updatesInPlace ?? {};
    const readTwice = (value: ValueId): boolean =>
      Object.values(op.inputs).filter((other) => other === value).length > 1;
    for (const [output, value] of Object.entries(op.outputs)) {
      const updated = inPlace[output];
      const source = updated === undefined ? undefined : op.inputs[updated];
      if (source === undefined) {
        this.#define(value, 'value', `${op.origin}/${op.op}.${output}`);
        continue;
      }
      const mustCopy = isNeededLater(source) || readTwice(source) || this.#isForeign(source);
      if (mustCopy) {
        this.#define(value, 'value', `${op.origin}/${op.op}.${output}`);
        this.#copy(source, value);
      } else {
        this.#put(value, this.#of(source));
      }
      inputs[updated as string] = this.#of(value);
    }
    const outputs = Object.fromEntries(
      Object.entries(op.outputs).map(([name, value]) => [name, this.#of(value)]),
    );
    const types = (values: Op['inputs']) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.#type(value)]));
    definition.emit(this.#emitter(op), {
      inputs,
      outputs,
      inputTypes: types(op.inputs),
      outputTypes: types(op.outputs),
      attributes: op.attributes,
    });
  }

  /** Inputs, dials and constants belong to the caller and must keep what they hold. */
  #isForeign(value: ValueId): boolean {
    const role = this.#buffers[this.#of(value)[0] as BufferId]?.role;
    return role === 'input' || role === 'dial' || role === 'constant';
  }

  #loop(op: Op): void {
    const { region } = op;
    if (!region) return;
    region.carried.forEach((value, index) => {
      this.#define(value, 'value', `${op.origin}/${region.label}.carried${index}`);
      this.#copy(op.inputs[`carried${index}`] as ValueId, value);
    });
    this.#define(region.iteration, 'value', `${op.origin}/${region.label}.iteration`);
    this.#call(
      op.origin,
      fillKernel,
      { value: this.#of(region.iteration) },
      { count: 1, number: 0 },
    );
    const lossCount = region.losses.length;
    const trace = this.#buffer(
      Math.max(1, region.stop.maxIterations * lossCount),
      'f32',
      'trace',
      `${op.origin}/${region.label}.trace`,
    );
    this.#closeProgram();

    const firstOfBody = this.#buffers.length;
    const lastUse = lastUses(region.ops, new Set(leaving(region)));
    // Outer values are read again in the next iteration, so nothing may overwrite them.
    const inside = new Set<ValueId>([
      ...region.carried,
      ...region.ops.flatMap((inner) => Object.values(inner.outputs)),
    ]);
    region.ops.forEach((inner, index) => {
      if (inner.region) throw new InternalError('A loop within a loop cannot be scheduled.');
      this.#emit(inner, (value) => !inside.has(value) || (lastUse.get(value) ?? -1) > index);
    });
    region.losses.forEach((loss, index) => {
      this.#call(
        op.origin,
        recordLossKernel,
        { loss: this.#of(loss.value), iteration: this.#of(region.iteration), trace },
        { column: index, columns: lossCount },
      );
    });
    this.#carryOver(region.carried, region.next, firstOfBody);
    this.#call(op.origin, advanceIterationKernel, { iteration: this.#of(region.iteration) }, {});

    const step: LoopStep = {
      kind: 'loop',
      origin: op.origin,
      label: region.label,
      passes: this.#passes,
      stop: region.stop,
      lossNames: region.losses.map((loss) => loss.name),
      trace,
      ...(region.preview === undefined
        ? {}
        : {
            preview: {
              buffer: this.#of(region.preview)[0] as BufferId,
              value: region.preview,
            },
          }),
    };
    this.#steps.push(step);
    this.#passes = [];
    region.carried.forEach((value, index) => {
      this.#put(op.outputs[`result${index}`] as ValueId, this.#of(value));
    });
  }

  /**
   * Brings the body's last values into the carried buffers. Where a value is born in the body after
   * the last pass that touches the carried buffers, its buffers simply become the carried ones;
   * otherwise it is copied.
   * @param firstOfBody buffers from this one on were made by the body
   */
  #carryOver(carried: readonly ValueId[], next: readonly ValueId[], firstOfBody: number): void {
    const pairs = (): readonly (readonly [from: BufferId, to: BufferId])[] =>
      carried.flatMap((value, index) => {
        const from = this.#of(next[index] as ValueId);
        return this.#of(value).map((to, plane) => [from[plane] as BufferId, to] as const);
      });
    // What another place still takes over must not be overwritten before.
    const takenOver = new Set(pairs().map(([from]) => from));
    for (let place = 0; place < pairs().length; place += 1) {
      // Asked anew each time: a renaming changes the buffers of all that share a value.
      const [from, to] = pairs()[place] as readonly [BufferId, BufferId];
      const isOfBody = from >= firstOfBody && this.#buffers[from]?.role === 'value';
      if (isOfBody && !takenOver.has(to) && isBornAfter(this.#passes, from, to)) {
        this.#rename(from, to);
      }
    }
    const copies = pairs().filter(([from, to]) => from !== to);
    // A target that another copy still reads would be overwritten too early: go through scratch.
    const targets = new Set(copies.map(([, to]) => to));
    const staged = copies.map(([from, to]): [BufferId, BufferId] => {
      if (!targets.has(from)) return [from, to];
      const elements = this.#buffers[from]?.elements ?? 0;
      const scratch = this.#buffer(elements, 'f32', 'scratch', 'carry');
      this.#call('', copyKernel, { source: from, value: scratch }, { count: elements });
      return [scratch, to];
    });
    for (const [from, to] of staged) {
      this.#call(
        '',
        copyKernel,
        { source: from, value: to },
        { count: this.#buffers[to]?.elements ?? 0 },
      );
    }
  }

  #rename(source: BufferId, target: BufferId): void {
    this.#passes = withBuffer(this.#passes, source, target);
    const moving = this.#valuesIn.get(source) ?? [];
    this.#valuesIn.delete(source);
    for (const value of moving) {
      const buffers = this.#of(value).map((one) => (one === source ? target : one));
      this.#buffersOf.set(value, buffers);
    }
    this.#valuesIn.set(target, [...(this.#valuesIn.get(target) ?? []), ...moving]);
  }

  #copy(from: ValueId, to: ValueId): void {
    const source = this.#of(from);
    this.#of(to).forEach((target, plane) => {
      this.#call(
        this.#origin,
        copyKernel,
        { source: source[plane] as BufferId, value: target },
        { count: this.#buffers[target]?.elements ?? 0 },
      );
    });
  }

  #emitter(op: Op): Emitter {
    return {
      call: (kernel, buffers, parameters) => this.#call(op.origin, kernel, buffers, parameters),
      scratch: (elements, type = 'f32') =>
        this.#buffer(elements, type, 'scratch', `${op.origin}/${op.op} scratch`),
    };
  }

  #call(
    origin: string,
    // biome-ignore lint/suspicious/noExplicitAny: kernels are contravariant in their bindings.
    kernel: KernelDefinition<any, any>,
    buffers: NamedBuffers,
    parameters: Pass['parameters'],
  ): void {
    this.#passes.push(passOf(kernel, buffers, parameters, origin || this.#origin));
  }

  #define(value: ValueId, role: VirtualBuffer['role'], label: string): void {
    const type = this.#type(value);
    this.#put(
      value,
      Array.from({ length: bufferCount(type) }, (_, plane) =>
        this.#buffer(elementsPerBuffer(type), 'f32', role, `${label}[${plane}]`),
      ),
    );
  }

  #put(value: ValueId, buffers: readonly BufferId[]): void {
    this.#buffersOf.set(value, buffers);
    for (const buffer of buffers) {
      const values = this.#valuesIn.get(buffer);
      if (values) values.push(value);
      else this.#valuesIn.set(buffer, [value]);
    }
  }

  #buffer(
    elements: number,
    type: ElementType,
    role: VirtualBuffer['role'],
    label: string,
  ): BufferId {
    this.#buffers.push({ elements, type, role, label });
    return (this.#buffers.length - 1) as BufferId;
  }

  #of(value: ValueId): readonly BufferId[] {
    const buffers = this.#buffersOf.get(value);
    if (!buffers) throw new InternalError(`Value %${value} has no buffers yet.`);
    return buffers;
  }

  #type(value: ValueId) {
    const type = this.#graph.types[value];
    if (!type) throw new InternalError(`Value %${value} has no type.`);
    return type;
  }
}
