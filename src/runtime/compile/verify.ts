import { InternalError } from '../internal-error';
import { type BufferId, type KernelGraph, wholeOf } from '../ir/kernel-graph';
import { gradientOpName, loopOpName, type Op, type OpGraph, repeatOpName } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import { countedPasses } from '../ir/repeats';
import { sameType, type ValueId } from '../ir/values';
import { accessOf, type BindingSpec, elementTypeOf, planeCountOf } from '../ops/define-kernel';
import { type OpRegistry, opRegistry } from '../ops/index';
import { type KernelRegistry, kernelOf, kernelRegistry } from '../ops/kernels';
import { lifetimesOf } from './allocate';
import { usedBuffers } from './drop-unused-buffers';

/**
 * Checks what every phase must leave true of an op graph: values defined once and before use, known
 * ops with the inputs they declare, loop bodies whose ends match their beginnings.
 * @throws InternalError naming the phase and the first broken invariant
 */
export function verifyOpGraph(
  graph: OpGraph,
  phase: string,
  registry: OpRegistry = opRegistry,
): void {
  const fail = (reason: string): never => {
    throw new InternalError(`After ${phase}: ${reason}`);
  };
  const everDefined = new Set<ValueId>();
  const define = (defined: Set<ValueId>, value: ValueId, by: string): void => {
    if (everDefined.has(value)) fail(`%${value} is defined twice (${by}).`);
    if (!graph.types[value]) fail(`%${value} has no type (${by}).`);
    everDefined.add(value);
    defined.add(value);
  };
  const structure = [gradientOpName, loopOpName, repeatOpName];
  const visit = (ops: readonly Op[], defined: Set<ValueId>, isInLoop: boolean): void => {
    for (const op of ops) {
      const name = `${op.op} for ${op.origin}`;
      const definition = registry.get(op.op);
      if (!definition && !structure.includes(op.op)) fail(`no op ${name}.`);
      for (const [input, value] of Object.entries(op.inputs)) {
        if (!defined.has(value)) fail(`${name} reads %${value} ("${input}") before it is defined.`);
        if (definition && !(input in definition.inputs)) fail(`${name} has no input "${input}".`);
      }
      for (const [input, spec] of Object.entries(definition?.inputs ?? {})) {
        if (!(input in op.inputs) && !spec.endsWith('?')) fail(`${name} lacks "${input}".`);
      }
      if (op.region) {
        const { region } = op;
        const isCounted = op.op === repeatOpName;
        if (isInLoop && !isCounted) fail(`${name} may end early and is within a loop.`);
        if (isCounted && !(region.stop.maxIterations >= 1)) fail(`${name} is never run.`);
        if (isCounted && region.losses.length > 0) fail(`${name} records losses.`);
        const inner = new Set(defined);
        for (const value of [...region.carried, region.iteration]) define(inner, value, name);
        visit(region.ops, inner, true);
        region.next.forEach((value, index) => {
          const carried = region.carried[index] as ValueId;
          const [type, wanted] = [graph.types[value], graph.types[carried]];
          if (!inner.has(value)) fail(`${name} carries on %${value}, which is not defined.`);
          if (!type || !wanted || !sameType(type, wanted)) fail(`${name} carries on another type.`);
        });
        const columns = region.losses.length + (region.marks?.length ?? 0);
        for (const condition of region.stop.when) {
          const column = condition.kind === 'flag' ? condition.column : (condition.countedBy ?? 0);
          const isThere = condition.kind === 'slope' && condition.minimumRelativeSlope <= 0;
          if (!isThere && column >= columns) fail(`${name} stops by a column it does not record.`);
        }
        for (const value of [...region.losses.map((loss) => loss.value), ...(region.marks ?? [])]) {
          if (!inner.has(value)) fail(`${name} records %${value}, which is not defined.`);
        }
        if (region.preview !== undefined && !inner.has(region.preview)) {
          fail(`${name} shows %${region.preview}, which is not defined.`);
        }
      }
      for (const value of Object.values(op.outputs)) define(defined, value, name);
    }
  };
  const roots = new Set<ValueId>();
  for (const { value } of [...graph.inputs, ...graph.dials, ...graph.constants]) {
    define(roots, value, 'program input');
  }
  visit(graph.ops, roots, false);
  for (const value of graph.results) {
    if (!roots.has(value)) fail(`result %${value} is not defined.`);
  }
}

/** Storage buffers that one dispatch may bind on any WebGPU device. */
export const maxStorageBuffers = 8;

