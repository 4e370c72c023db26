import { expect, it } from 'vitest';
import { identityMatrix } from '../../../src/imaging/frames';
import type { FileProblem, ImageWarning } from '../../../src/imaging/image-problem';
import { describeProblem, describeWarning } from '../../../src/imaging/problem-messages';

/** One of each code, without `file`; the compiler refuses a list that lacks a code. */
type OfEach<Union extends { readonly code: string }> = {
  readonly [Code in Union['code']]: DistributiveOmit<
    Extract<Union, { readonly code: Code }>,
    'file' | 'code'
  >;
};
type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown
  ? Omit<Union, Key>
  : never;

const problems: OfEach<FileProblem> = {
  empty: {},
  'not-nifti': { found: 'html' },
  'bad-magic': { magic: 'n+3' },
  analyze: {},
  'compressed-twice': {},
  'damaged-compression': { expandedBytes: 5000 },
  'checksum-differs': {},
  'cut-compression': {},
  'hostile-compression': { fault: 'long-header' },
  truncated: { expectedBytes: 428080, foundBytes: 214040 },
  'header-without-image': {},
  'bad-dimensions': { dimensions: [3, 57, 0, 56] },
  'too-small': { dimensions: [1, 1, 1] },
  'too-large': { dimensions: [30000, 30000, 30000], voxels: 2.7e13, limitVoxels: 2 ** 29 },
  'out-of-memory': { neededBytes: 3 * 2 ** 30 },
  'several-frames': { frameCount: 20 },
  'no-such-frame': { frame: 20, frameCount: 20 },
  'too-many-dimensions': { dimensions: [1, 1, 1, 1, 10, 10], intentCode: 3001 },
  'not-intensities': { dimensions: [5, 4, 3, 1, 6], intentCode: 1005, found: 'matrices' },
  'frame-and-channels': { frame: 3 },
  'coloured-frames': { frameCount: 4 },
  'too-many-channels': { channels: 90, limit: 64 },
  'labels-of-channels': { channels: 3 },
  'unsupported-datatype': { datatypeCode: 32, typeName: 'complex (64 bits)' },
  'bad-offset': { offsetBytes: 100, limitBytes: 2 ** 24 },
  'bad-spacing': { spacing: [1, 0, Number.NaN] },
  'bad-affine': { source: 'sform', matrix: identityMatrix },
  'not-a-displacement-field': { dimensions: [5, 4, 3], intentCode: 0 },
  'not-labels': { reason: 'fraction', value: 0.5, storedType: 'float32', largestExact: 2 ** 24 },
  'too-many-labels': { limit: 65536 },
  'not-itk-transform': {},
  'not-a-network': { found: 'This is no zip file, or it is cut off.' },
  'transform-container': { found: 'HDF5' },
  'unsupported-transform': { found: 'BSplineTransform_double_3_3' },
  'one-transform-needed': { count: 9 },
  'bad-transform-numbers': {
    field: 'Parameters',
    transform: 'AffineTransform_double_3_3',
    expectedCount: 12,
    foundCount: 11,
  },
  'singular-transform': { determinant: 0 },
  'not-points': {},
  'no-points': {},
  'too-many-points': { limit: 10_000 },
  'bad-point': { line: 3, found: '1,2,x' },
  'flat-points': {},
  'point-count-differs': { stated: 51, found: 50 },
  'point-columns-missing': { columns: 'lat, lon' },
  'two-point-sets': {},
  'no-such-point-set': { asked: 'moving' },
  'point-name-twice': { name: 'AC' },
  'long-point-name': { length: 200, limit: 80 },
  'unnamed-point': { point: 2 },
  'points-frame-unstated': {},
  'points-frame-contradicted': { stated: 'lps', asked: 'ras' },
  'points-in-two-frames': {},
  'points-in-other-unit': { found: 'um' },
  'not-cases': {},
  'damaged-cases': {},
  'no-cases': {},
  'too-many-cases': { limit: 4096 },
  'labels-without-image': { images: ['a.nii', 'b.nii'] },
  'two-maps-of-labels': { image: 'a.nii', labels: ['a_seg.nii', 'a-labels.nii'] },
  'two-tables': { tables: ['a.csv', 'b.tsv'] },
  'case-columns-missing': { columns: 'file, age' },
  'case-file-missing': { line: 3, name: 'a.nii' },
  'case-split-unknown': { line: 3, found: 'eval' },
  'case-twice': { line: 3, name: 'a.nii' },
};

const warnings: OfEach<ImageWarning> = {
  'geometry-disagrees': { largestDistanceMm: 11.0002 },
  'no-orientation': {},
  sheared: { axisAngleDegrees: 73.3 },
  'units-converted': { unit: 'micron' },
  'units-unstated': { unitCode: 0 },
  'spacing-assumed': { axis: 'z' },
  'non-finite-voxels': { count: 3 },
  'checksum-not-reached': { uncheckedBytes: 2 ** 26 + 1 },
  'scaling-ignored': { slope: Number.NaN, intercept: 0 },
};

const described = [
  ...Object.entries(problems).map(([code, fields]) =>
    describeProblem({ file: 'scan.nii.gz', code, ...fields } as FileProblem),
  ),
  ...Object.entries(warnings).map(([code, fields]) =>
    describeWarning({ file: 'scan.nii.gz', code, ...fields } as ImageWarning),
  ),
];

it('says where, what was found and what to do, in whole sentences', () => {
  for (const { message, remedy } of described) {
    expect(message).toMatch(/^scan\.nii\.gz: [A-Z0-9].*[^.]\.$/);
    expect(remedy).toMatch(/^[A-Z].*[^.]\.$/);
  }
});

it('words every problem and warning', () => {
  const text = described.map(({ message, remedy }) => `${message}\n  ${remedy}`).join('\n');
  expect(text).toMatchSnapshot();
});
