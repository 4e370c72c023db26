import { type Grid, voxelCount } from '../../../imaging/grid';
import type { NewValues } from '../../api/data-kinds/define-data-kind';
import {
  type ComputedValue,
  type DataPortType,
  type DataValue,
  dataKindOf,
} from '../../api/data-kinds/index';
import type { KeptOutputs } from '../../compile/lower';
import { HostPlane } from '../../held-plane';
import { InternalError } from '../../internal-error';
import {
  fieldType,
  type PlaneArray,
  pointsType,
  scalarsType,
  type ValueId,
  type ValueType,
} from '../../ir/values';
import { type Numbers, ResultData } from './result-data';

type Planes = readonly Float32Array[];

/** The results of a node as values of a program of their own, with their numbers. */
export interface ValuesWithData extends KeptOutputs {
  readonly data: ResultData;
}

/**
 * What a node left at a port, as numbers. The arrays are those that are kept: read them only.
 * @throws InternalError where `data` lacks a part of it
 */
export function computedValue(value: DataValue, data: Numbers): ComputedValue {
  return dataKindOf(value).toNumbers(
    value,
    (id) => arraysOf(data.get(id) ?? [], Float32Array),
    (id) => arraysOf(data.get(id) ?? [], Uint32Array),
  );
}

/** @throws InternalError where a value holds other elements than its kind says */
function arraysOf<One extends PlaneArray>(
  planes: readonly PlaneArray[],
  type: abstract new (length: number) => One,
): readonly One[] {
  return planes.map((plane) => {
    if (plane instanceof type) return plane;
    throw new InternalError('A value holds other elements than it is said to.');
  });
}

const nothing: Planes = [new Float32Array(0), new Float32Array(0), new Float32Array(0)];

/** What a node left at a port without its numbers: enough to see which parts it has. */
export function shapeOf(value: DataValue): ComputedValue {
  return dataKindOf(value).toNumbers(
    value,
    () => nothing,
    () => [new Uint32Array(0)],
  );
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
  return { ports: Object.fromEntries(ports), types: values.types, data: values.data() };
}

/** Numbers the values of a node's outputs. */
class ValueTable implements NewValues {
  readonly types = new Map<ValueId, ValueType>();
  readonly #scalars = new Map<ValueId, Planes>();
  readonly #fields = new Map<ValueId, readonly HostPlane[]>();

  field(grid: Grid, planes: Planes): ValueId {
    const voxels = voxelCount(grid);
    if (planes.some(({ length }) => length !== voxels)) {
      throw new InternalError(`A grid of ${voxels} voxels needs as many values.`);
    }
    const id = this.#add(fieldType(grid, planes.length));
    this.#fields.set(
      id,
      planes.map((plane) => new HostPlane(plane)),
    );
    return id;
  }

  indices(grid: Grid, plane: Uint32Array): ValueId {
    const voxels = voxelCount(grid);
    if (plane.length !== voxels) {
      throw new InternalError(`A grid of ${voxels} voxels needs as many indices.`);
    }
    const id = this.#add(fieldType(grid, 1, 'u32'));
    this.#fields.set(id, [new HostPlane(plane)]);
    return id;
  }

  scalars(numbers: readonly number[]): ValueId {
    const id = this.#add(scalarsType(numbers.length));
    this.#scalars.set(id, [Float32Array.from(numbers)]);
    return id;
  }

  points(planes: Planes): ValueId {
    const count = planes[0]?.length ?? 0;
    if (count === 0 || planes.some(({ length }) => length !== count)) {
      throw new InternalError('Points have as many numbers in every channel, and at least one.');
    }
    const id = this.#add(pointsType(count, planes.length));
    this.#scalars.set(id, planes);
    return id;
  }

  data(): ResultData {
    return new ResultData(this.#scalars, this.#fields);
  }

  #add(type: ValueType): ValueId {
    const id = this.types.size as ValueId;
    this.types.set(id, type);
    return id;
  }
}