/**
 * Checks passes: known kernels with as many buffers as they declare, of the elements that they take, at most eight in a GPU
 * dispatch, no buffer both read and written in one (two planes of one buffer are one buffer to a GPU), and no
 * host kernel within a loop.
 * @throws InternalError
 */
export function verifyKernelGraph(
  graph: KernelGraph,
  phase: string,
  kernels: KernelRegistry = kernelRegistry,
): void {
  for (const step of graph.steps) {
    for (const { pass, times } of countedPasses(step.passes)) {
      const fail = (reason: string): never => {
        throw new InternalError(`After ${phase}: ${pass.kernel} for ${pass.origin}: ${reason}`);
      };
      const kernel = kernelOf(pass, kernels);
      if (!kernel) {
        fail('there is no such kernel.');
        continue;
      }
      const bindings = Object.entries(kernel.bindings) as [string, BindingSpec][];
      const planes = bindings.reduce((sum, [, spec]) => sum + planeCountOf(spec), 0);
      if (planes !== pass.buffers.length) fail(`${pass.buffers.length} buffers, not ${planes}.`);
      const elementTypes = bindings.flatMap(([, spec]) =>
        new Array<string>(planeCountOf(spec)).fill(elementTypeOf(spec)),
      );
      const written = new Set<number>();
      const read = new Set<number>();
      let place = 0;
      for (const [, spec] of bindings) {
        for (let plane = 0; plane < planeCountOf(spec); plane += 1, place += 1) {
          const buffer = pass.buffers[place];
          if (buffer === null || buffer === undefined) continue;
          if (accessOf(spec) === 'read') read.add(buffer);
          else if (written.has(buffer)) fail('one buffer is written through two bindings.');
          else written.add(buffer);
        }
      }
      const wrong = pass.buffers.find(
        (buffer, index) => buffer !== null && graph.buffers[buffer]?.type !== elementTypes[index],
      );
      if (wrong !== undefined) fail('a buffer holds other elements than the kernel takes.');
      const memoryOf = (buffer: number) => wholeOf(graph.buffers, buffer as BufferId);
      const readMemory = new Set([...read].map(memoryOf));
      for (const buffer of written) {
        if (readMemory.has(memoryOf(buffer))) fail('a buffer is both read and written.');
        if (memoryOf(buffer) !== buffer && written.has(memoryOf(buffer))) {
          fail('one buffer is written through two bindings.');
        }
      }
      if (kernel.gpu === 'host') {
        if (step.kind === 'loop' || times > 1) fail('it runs on the host and cannot be in a loop.');
        continue;
      }
      const stages = 'source' in kernel.gpu ? [kernel.gpu] : kernel.gpu;
      for (const stage of stages) {
        const bound = bindings
          .filter(([name]) => stage.binds?.includes(name) ?? true)
          .reduce(
            (sum, [name, spec]) =>
              sum + (stage.perComponent?.includes(name) ? 1 : planeCountOf(spec)),
            0,
          );
        if (bound > maxStorageBuffers) fail(`it binds ${bound} storage buffers in one dispatch.`);
      }
    }
  }
}

/**
 * Checks memory: every buffer that a pass, a loop or a value names has a slot as large as itself, and
 * buffers that are alive at the same time have different ones.
 * @throws InternalError
 */
export function verifyPlan(plan: Plan): void {
  for (const buffer of usedBuffers(plan)) {
    const slot = plan.slotOfBuffer[buffer];
    const { elements, within } = plan.buffers[buffer] ?? {};
    if (slot === undefined || elements === undefined) {
      throw new InternalError(`After allocate: buffer ${buffer} has no slot.`);
    }
    if ((plan.slots[slot]?.bytes ?? 0) < ((within?.first ?? 0) + elements) * 4) {
      throw new InternalError(`After allocate: slot ${slot} is too small for buffer ${buffer}.`);
    }
  }
  const bySlot = new Map<number, { begin: number; end: number }[]>();
  for (const { buffer, begin, end } of lifetimesOf(plan, plan.arrivals)) {
    const slot = plan.slotOfBuffer[buffer] as number;
    const others = bySlot.get(slot) ?? [];
    for (const other of others) {
      if (begin <= other.end && other.begin <= end) {
        throw new InternalError(`After allocate: buffer ${buffer} shares a slot while alive.`);
      }
    }
    bySlot.set(slot, [...others, { begin, end }]);
  }
}
