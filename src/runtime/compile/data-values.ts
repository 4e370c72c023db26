import type { PortValues } from '../api/port-values';
import type { ValueId } from '../ir/values';

/** Port types whose values exist at run time; the others are parts of a recipe. */
export const dataKinds = ['image', 'labels', 'transform', 'table'] as const;
export type DataValue = PortValues[(typeof dataKinds)[number]];

/** A copy of a data value in which every program value is replaced. */
export function mapDataValues(value: DataValue, map: (id: ValueId) => ValueId): DataValue {
  switch (value.kind) {
    case 'image':
      return { ...value, image: map(value.image) };
    case 'labels':
      return { ...value, labels: map(value.labels) };
    case 'transform': {
      const { displacement, inverseDisplacement } = value;
      return {
        ...value,
        affine: map(value.affine),
        ...(displacement === undefined ? {} : { displacement: map(displacement) }),
        ...(inverseDisplacement === undefined
          ? {}
          : { inverseDisplacement: map(inverseDisplacement) }),
      };
    }
    case 'table':
      return { ...value, rows: value.rows.map((row) => ({ ...row, scalars: map(row.scalars) })) };
  }
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
