import { InternalError } from '../../internal-error';
import type { Expression } from '../../ir/formula';
import {
  elementsPerBuffer,
  fieldType,
  sameType,
  scalarsType,
  type ValueType,
} from '../../ir/values';
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
  if (type.kind === 'field') {
    const isSameGrid =
      element.kind === 'field' &&
      (type.grid === element.grid || sameType({ ...type, channels: element.channels }, element));
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
 * The type of which expressions over these inputs give elements: a field where one of them is a field, with as many
 * channels as what is named without a channel.
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
  const field = used.find(({ type }) => type?.kind === 'field')?.type;
  const channelsOf = (type: ValueType | undefined) => (type?.kind === 'field' ? type.channels : 1);
  const element =
    field?.kind === 'field'
      ? fieldType(field.grid, most(whole.map(({ type }) => channelsOf(type))))
      : scalarsType(most(whole.map(({ type }) => (type?.kind === 'scalars' ? type.length : 1))));
  for (const { reference, type } of used) {
    readingOf(reference, type, element);
    const channels = channelsOf(type);
    if (reference.component === undefined && channels !== 1 && channels !== channelsOf(element)) {
      throw new InternalError(`"${reference.name}" has ${channels} channels.`);
    }
  }
  return element;
}

/** Channels of a field; 1 of scalars. */
export function channelsOf(type: ValueType): number {
  return type.kind === 'field' ? type.channels : 1;
}

/** Elements over which a mean is taken: voxels of a field, numbers of scalars. */
export function elementCount(type: ValueType): number {
  return elementsPerBuffer(type);
}
