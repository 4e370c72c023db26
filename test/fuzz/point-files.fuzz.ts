import fc from 'fast-check';
import type { PointReading } from '../../src/imaging/points/point-file';
import { readPointFile } from '../../src/imaging/points/read-points';
import { describeProblem } from '../../src/imaging/problem-messages';
import { landmarksCsv } from '../../src/runtime/api/engine/file-writers/landmark-tables';
import { fuzzProperty } from './fuzz-property';

const readings: fc.Arbitrary<PointReading> = fc.record({
  set: fc.constantFrom('only', 'fixed', 'moving'),
  coordinates: fc.constantFrom('stated', 'ras', 'lps', 'voxels'),
});
const pieces = [
  ...['point\n', 'index\n', '2\n', '1 2 3\n', 'x,y,z\n', 'name,x_lps,y_lps,z_lps\n', '1,2,3\n'],
  ...['fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n', '1,2,3,4,5,6\n', '"', ',', ';', '\t'],
  ...[
    '# CoordinateSystem = RAS\n',
    '# columns = x,y,z,label\n',
    '1e39',
    'NaN',
    '-',
    '\r\n',
    '\ufeff',
  ],
  ...[
    '{"markups":[{"coordinateSystem":"LPS","controlPoints":[',
    '{"position":[1,2,3]}',
    ']}]}',
    '{',
  ],
  ...['__proto__', 'constructor', '\u0000', 'ä', '\u{1f4cd}'],
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((some) => some.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const contents = fc.oneof(
  { weight: 4, arbitrary: texts.map((text) => new TextEncoder().encode(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
);

/** Whatever a file of landmarks holds, it is points, all finite and named once, or a problem in words. */
export const pointFiles = fuzzProperty(
  'files of landmarks',
  fc.record({ bytes: contents, reading: readings }),
  ({ bytes, reading }) => {
    const read = readPointFile(bytes, 'a.csv', reading);
    if (!read.ok) {
      const { message, remedy } = describeProblem(read.problem);
      if (message === '' || remedy === '') throw new Error('A problem has no words.');
      return;
    }
    const { names, planes } = read.points;
    const counts = new Set([
      ...planes.map(({ length }) => length),
      names?.length ?? planes[0].length,
    ]);
    if (counts.size !== 1 || planes[0].length === 0)
      throw new Error('Points lack numbers or names.');
    if (new Set(names).size !== (names?.length ?? 0)) throw new Error('A name stands twice.');
    if (!planes.every((plane) => plane.every(Number.isFinite))) throw new Error('Not finite.');
  },
);

const named = fc
  .uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 12,
    // As names are kept: see `namesOf`.
    selector: (name) => name.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim(),
  })
  .map((names) => names.map((name) => name.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()))
  .filter((names) => names.every((name) => name !== ''));

/** Landmarks that are written and read are the same, to the bit, with the same names. */
export const writtenLandmarks = fuzzProperty(
  'landmarks that are written',
  named.chain((names) =>
    fc.record({
      names: fc.option(fc.constant(names)),
      numbers: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
        minLength: 3 * names.length,
        maxLength: 3 * names.length,
      }),
    }),
  ),
  ({ names, numbers }) => {
    const count = numbers.length / 3;
    const plane = (axis: number) =>
      // −0 has no sign in the world.
      Float32Array.from(numbers.slice(axis * count, (axis + 1) * count), (one) => one + 0);
    const planes = [plane(0), plane(1), plane(2)] as const;
    const value = { kind: 'landmarks', unit: 'mm', planes, ...(names && { names }) } as const;
    const read = readPointFile(landmarksCsv.write(value), 'a.csv', {
      set: 'only',
      coordinates: 'stated',
    });
    if (!read.ok) throw new Error(describeProblem(read.problem).message);
    const wanted = names ?? Array.from({ length: count }, (_, index) => String(index + 1));
    if (read.points.names?.join('|') !== wanted.join('|')) throw new Error('Names have changed.');
    const isSame = planes.every((one, axis) =>
      one.every((x, i) => x === read.points.planes[axis]?.[i]),
    );
    if (!isSame) throw new Error('Places have changed.');
  },
);
