import { InternalError } from '../internal-error';
import type { BufferId, VirtualBuffer } from '../ir/kernel-graph';
import {
  bufferCount,
  type ElementType,
  elementOf,
  elementsPerBuffer,
  liesTogether,
  planeStride,
  type ValueId,
  type ValueType,
} from '../ir/values';

/** The virtual buffers of a program under construction, and which of them hold which value. */
export class BufferTable {
  readonly #types: readonly ValueType[];
  readonly #buffers: VirtualBuffer[] = [];
  readonly #buffersOf = new Map<ValueId, readonly BufferId[]>();
  /** The values that lie in a buffer: several share one where an op computes in place. */
  readonly #valuesIn = new Map<BufferId, ValueId[]>();
  /** The planes of each buffer of several, in order. */
  readonly #planesOf = new Map<BufferId, readonly BufferId[]>();

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

  /** Memory of its own for every plane of a value: a buffer each, or one for all. */
  define(value: ValueId, role: VirtualBuffer['role'], label: string): void {
    const type = this.typeOf(value);
    const [elements, count] = [elementsPerBuffer(type), bufferCount(type)];
    const element = elementOf(type);
    if (!liesTogether(type)) {
      this.put(
        value,
        Array.from({ length: count }, (_, plane) =>
          this.add(elements, element, role, `${label}[${plane}]`),
        ),
      );
      return;
    }
    const stride = planeStride(type);
    const whole = this.add(stride * count, element, role, label);
    const planes = Array.from({ length: count }, (_, plane) => {
      const within = { whole, first: plane * stride };
      this.#buffers.push({ elements, type: element, role, label: `${label}[${plane}]`, within });
      return (this.#buffers.length - 1) as BufferId;
    });
    this.#planesOf.set(whole, planes);
    this.put(value, planes);
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

  /** From now on everything that lay in `source` lies in `target`; both have memory of their own. */
  rename(source: BufferId, target: BufferId): void {
    for (const [from, to] of this.inStepWith(source, target)) this.#rename(from, to);
  }

  /** Two buffers as pairs: themselves, then plane by plane where they hold several. */
  inStepWith(
    source: BufferId,
    target: BufferId,
  ): readonly (readonly [from: BufferId, to: BufferId])[] {
    const planes = this.#planesOf.get(target) ?? [];
    const pairs = (this.#planesOf.get(source) ?? []).map(
      (from, plane) => [from, planes[plane] as BufferId] as const,
    );
    return [[source, target], ...pairs];
  }

  #rename(source: BufferId, target: BufferId): void {
    const moving = this.#valuesIn.get(source) ?? [];
    this.#valuesIn.delete(source);
    for (const value of moving) {
      const buffers = this.of(value).map((one) => (one === source ? target : one));
      this.#buffersOf.set(value, buffers);
    }
    this.#valuesIn.set(target, [...(this.#valuesIn.get(target) ?? []), ...moving]);
  }

  /**
   * The buffer of several whose planes these are, all of them in order; undefined where they lie apart.
   */
  together(planes: readonly BufferId[]): BufferId | undefined {
    const whole = this.#buffers[planes[0] ?? -1]?.within?.whole;
    const all = whole === undefined ? undefined : this.#planesOf.get(whole);
    const isAll = all?.length === planes.length && all.every((one, index) => one === planes[index]);
    return isAll ? whole : undefined;
  }

  /** The buffers with memory of their own in which a value lies: one a plane, or one for all. */
  memoryOf(value: ValueId): readonly BufferId[] {
    const planes = this.of(value);
    const whole = this.together(planes);
    return whole === undefined ? planes : [whole];
  }

  /** A buffer and, where it holds several planes, each of them. */
  withPlanes(buffer: BufferId): readonly BufferId[] {
    return [buffer, ...(this.#planesOf.get(buffer) ?? [])];
  }

  /**
   * The planes of a value.
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

  /** What lies in a buffer. */
  elementTypeOf(buffer: BufferId): ElementType {
    return this.#buffers[buffer]?.type ?? 'f32';
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
