import type { HeldPlane } from '../../held-plane';
import type { PlaneArray, ValueId } from '../../ir/values';

/** Numbers of program values: one plane a channel, or one of scalars. */
export type Numbers = ReadonlyMap<ValueId, readonly PlaneArray[]>;

/** The numbers of a result: scalars and points at hand, fields where the device left them. */
export class ResultData {
  readonly #scalars: Numbers;
  readonly #fields: ReadonlyMap<ValueId, readonly HeldPlane[]>;

  /** Holds the planes of `fields` from now on: they are released with it. */
  constructor(scalars: Numbers, fields: ReadonlyMap<ValueId, readonly HeldPlane[]>) {
    this.#scalars = scalars;
    this.#fields = fields;
  }

  get bytes(): number {
    return this.#planes().reduce((sum, plane) => sum + plane.bytes, 0);
  }

  /** True once a device took part of it along. */
  get isLost(): boolean {
    return this.#planes().some((plane) => plane.isLost);
  }

  /** Those that lie at hand: no fields. */
  get scalars(): Numbers {
    return this.#scalars;
  }

  get fields(): ReadonlyMap<ValueId, readonly HeldPlane[]> {
    return this.#fields;
  }

  /**
   * Numbers of the named values; what it does not have is left out. Read only.
   * @throws DeviceFailure
   */
  async read(values: readonly ValueId[]): Promise<Numbers> {
    const found = values.map(async (value): Promise<[ValueId, readonly PlaneArray[]][]> => {
      const scalars = this.#scalars.get(value);
      if (scalars) return [[value, scalars]];
      const planes = this.#fields.get(value);
      return planes ? [[value, await Promise.all(planes.map((plane) => plane.read()))]] : [];
    });
    return new Map((await Promise.all(found)).flat());
  }

  retain(): void {
    for (const plane of this.#planes()) plane.retain();
  }

  release(): void {
    for (const plane of this.#planes()) plane.release();
  }

  #planes(): readonly HeldPlane[] {
    return [...this.#fields.values()].flat();
  }
}
