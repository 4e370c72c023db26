import { expect, it } from 'vitest';
import { labelFiles } from './label-files.fuzz';
import { niftiFiles } from './nifti-files.fuzz';
import { pointFiles, writtenLandmarks } from './point-files.fuzz';

it.each([
  { property: niftiFiles, count: 600 },
  { property: labelFiles, count: 200 },
  { property: pointFiles, count: 600 },
  { property: writtenLandmarks, count: 200 },
])('$property.name stand whatever is done to them', { timeout: 60_000 }, ({ property, count }) => {
  expect(property.run(count, 7)).toEqual({ tried: count, faults: [] });
});
