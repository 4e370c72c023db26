import { describe, expect, it } from 'vitest';
import {
  type DataPortType,
  dataKindOf,
  dataKinds,
} from '../../../../src/runtime/api/data-kinds/index';
import { valuesOf } from '../../../../src/runtime/compile/data-values';
import {
  computedValue,
  valuesWithData,
} from '../../../../src/runtime/session/results/values-with-data';
import { dataSamples } from './data-samples';

describe.each(Object.keys(dataKinds) as DataPortType[])('data of kind %s', (type) => {
  const sample = dataSamples[type];
  const kept = valuesWithData({ out: sample }, { out: type });
  const value = kept.ports.out;
  if (!value) throw new Error('The value is not there.');

  it('is the same numbers after it has been a value of a program', async () => {
    expect(computedValue(value, await kept.data.read(valuesOf(value)))).toEqual(sample);
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
