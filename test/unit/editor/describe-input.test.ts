import { expect, it } from 'vitest';
import { describeInput } from '../../../src/editor/canvas/InputBadge';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { dataKinds, isDataPortType } from '../../../src/runtime/api/data-kinds/index';
import type { InputDescriptor } from '../../../src/runtime/api/engine/inputs';
import type { ValueId } from '../../../src/runtime/ir/values';
import { sourceReaders } from '../../../src/runtime/session/inputs/source-readers';

const id = 0 as ValueId;
const volume = axisAlignedGrid([182, 218, 182], [1, 1, 1]);
const slice = axisAlignedGrid([256, 200, 1], [0.8, 0.9, 5]);

const described: readonly (readonly [InputDescriptor, string])[] = [
  [{ kind: 'image', grid: volume, channels: 1, image: id }, '182 × 218 × 182, 1 mm'],
  [{ kind: 'image', grid: volume, channels: 3, image: id }, '182 × 218 × 182, 1 mm, 3 channels'],
  [{ kind: 'image', grid: slice, channels: 1, image: id }, '256 × 200, 0.8 × 0.9 mm'],
  [
    { kind: 'labels', grid: slice, labels: id, ids: [0n, 4n, 7n] },
    '256 × 200, 0.8 × 0.9 mm, 2 labels',
  ],
  [{ kind: 'transform', grid: slice, affine: id }, 'Linear'],
  [{ kind: 'transform', grid: volume, affine: id, displacement: id }, '182 × 218 × 182, 1 mm'],
];

it.each(described)('%s', (descriptor, words) => {
  expect(describeInput(descriptor)).toBe(words);
});

it('every kind that loaders ask for says how a file of it is asked for', () => {
  for (const as of Object.keys(sourceReaders)) {
    if (!isDataPortType(as)) throw new Error(`${as} is no data.`);
    expect(dataKinds[as].file, as).toBeDefined();
  }
});
