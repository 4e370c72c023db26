import { describe, expect, it } from 'vitest';
import type { PointReading } from '../../../src/imaging/points/point-file';
import { mostPoints } from '../../../src/imaging/points/point-file';
import { readPointFile } from '../../../src/imaging/points/read-points';
import { describeProblem } from '../../../src/imaging/problem-messages';
import { hasSharedData, readShared } from './shared-data';

const stated: PointReading = { set: 'only', coordinates: 'stated' };

function read(text: string | Uint8Array, reading: Partial<PointReading> = {}) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const result = readPointFile(bytes, 'points.csv', { ...stated, ...reading });
  if (!result.ok) return result.problem;
  const { names, unit, planes } = result.points;
  return { names, unit, rows: Array.from(planes[0], (x, i) => [x, planes[1][i], planes[2][i]]) };
}

describe('points of a CSV table', () => {
  const plain = 'name,x,y,z\n"left, eye",1,2,3\nright,-4,5e0,.5\n';

  it('are read in the frame that is said, with their names', () => {
    expect(read(plain, { coordinates: 'ras' })).toEqual({
      names: ['left, eye', 'right'],
      unit: 'mm',
      rows: [
        [1, 2, 3],
        [-4, 5, 0.5],
      ],
    });
    expect(read(plain, { coordinates: 'lps' })).toMatchObject({
      rows: [
        [-1, -2, 3],
        [4, -5, 0.5],
      ],
    });
  });

  it.each([
    ['x_lps;y_lps;z_lps\r\n1;2;3\r\n', [[-1, -2, 3]], 'mm'],
    ['\ufeffX (LPS) [mm],Y (LPS) [mm],Z (LPS) [mm]\n1,2,3', [[-1, -2, 3]], 'mm'],
    ['# CoordinateSystem = RAS\nx\ty\tz\n1\t2\t3', [[1, 2, 3]], 'mm'],
    ['x_voxel,y_voxel\n1,2\n', [[1, 2, 0]], 'voxels'],
    ['z_ras,y_ras,x_ras,x_other\n3,2,1,9\n', [[1, 2, 3]], 'mm'],
  ])('say themselves what they are: %j', (text, rows, unit) => {
    expect(read(text)).toEqual({ names: undefined, unit, rows });
  });

  it('never guess what they are', () => {
    expect(read(plain)).toMatchObject({ code: 'points-frame-unstated' });
    expect(read('x_lps,y_lps,z_lps\n1,2,3', { coordinates: 'ras' })).toMatchObject({
      code: 'points-frame-contradicted',
      stated: 'lps',
      asked: 'ras',
    });
    expect(read('x_lps,y_ras,z_lps\n1,2,3')).toMatchObject({ code: 'points-in-two-frames' });
    expect(read('# CoordinateSystem = RAS\nx_lps,y_lps,z_lps\n1,2,3')).toMatchObject({
      code: 'points-in-two-frames',
    });
  });

  it('may be pairs, of which one half is read', () => {
    const pairs = 'id,fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n7,1,2,3,4,5,6\n';
    const inRas = { coordinates: 'ras' } as const;
    expect(read(pairs, inRas)).toMatchObject({ code: 'two-point-sets' });
    expect(read(pairs, { ...inRas, set: 'fixed' })).toMatchObject({
      names: ['7'],
      rows: [[1, 2, 3]],
    });
    expect(read(pairs, { ...inRas, set: 'moving' })).toMatchObject({ rows: [[4, 5, 6]] });
    expect(read(plain, { ...inRas, set: 'moving' })).toMatchObject({ code: 'no-such-point-set' });
  });

  it.each([
    ['', 'point-columns-missing'],
    ['name,lat,lon\na,1,2\n', 'point-columns-missing'],
    ['x_ras,y_ras,z_ras\n', 'no-points'],
    ['x_ras,y_ras,z_ras\n1,2\n', 'bad-point'],
    ['x_ras,y_ras,z_ras\n1,2,1e39\n', 'bad-point'],
    ['x_ras,y_ras,z_ras\n1,2,0x10\n', 'bad-point'],
    ['x_ras,y_ras,z_ras\n1,2,NaN\n', 'bad-point'],
    ['x_ras,y_ras\n1,2\n', 'flat-points'],
    ['name,x_ras,y_ras,z_ras\na,1,2,3\na,1,2,3\n', 'point-name-twice'],
    ['name,x_ras,y_ras,z_ras\na,1,2,3\n,1,2,3\n', 'unnamed-point'],
    [`name,x_ras,y_ras,z_ras\n${'a'.repeat(200)},1,2,3\n`, 'long-point-name'],
    [`x_ras,y_ras,z_ras\n${'1,2,3\n'.repeat(mostPoints + 1)}`, 'too-many-points'],
    ['x,y\u0000\n', 'not-points'],
  ])('are refused where something is wrong: %j', (text, code) => {
    const problem = read(text);
    expect(problem).toMatchObject({ code });
    if (!('code' in problem)) return;
    const { message, remedy } = describeProblem(problem);
    expect(message).toMatch(/^points\.csv: .*\.$/);
    expect(remedy).toMatch(/\.$/);
  });

  it('are no points where the bytes are no text', () => {
    expect(read(Uint8Array.of(0xff, 0xfe, 0x80, 0x00))).toMatchObject({ code: 'not-points' });
    expect(read(new Uint8Array(2 ** 23 + 1))).toMatchObject({ code: 'too-many-points' });
  });
});

