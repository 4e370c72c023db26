import { InternalError } from '../internal-error';
import type { BufferId, ElementType, VirtualBuffer } from '../ir/kernel-graph';
import { bufferCount, elementsPerBuffer, type ValueId, type ValueType } from '../ir/values';

/** The virtual buffers of a program under construction, and which of them hold which value. */
export class BufferTable {
  readonly #types: readonly ValueType[];
  readonly #buffers: VirtualBuffer[] = [];
  readonly #buffersOf = new Map<ValueId, readonly BufferId[]>();
  /** The values that lie in a buffer: several share one where an op computes in place. */
  readonly #valuesIn = new Map<BufferId, ValueId[]>();

  /** @param types types of all values; index = ValueId */
  constructor(types: readonly ValueType[]) {
    this.#types = types;
  }

  /** All buffers so far; index = BufferId. */
  get buffers(): readonly VirtualBuffer[] {
    return this.#buffers;
  }

  /** A buffer of its own. */
  add(elements: number, type: ElementType, role: VirtualBuffer['role'], label: string): BufferId {
    this.#buffers.push({ elements, type, role, label });
    return (this.#buffers.length - 1) as BufferId;
  }

  /** Buffers of its own for every plane of a value. */
  define(value: ValueId, role: VirtualBuffer['role'], label: string): void {
    const type = this.typeOf(value);
    this.put(
      value,
      Array.from({ length: bufferCount(type) }, (_, plane) =>
        this.add(elementsPerBuffer(type), 'f32', role, `${label}[${plane}]`),
      ),
    );
  }

  /** Says that a value lies in buffers that exist. */
  put(value: ValueId, buffers: readonly BufferId[]): void {
    this.#buffersOf.set(value, buffers);
    for (const buffer of buffers) {
      const values = this.#valuesIn.get(buffer);
      if (values) values.push(value);
      else this.#valuesIn.set(buffer, [value]);
    }
  }

  /** From now on everything that lay in `source` lies in `target`. */
  rename(source: BufferId, target: BufferId): void {
    const moving = this.#valuesIn.get(source) ?? [];
    this.#valuesIn.delete(source);
    for (const value of moving) {
      const buffers = this.of(value).map((one) => (one === source ? target : one));
      this.#buffersOf.set(value, buffers);
    }
    this.#valuesIn.set(target, [...(this.#valuesIn.get(target) ?? []), ...moving]);
  }

  /**
   * Buffers of a value, one a plane.
   * @throws InternalError where it has none yet
   */
  of(value: ValueId): readonly BufferId[] {
    const buffers = this.#buffersOf.get(value);
    if (!buffers) throw new InternalError(`Value %${value} has no buffers yet.`);
    return buffers;
  }

  elementsOf(buffer: BufferId): number {
    return this.#buffers[buffer]?.elements ?? 0;
  }

  roleOf(buffer: BufferId): VirtualBuffer['role'] | undefined {
    return this.#buffers[buffer]?.role;
  }

  /** Inputs, dials and constants belong to the caller and must keep what they hold. */
  isForeign(value: ValueId): boolean {
    const role = this.roleOf(this.of(value)[0] as BufferId);
    return role === 'input' || role === 'dial' || role === 'constant';
  }

  /** @throws InternalError where the value has none */
  typeOf(value: ValueId): ValueType {
    const type = this.#types[value];
    if (!type) throw new InternalError(`Value %${value} has no type.`);
    return type;
  }
}
