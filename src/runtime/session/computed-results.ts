import { type Grid, voxelCount } from '../../imaging/grid';
import type { NewValues } from '../api/data-kinds/define-data-kind';
import {
  type ComputedValue,
  type DataPortType,
  type DataValue,
  dataKindOf,
} from '../api/data-kinds/index';
import type { KeptOutputs } from '../compile/lower';
import { InternalError } from '../internal-error';
import { fieldType, scalarsType, type ValueId, type ValueType } from '../ir/values';

type Planes = readonly Float32Array[];

/** The results of a node as values of a program of their own, with their numbers. */
export interface ValuesWithData extends KeptOutputs {
  readonly data: ReadonlyMap<ValueId, Planes>;
}

/**
 * What a node left at a port, as numbers. The arrays are those that are kept: read them only.
 * @throws InternalError where `data` lacks a part of it
 */
export function computedValue(value: DataValue, data: ReadonlyMap<ValueId, Planes>): ComputedValue {
  return dataKindOf(value).toNumbers(value, (id) => data.get(id) ?? []);
}

/**
 * What a node computed, as results that the rest of the recipe can be compiled with.
 * @param types the type of each of the node's outputs
 * @throws InternalError where an output is missing, of another type, or its arrays are not of its grid's size
 */
export function valuesWithData(
  computed: Readonly<Record<string, ComputedValue>>,
  types: Readonly<Record<string, DataPortType>>,
): ValuesWithData {
  const values = new ValueTable();
  const ports = Object.entries(types).map(([port, type]): [string, DataValue] => {
    const value = computed[port];
    if (value?.kind !== type) {
      throw new InternalError(`Output "${port}" is ${value?.kind ?? 'missing'}, not ${type}.`);
    }
    return [port, dataKindOf(value).fromNumbers(value, values)];
  });
  return { ports: Object.fromEntries(ports), types: values.types, data: values.data };
}

/** Numbers the values of a node's outputs. */
class ValueTable implements NewValues {
  readonly types = new Map<ValueId, ValueType>();
  readonly data = new Map<ValueId, Planes>();

  field(grid: Grid, planes: Planes): ValueId {
    const voxels = voxelCount(grid);
    if (planes.some(({ length }) => length !== voxels)) {
      throw new InternalError(`A grid of ${voxels} voxels needs as many values.`);
    }
    return this.#add(fieldType(grid, planes.length), planes);
  }

  scalars(numbers: readonly number[]): ValueId {
    return this.#add(scalarsType(numbers.length), [Float32Array.from(numbers)]);
  }

  #add(type: ValueType, planes: Planes): ValueId {
    const id = this.types.size as ValueId;
    this.types.set(id, type);
    this.data.set(id, planes);
    return id;
  }
}