describe('points of other tools', () => {
  it('of elastix are LPS, or voxels', () => {
    expect(read('point\n2\n1 2 3\n-4 5 6\n')).toEqual({
      names: undefined,
      unit: 'mm',
      rows: [
        [-1, -2, 3],
        [4, -5, 6],
      ],
    });
    expect(read('index\n1\n12 7\n')).toMatchObject({ unit: 'voxels', rows: [[12, 7, 0]] });
    expect(read('point\n3\n1 2 3\n')).toMatchObject({
      code: 'point-count-differs',
      stated: 3,
      found: 1,
    });
    expect(read('point\n1\n1 2 3 4\n')).toMatchObject({ code: 'bad-point', line: 3 });
  });

  it('of 3D Slicer say their frame, in a table', () => {
    const fcsv = (frame: string) =>
      `# Markups fiducial file version = 4.11\n# CoordinateSystem = ${frame}\n` +
      '# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n' +
      '1,1,2,3,0,0,0,1,1,1,0,AC,,\n2,4,5,6,0,0,0,1,1,1,0,PC,,\n';
    const named = { names: ['AC', 'PC'], unit: 'mm' };
    expect(read(fcsv('LPS'))).toMatchObject({
      ...named,
      rows: [
        [-1, -2, 3],
        [-4, -5, 6],
      ],
    });
    expect(read(fcsv('0'))).toMatchObject({
      ...named,
      rows: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
  });

  it('of 3D Slicer say their frame, as JSON', () => {
    const markups = (changes: object = {}) =>
      JSON.stringify({
        markups: [
          {
            type: 'Fiducial',
            coordinateSystem: 'LPS',
            coordinateUnits: 'mm',
            controlPoints: [
              { id: '1', label: 'AC', position: [1, 2, 3], positionStatus: 'defined' },
              { id: '2', label: 'gone', position: [], positionStatus: 'undefined' },
            ],
            ...changes,
          },
        ],
      });
    expect(read(markups())).toEqual({ names: ['AC'], unit: 'mm', rows: [[-1, -2, 3]] });
    const odd = [{ label: 'a\n\u0007\u202eb ', position: [1, 2, 3] }];
    expect(read(markups({ controlPoints: odd }))).toMatchObject({ names: ['a b'] });
    expect(read(markups({ coordinateSystem: undefined }))).toMatchObject({
      code: 'points-frame-unstated',
    });
    expect(read(markups({ coordinateUnits: 'um' }))).toMatchObject({
      code: 'points-in-other-unit',
    });
    expect(read(markups({ controlPoints: [{ position: [1, 'x', 3] }] }))).toMatchObject({
      code: 'bad-point',
    });
    expect(read('{"markups": [')).toMatchObject({ code: 'not-points' });
    expect(read('{}')).toMatchObject({ code: 'not-points' });
  });
});

// Skipped with a reason: see shared-data.ts.
describe.skipIf(!hasSharedData)('points of real pairs', () => {
  const inRas = { coordinates: 'ras' } as const;
  const inVoxels = { coordinates: 'voxels' } as const;
  it.each([
    [
      'lung-ct/copd-case-01/landmarks.csv',
      { ...inRas, set: 'moving' },
      300,
      [127.499, 113.412, 354.005],
    ],
    [
      'abdomen-ct/organs-synthetic-motion/landmarks.csv',
      { ...inRas, set: 'fixed' },
      148,
      [-111.956, 122.319, 148.302],
    ],
    ['lung-ct/elastix-fixed-points.txt', {}, 51, [36.35, 36.97, -1204.5]],
    ['2d-histology/rat-kidney/fixed-landmarks.csv', inVoxels, 71, [63, 309, 0]],
  ] as const)('%s', (path, reading, count, first) => {
    const found = read(readShared(path), reading);
    if ('code' in found) throw new Error(found.code);
    expect(found.rows).toHaveLength(count);
    for (const axis of [0, 1, 2]) expect(found.rows[0]?.[axis]).toBeCloseTo(first[axis]!, 2);
  });
});
