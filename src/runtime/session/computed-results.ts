import type { Matrix3x4, MovingWorldFromFixedWorld } from '../../imaging/frames';
import { type Grid, voxelCount } from '../../imaging/grid';
import type {
  ComputedTransform,
  ComputedValue,
  ComputedValues,
  DataPortType,
  PlanesMm,
} from '../api/computed-values';
import type { DataValue } from '../compile/data-values';
import type { KeptOutputs } from '../compile/lower';
import { InternalError } from '../internal-error';
import { fieldType, scalarsType, type ValueId, type ValueType } from '../ir/values';

type Planes = readonly Float32Array[];

/** The results of a node as values of a program of their own, with their numbers. */
export interface ValuesWithData extends KeptOutputs {
  readonly data: ReadonlyMap<ValueId, Planes>;
}

/** What a node left at a port, as numbers. The arrays are those that are kept: read them only. */
export function computedValue(value: DataValue, data: ReadonlyMap<ValueId, Planes>): ComputedValue {
  const planes = (id: ValueId): Planes => data.get(id) ?? [];
  const { grid } = value as { readonly grid: Grid };
  switch (value.kind) {
    case 'image':
      return { kind: 'image', grid, values: onePlane(planes(value.image)) };
    case 'labels':
      return {
        kind: 'labels',
        grid,
        values: onePlane(planes(value.labels)),
        present: value.present,
      };
    case 'transform': {
      const { affine, displacement, inverseDisplacement } = value;
      return {
        kind: 'transform',
        grid,
        affine: matrixOf(onePlane(planes(affine))),
        ...(displacement === undefined
          ? {}
          : { displacementMm: threePlanes(planes(displacement)) }),
        ...(inverseDisplacement === undefined
          ? {}
          : { inverseDisplacementMm: threePlanes(planes(inverseDisplacement)) }),
      };
    }
    case 'table':
      return {
        kind: 'table',
        rows: value.rows.map(({ name, scalars, index }) => ({
          name,
          value: onePlane(planes(scalars))[index] ?? Number.NaN,
        })),
      };
  }
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
    return [port, values.dataValue(value)];
  });
  return { ports: Object.fromEntries(ports), types: values.types, data: values.data };
}

/** Numbers the values of a node's outputs. */
class ValueTable {
  readonly types = new Map<ValueId, ValueType>();
  readonly data = new Map<ValueId, Planes>();

  dataValue(value: ComputedValue): DataValue {
    switch (value.kind) {
      case 'image':
        return { kind: 'image', grid: value.grid, image: this.#field(value.grid, [value.values]) };
      case 'labels': {
        const { kind, grid, values, present } = value;
        return { kind, grid, present, labels: this.#field(grid, [values]) };
      }
      case 'transform':
        return this.#transform(value);
      case 'table': {
        const scalars = this.#scalars(value.rows.map((row) => row.value));
        return {
          kind: 'table',
          rows: value.rows.map(({ name }, index) => ({ name, scalars, index })),
        };
      }
    }
  }

  #transform(value: ComputedTransform): ComputedDataValue<'transform'> {
    const { kind, grid, affine, displacementMm, inverseDisplacementMm } = value;
    return {
      kind,
      grid,
      affine: this.#scalars(affine),
      ...(displacementMm ? { displacement: this.#field(grid, displacementMm) } : {}),
      ...(inverseDisplacementMm
        ? { inverseDisplacement: this.#field(grid, inverseDisplacementMm) }
        : {}),
    };
  }

  #field(grid: Grid, planes: Planes): ValueId {
    const voxels = voxelCount(grid);
    if (planes.some(({ length }) => length !== voxels)) {
      throw new InternalError(`A grid of ${voxels} voxels needs as many values.`);
    }
    return this.#add(fieldType(grid, planes.length), planes);
  }

  #scalars(numbers: readonly number[]): ValueId {
    return this.#add(scalarsType(numbers.length), [Float32Array.from(numbers)]);
  }

  #add(type: ValueType, planes: Planes): ValueId {
    const id = this.types.size as ValueId;
    this.types.set(id, type);
    this.data.set(id, planes);
    return id;
  }
}

type ComputedDataValue<Type extends keyof ComputedValues> = Extract<DataValue, { kind: Type }>;

function onePlane(planes: Planes): Float32Array {
  const [plane] = planes;
  if (!plane) throw new InternalError('A kept result has no numbers.');
  return plane;
}

function threePlanes(planes: Planes): PlanesMm {
  const [x, y, z] = planes;
  if (!x || !y || !z) throw new InternalError('A kept field has fewer than three components.');
  return [x, y, z];
}

function matrixOf(numbers: Float32Array): MovingWorldFromFixedWorld {
  return [...numbers] as unknown as Matrix3x4 as MovingWorldFromFixedWorld;
}
