import { describe, expect, it } from 'vitest';
import type { MovingWorldFromFixedWorld } from '../../../../src/imaging/frames';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import {
  type ComputedValues,
  type DataPortType,
  dataKindOf,
  dataKinds,
} from '../../../../src/runtime/api/data-kinds/index';
import { valuesOf } from '../../../../src/runtime/compile/data-values';
import { computedValue, valuesWithData } from '../../../../src/runtime/session/computed-results';

const grid = axisAlignedGrid([2, 2, 1], [1, 1, 1]);
const plane = (from: number) => Float32Array.of(from, from + 1, from + 2, from + 3);

/** One value of every kind, with everything that it can hold. */
const samples: { readonly [Type in DataPortType]: ComputedValues[Type] } = {
  image: { kind: 'image', grid, values: plane(0.5) },
  labels: { kind: 'labels', grid, values: plane(0), present: [1, 2, 3] },
  transform: {
    kind: 'transform',
    grid,
    affine: [1, 0, 0, 4, 0, 1, 0, 5, 0, 0, 1, 6] as unknown as MovingWorldFromFixedWorld,
    displacementMm: [plane(1), plane(2), plane(3)],
    inverseDisplacementMm: [plane(4), plane(5), plane(6)],
  },
  table: {
    kind: 'table',
    rows: [
      { name: 'dice.mean', value: 0.5 },
      { name: 'ncc', value: 0.25 },
    ],
  },
};

describe.each(Object.keys(dataKinds) as DataPortType[])('data of kind %s', (type) => {
  const sample = samples[type];
  const kept = valuesWithData({ out: sample }, { out: type });
  const value = kept.ports.out;
  if (!value) throw new Error('The value is not there.');

  it('is the same numbers after it has been a value of a program', () => {
    expect(computedValue(value, kept.data)).toEqual(sample);
  });

  it('names every value that it is made of, and says of which type', () => {
    expect(valuesOf(value)).toEqual([...kept.types.keys()]);
    dataKindOf(value).mapParts(value, (id, _, wanted) => {
      if (wanted) expect(kept.types.get(id)).toEqual(wanted);
      return id;
    });
  });

  it('can be read in some form', () => {
    const kind = dataKindOf(value);
    const forms = [kind.asVolume, kind.asTransform, kind.asTable];
    expect(forms.filter((form) => form !== undefined)).toHaveLength(1);
  });
});
