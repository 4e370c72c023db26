import type { Builder, ValueId } from '../../runtime/api/nodes/builder';

/** Zeros of the type of another value. */
export function zerosLike(b: Builder, like: ValueId): ValueId {
  const type = b.typeOf(like);
  return b.zeros({ like }, { channels: type.kind === 'field' ? type.channels : 1 });
}
