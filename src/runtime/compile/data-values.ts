import type { Grid } from '../../imaging/grid';
import type { DataValueBase, MapPart } from '../api/data-kinds/define-data-kind';
import { type DataValue, dataKindOf, isDataPortType } from '../api/data-kinds/index';
import type { PortValues } from '../api/nodes/port-values';
import type { ValueId } from '../ir/values';

export type { DataValue };

/** Whether a value exists at run time; the others are parts of a recipe. */
export function isData(value: PortValues[keyof PortValues]): value is DataValue {
  return isDataPortType(value.kind);
}

/** A copy of a data value in which every program value is replaced. */
export function mapDataValues(value: DataValue, map: MapPart): DataValue {
  return dataKindOf(value).mapParts(value, map);
}

/** Every program value that a data value is made of. */
export function valuesOf(value: DataValue): readonly ValueId[] {
  const ids = new Set<ValueId>();
  mapDataValues(value, (id) => {
    ids.add(id);
    return id;
  });
  return [...ids];
}

/** Where a data value lies; undefined for those that lie on no grid. */
export function gridOf(value: DataValue): Grid | undefined {
  return (value as DataValueBase).grid;
}
