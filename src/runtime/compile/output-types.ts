import { InternalError } from '../internal-error';
import { fieldType, sameType, scalarsType, type ValueId, type ValueType } from '../ir/values';
import type { DataValue } from './data-values';

/**
 * Checks that the values at a port are what the port says of them: fields on its grid, an affine of
 * twelve numbers.
 * @throws InternalError naming the port: the node labels its result wrongly
 */
export function requireTypesOf(
  port: string,
  value: DataValue,
  typeOf: (id: ValueId) => ValueType,
): void {
  for (const [part, id, wanted] of wantedTypes(value)) {
    if (id === undefined || sameType(typeOf(id), wanted)) continue;
    throw new InternalError(
      `Output "${port}": the ${part} is not what it is said to be, or on another grid.`,
    );
  }
}

type Wanted = readonly [part: string, id: ValueId | undefined, wanted: ValueType];

function wantedTypes(value: DataValue): readonly Wanted[] {
  switch (value.kind) {
    case 'image':
      return [['image', value.image, fieldType(value.grid, 1)]];
    case 'labels':
      return [['labels', value.labels, fieldType(value.grid, 1)]];
    case 'transform':
      return [
        ['affine', value.affine, scalarsType(12)],
        ['displacement', value.displacement, fieldType(value.grid, 3)],
        ['inverse displacement', value.inverseDisplacement, fieldType(value.grid, 3)],
      ];
    case 'table':
      return [];
  }
}
