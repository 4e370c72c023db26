import { InternalError } from '../internal-error';
import { sameType, type ValueId, type ValueType } from '../ir/values';
import { type DataValue, mapDataValues } from './data-values';

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
  mapDataValues(value, (id, part, wanted) => {
    if (wanted === undefined || sameType(typeOf(id), wanted)) return id;
    throw new InternalError(
      `Output "${port}": the ${part} is not what it is said to be, or on another grid.`,
    );
  });
}
