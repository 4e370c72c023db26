import type { ValueId } from '../../ir/values';
import { defineDataKind, type NamedNumbers, onePlane } from './define-data-kind';

/** Named numbers, each one element of a scalars value. */
export interface TableValue {
  readonly kind: 'table';
  readonly rows: readonly {
    readonly name: string;
    readonly scalars: ValueId;
    readonly index: number;
  }[];
}

export interface ComputedTable {
  readonly kind: 'table';
  readonly rows: NamedNumbers;
}

export const tableKind = defineDataKind<TableValue, ComputedTable>({
  traits: {},
  mapParts: (value, map) => ({
    ...value,
    rows: value.rows.map((row) => ({ ...row, scalars: map(row.scalars, row.name) })),
  }),
  toNumbers: ({ kind, rows }, planesOf) => ({
    kind,
    rows: rows.map(({ name, scalars, index }) => ({
      name,
      value: onePlane(planesOf(scalars))[index] ?? Number.NaN,
    })),
  }),
  fromNumbers({ kind, rows }, made) {
    const scalars = made.scalars(rows.map(({ value }) => value));
    return { kind, rows: rows.map(({ name }, index) => ({ name, scalars, index })) };
  },
  asTable: ({ rows }) => rows,
  metricNames: ({ rows }) => rows.map(({ name }) => name),
});
