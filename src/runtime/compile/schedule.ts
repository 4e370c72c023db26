import { InternalError } from '../internal-error';
import type { BufferId, KernelGraph, LoopStep, Step } from '../ir/kernel-graph';
import { type LoopRegion, type Op, type OpGraph, repeatOpName } from '../ir/op-graph';
import type { ValueId } from '../ir/values';
import { type OpRegistry, opRegistry } from '../ops/index';
import { advanceIterationKernel, fillKernel, recordLossKernel } from '../ops/loop/loop-kernels';
import { BufferTable } from './buffer-table';
import { carryOver } from './carry-over';
import { dropUnusedBuffers } from './drop-unused-buffers';
import { emitOp } from './emit-op';
import { PassList } from './pass-list';
import { lastUses, leaving, readsOf } from './traverse';

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
  readonly #table: BufferTable;
  readonly #list: PassList;
  readonly #steps: Step[] = [];

  constructor(graph: OpGraph, registry: OpRegistry) {
    this.#graph = graph;
    this.#registry = registry;
    this.#table = new BufferTable(graph.types);
    this.#list = new PassList(this.#table);
  }

  run(): KernelGraph {
    const { inputs, dials, constants, results } = this.#graph;
    const table = this.#table;
    for (const { value, key } of inputs) table.define(value, 'input', key);
    for (const { value, nodeId, parameter } of dials) {
      table.define(value, 'dial', `${nodeId}.${parameter}`);
    }
    for (const { value } of constants) table.define(value, 'constant', 'constant');
    const lastUse = lastUses(this.#graph.ops, new Set(results));
    this.#graph.ops.forEach((op, index) => {
      const origin = op.scheduledFor ?? op.origin;
      if (origin !== this.#list.origin) this.#closeProgram();
      this.#list.origin = origin;
      if (!op.region) this.#emit(op, (value) => (lastUse.get(value) ?? -1) > index);
      else if (op.op === repeatOpName) this.#repeat(op, op.region);
      else this.#loop(op, op.region);
    });
    this.#closeProgram();
    const exposed = [...inputs, ...dials, ...constants].map((item) => item.value);
    const buffersOfValue = new Map<ValueId, readonly BufferId[]>();
    for (const value of [...exposed, ...results]) buffersOfValue.set(value, table.of(value));
    for (const step of this.#steps) {
      if (step.kind === 'loop' && step.preview) {
        buffersOfValue.set(step.preview.value, table.of(step.preview.value));
      }
    }
    return {
      buffers: table.buffers,
      steps: this.#steps,
      buffersOfValue,
      inputs,
      dials,
      constants,
      results,
    };
  }

  #closeProgram(): void {
    const passes = this.#list.take();
    if (passes.length === 0) return;
    this.#steps.push({ kind: 'program', origin: this.#list.origin, passes });
  }

  #emit(op: Op, isNeededLater: (value: ValueId) => boolean): void {
    emitOp(op, this.#registry, this.#table, this.#list, isNeededLater);
  }

  #loop(op: Op, region: LoopRegion): void {
    const [table, list] = [this.#table, this.#list];
    this.#enter(op, region, true);
    const recorded = [...region.losses.map(({ value }) => value), ...(region.marks ?? [])];
    const columns = recorded.length;
    const trace = table.add(
      Math.max(1, region.stop.maxIterations * columns),
      'f32',
      'trace',
      `${op.origin}/${region.label}.trace`,
    );
    this.#closeProgram();
    this.#body(op, region, true, () => {
      recorded.forEach((value, column) => {
        list.call(
          recordLossKernel,
          { loss: table.of(value), iteration: table.of(region.iteration), trace },
          { column, columns },
          op.origin,
        );
      });
    });
    const step: LoopStep = {
      kind: 'loop',
      origin: op.origin,
      label: region.label,
      passes: list.take(),
      stop: region.stop,
      lossNames: region.losses.map((loss) => loss.name),
      columns,
      trace,
      ...(region.preview === undefined
        ? {}
        : {
            preview: { buffer: table.of(region.preview)[0] as BufferId, value: region.preview },
          }),
    };
    this.#steps.push(step);
    this.#leave(op, region);
  }

  /** A body that is run a known number of times is part of the step that it stands in. */
  #repeat(op: Op, region: LoopRegion): void {
    const isCounted = [...leaving(region), ...region.ops.flatMap(readsOf)].includes(
      region.iteration,
    );
    this.#enter(op, region, isCounted);
    this.#list.repeat(op.origin, region.label, region.stop.maxIterations, () => {
      this.#body(op, region, isCounted);
    });
    this.#leave(op, region);
  }

  /** Gives what a loop carries its buffers and their first values, and starts its counter. */
  #enter(op: Op, region: LoopRegion, isCounted: boolean): void {
    const [table, list] = [this.#table, this.#list];
    region.carried.forEach((value, index) => {
      table.define(value, 'value', `${op.origin}/${region.label}.carried${index}`);
      list.copy(op.inputs[`carried${index}`] as ValueId, value);
    });
    if (!isCounted) return;
    table.define(region.iteration, 'value', `${op.origin}/${region.label}.iteration`);
    const counter = { value: table.of(region.iteration) };
    list.call(fillKernel, counter, { count: 1, number: 0 }, op.origin);
  }

  /** One iteration, to its end but for the counter: `record` comes before anything is carried over. */
  #body(op: Op, region: LoopRegion, isCounted: boolean, record?: () => void): void {
    const [table, list] = [this.#table, this.#list];
    const firstOfBody = table.buffers.length;
    const lastUse = lastUses(region.ops, new Set(leaving(region)));
    // Outer values are read again in the next iteration, so nothing may overwrite them.
    const inside = new Set<ValueId>([
      ...region.carried,
      ...region.ops.flatMap((inner) => Object.values(inner.outputs)),
    ]);
    region.ops.forEach((inner, index) => {
      if (!inner.region) {
        this.#emit(inner, (value) => !inside.has(value) || (lastUse.get(value) ?? -1) > index);
      } else if (inner.op === repeatOpName) {
        this.#repeat(inner, inner.region);
      } else {
        throw new InternalError('A loop that may end early cannot be within another.');
      }
    });
    record?.();
    carryOver(table, list, region.carried, region.next, firstOfBody);
    if (!isCounted) return;
    const iteration = table.of(region.iteration);
    list.call(advanceIterationKernel, { iteration }, {}, op.origin);
  }

  #leave(op: Op, region: LoopRegion): void {
    region.carried.forEach((value, index) => {
      this.#table.put(op.outputs[`result${index}`] as ValueId, this.#table.of(value));
    });
  }
}
