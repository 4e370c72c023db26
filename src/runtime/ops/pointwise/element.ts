import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import {
  channelsOf,
  isPlanar,
  sameType,
  scalarsType,
  type ValueType,
  withChannels,
} from '../../ir/values';
import { requireFloats } from '../grid-attributes';
import { leavesOf, type Reference, referenceOf, requireExpression } from './expression';

/** Types of a formula's inputs by name. */
export type InputTypes = Readonly<Record<string, ValueType | undefined>>;

/**
 * How a name is read for elements of a value of type `element`: from a plane, or as one number of scalars that
 * holds for all elements.
 * @throws InternalError where it cannot be read so
 */
export function readingOf(
  { name, component }: Reference,
  type: ValueType | undefined,
  element: ValueType,
): 'plane' | 'uniform' {
  if (!type) throw new InternalError(`The formula reads "${name}", which is not given.`);
  requireFloats(type);
  if (isPlanar(type)) {
    const isSameGrid = isPlanar(element) && sameType(withChannels(type, element.channels), element);
    if (!isSameGrid) throw new InternalError(`"${name}" is on another grid.`);
    if ((component ?? 0) >= type.channels) {
      throw new InternalError(`"${name}" has no channel ${component}.`);
    }
    return 'plane';
  }
  if (component !== undefined) {
    if (component >= type.length) throw new InternalError(`"${name}" has no number ${component}.`);
    return 'uniform';
  }
  if (element.kind === 'scalars' && type.length === element.length) return 'plane';
  if (type.length !== 1) throw new InternalError(`Which of the numbers of "${name}" is meant?`);
  return 'uniform';
}

/**
 * The type of which expressions over these inputs give elements: a field where one of them is a field, points where
 * one of them is, with as many channels as what is named without a channel.
 * @throws InternalError where inputs do not go together
 */
export function elementTypeOf(expressions: readonly Expression[], types: InputTypes): ValueType {
  for (const expression of expressions) requireExpression(expression);
  const used = [...new Set(expressions.flatMap(leavesOf))].map((leaf) => {
    const reference = referenceOf(leaf);
    return { reference, type: types[reference.name] };
  });
  const whole = used.filter(({ reference }) => reference.component === undefined);
  const most = (numbers: readonly number[]): number => Math.max(1, ...numbers);
  const planar = used.map(({ type }) => type).find((type) => type && isPlanar(type));
  const channels = (type: ValueType | undefined) => (type ? channelsOf(type) : 1);
  const element =
    planar && isPlanar(planar)
      ? withChannels(planar, most(whole.map(({ type }) => channels(type))))
      : scalarsType(most(whole.map(({ type }) => (type?.kind === 'scalars' ? type.length : 1))));
  for (const { reference, type } of used) {
    readingOf(reference, type, element);
    const own = channels(type);
    if (reference.component === undefined && own !== 1 && own !== channels(element)) {
      throw new InternalError(`"${reference.name}" has ${own} channels.`);
    }
  }
  return element;
}
