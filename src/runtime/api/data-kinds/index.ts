import { casesKind } from './cases';
import { datasetKind } from './dataset';
import type { ComputedValueBase, DataKind, DataValueBase } from './define-data-kind';
import { imageKind } from './image';
import { labelsKind } from './labels';
import { landmarksKind } from './landmarks';
import { maskKind } from './mask';
import { networkKind } from './network';
import { tableKind } from './table';
import { transformKind } from './transform';

/** The data that ports can carry, by the port's type: one line a kind. */
export const dataKinds = {
  image: imageKind,
  labels: labelsKind,
  mask: maskKind,
  transform: transformKind,
  landmarks: landmarksKind,
  table: tableKind,
  network: networkKind,
  dataset: datasetKind,
  cases: casesKind,
};

type Kinds = typeof dataKinds;

/** Port types whose values exist at run time; the others are parts of a recipe. */
export type DataPortType = keyof Kinds;

/** What a port of each data type carries while a recipe is compiled. */
export type DataValues = {
  readonly [Type in DataPortType]: Kinds[Type] extends DataKind<infer Value, infer _>
    ? Value
    : never;
};

/** The data of every port type as numbers: what `DataValues` are once a plan has run. */
export type ComputedValues = {
  readonly [Type in DataPortType]: Kinds[Type] extends DataKind<infer _, infer Computed>
    ? Computed
    : never;
};

export type DataValue = DataValues[DataPortType];
export type ComputedValue = ComputedValues[DataPortType];

// A line under another name than the one that its values bear would be found by nobody.
dataKinds satisfies {
  readonly [Type in DataPortType]: DataKind<
    DataValueBase & { readonly kind: Type } & DataValues[Type],
    ComputedValueBase & { readonly kind: Type } & ComputedValues[Type]
  >;
};

export function isDataPortType(type: string): type is DataPortType {
  return Object.hasOwn(dataKinds, type);
}

/** The record of a kind, for values of which only that is known. */
export function dataKindOf({ kind }: { readonly kind: DataPortType }) {
  // A value and the record of its own kind always fit; TypeScript cannot say so of a union.
  return dataKinds[kind] as unknown as DataKind<DataValue, ComputedValue>;
}
