import type { BufferId, Pass, Work } from '../ir/kernel-graph';
import type { ValueId } from '../ir/values';
import type { KernelDefinition } from '../ops/define-kernel';
import { copyKernels } from '../ops/loop/loop-kernels';
import type { BufferTable } from './buffer-table';
import { type NamedBuffers, passOf, withBuffer } from './pass-buffers';

/** The passes of a step under construction, in order. */
export class PassList {
  readonly #table: BufferTable;
  #passes: Work[] = [];
  /** Node whose step it is: what copies and counters are put down to. */
  origin = '';

  constructor(table: BufferTable) {
    this.#table = table;
  }

  get passes(): readonly Work[] {
    return this.#passes;
  }

  /** The passes so far; the list is empty after. */
  take(): readonly Work[] {
    const taken = this.#passes;
    this.#passes = [];
    return taken;
  }

  /** Appends what `body` appends as something that is run `count` times. */
  repeat(origin: string, label: string, count: number, body: () => void): void {
    const around = this.#passes;
    this.#passes = [];
    body();
    const passes = this.#passes;
    this.#passes = around;
    if (passes.length > 0) around.push({ kind: 'repeat', origin, label, count, passes });
  }

  /** Appends a kernel over its buffers, for `origin` or for the node whose step it is. */
  call(
    // biome-ignore lint/suspicious/noExplicitAny: kernels are contravariant in their bindings.
    kernel: KernelDefinition<any, any>,
    buffers: NamedBuffers,
    parameters: Pass['parameters'],
    origin = this.origin,
  ): void {
    this.#passes.push(passOf(kernel, buffers, parameters, origin));
  }

  /** Appends a copy of one buffer into another, as long as the target. */
  copyBuffer(source: BufferId, target: BufferId): void {
    const count = this.#table.elementsOf(target);
    const kernel = copyKernels[this.#table.elementTypeOf(target)];
    this.call(kernel, { source, value: target }, { count });
  }

  /** Appends copies of all that a value is. */
  copy(from: ValueId, to: ValueId): void {
    const source = this.#table.memoryOf(from);
    this.#table.memoryOf(to).forEach((target, place) => {
      this.copyBuffer(source[place] as BufferId, target);
    });
  }

  /** Puts `target` wherever `source` was, here and in the table, and each plane of it likewise. */
  rename(source: BufferId, target: BufferId): void {
    for (const [from, to] of this.#table.inStepWith(source, target)) {
      this.#passes = [...withBuffer(this.#passes, from, to)];
    }
    this.#table.rename(source, target);
  }
}
