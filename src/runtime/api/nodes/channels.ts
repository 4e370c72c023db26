import type { Expression } from '../../ir/formula';
import type { ValueId } from '../../ir/values';
import type { ImageValue } from '../data-kinds/image';
import type { Builder } from './builder';

/** Values that one formula reads. */
const mostRead = 12;

/** How many channels a field has; 1 of what is no field. */
export function channelCount(b: Builder, value: ValueId): number {
  const type = b.typeOf(value);
  return type.kind === 'field' ? type.channels : 1;
}

/** One channel of a field, from 0, as a field of one channel; a field of one channel is that itself. */
export function channelOf(b: Builder, field: ValueId, channel: number): ValueId {
  if (channelCount(b, field) === 1) return field;
  return b.pointwise({ a: field }, { expressions: [`a.${channel}`] });
}

/** Every channel of a field, each as a field of one channel. */
export function splitChannels(b: Builder, field: ValueId): readonly [ValueId, ...ValueId[]] {
  const others = Array.from({ length: channelCount(b, field) - 1 }, (_, at) =>
    channelOf(b, field, at + 1),
  );
  return [channelOf(b, field, 0), ...others];
}

/** The channels of several fields on one grid, one after the other, as one field; of one field it itself. */
export function joinChannels(b: Builder, fields: readonly [ValueId, ...ValueId[]]): ValueId {
  const [first, ...others] = fields;
  if (others.length === 0) return first;
  if (fields.length > mostRead) {
    const groups = Array.from({ length: Math.ceil(fields.length / mostRead) }, (_, at) =>
      joinChannels(b, fields.slice(at * mostRead, (at + 1) * mostRead) as [ValueId, ...ValueId[]]),
    );
    return joinChannels(b, groups as [ValueId, ...ValueId[]]);
  }
  const letters = 'abcdefghijkl';
  const expressions = fields.flatMap((field, at) =>
    Array.from({ length: channelCount(b, field) }, (_, channel): Expression => {
      return `${letters[at]}.${channel}`;
    }),
  );
  const read = Object.fromEntries(fields.map((field, at) => [letters[at], field]));
  return b.pointwise(read, { expressions });
}

/** An image of which each channel is what `work` makes of it; the grid is that of what `work` gives. */
export function mapChannels(
  b: Builder,
  image: ValueId,
  work: (channel: ValueId, index: number) => ValueId,
): ValueId {
  const [first, ...others] = splitChannels(b, image);
  return joinChannels(b, [
    work(first, 0),
    ...others.map((channel, index) => work(channel, index + 1)),
  ]);
}

/** The first channel of an image, where one has to stand for all. */
export function firstChannel(b: Builder, { image }: Pick<ImageValue, 'image'>): ValueId {
  return channelOf(b, image, 0);
}

/** The mean of scalars, element by element; of one it itself. */
export function meanOf(b: Builder, scalars: readonly [ValueId, ...ValueId[]]): ValueId {
  const [first, ...others] = scalars;
  if (others.length === 0) return first;
  const sum = others.reduce((all, one) => b.add({ a: all, b: one }), first);
  return b.scale({ value: sum }, { factor: 1 / scalars.length });
}
