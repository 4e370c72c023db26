import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyMatrix,
  type Matrix3x4,
  type MovingWorldFromFixedWorld,
} from '../../../../src/imaging/frames';
import { writeDisplacementField } from '../../../../src/imaging/nifti/write-nifti';
import { headPhantom, headPhantomPair } from '../../../../src/imaging/phantoms/head';
import type { PointReading } from '../../../../src/imaging/points/point-file';
import { writeItkAffine } from '../../../../src/imaging/transforms/itk-affine';
import type { RunResult } from '../../../../src/runtime/api/engine/engine-api';
import { turnedGrid } from '../../../support/case-values';
import { bind, openSession, run } from '../../../support/small-session';

const session = openSession();
afterAll(() => session.destroy());

const pair = headPhantomPair({ dimensions: 3, sizeVoxels: [48, 56, 48], seed: 3, contrast: 't1' });
const node = (type: string, params: object = {}) => ({ type, version: 1, params });
const recipe = {
  schemaVersion: 1,
  name: 'Landmarks',
  description: 'Measures landmarks.',
  nodes: {
    image: node('load.image'),
    field: node('load.transform'),
    fixed: node('load.landmarks', { coordinates: 'ras' }),
    moving: node('load.landmarks', { coordinates: 'ras' }),
    error: node('evaluate.landmarks'),
    moved: node('apply.landmarks'),
  },
  edges: [
    { from: 'image.image', to: 'field.fixed' },
    { from: 'field.transform', to: 'error.transform' },
    { from: 'fixed.landmarks', to: 'error.fixed' },
    { from: 'moving.landmarks', to: 'error.moving' },
    { from: 'fixed.landmarks', to: 'moved.landmarks' },
    { from: 'field.transform', to: 'moved.transform' },
  ],
};

type Place = readonly [string, number, number, number];
const heads = [pair.fixed, pair.moving].map(({ landmarks }) =>
  landmarks.map(({ name, pointMm: [x, y, z] }): Place => [name, x, y, z]),
);
const [fixedPlaces = [], movingPlaces = []] = heads;
const table = (places: readonly Place[]) =>
  ['name,x,y,z', ...places.map((place) => place.join(','))].join('\n');

async function open(
  nodeId: string,
  as: 'transform' | 'landmarks',
  content: string | Uint8Array,
  points: PointReading = { set: 'only', coordinates: 'ras' },
): Promise<string> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const source = { kind: 'file', as, name: nodeId, ...(as === 'landmarks' && { points }) } as const;
  const opened = await session.openInput({ nodeId, source, bytes });
  if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
  return opened.handle;
}

let given: Readonly<Record<string, string>>;
beforeAll(async () => {
  given = {
    ...(await bind(session, { image: pair.fixed.image })),
    field: await open('field', 'transform', writeDisplacementField(pair.truthFixedToMovingMm)),
    fixed: await open('fixed', 'landmarks', table(fixedPlaces)),
    // In another order, and one that the fixed file does not have.
    moving: await open(
      'moving',
      'landmarks',
      table([...movingPlaces].reverse().concat([['elsewhere', 0, 0, 0]])),
    ),
  };
});

async function points(result: RunResult, place: string): Promise<Readonly<Record<string, number>>> {
  const one = result.outputs.find(({ nodeId, port }) => `${nodeId}.${port}` === place);
  const read = await session.read({ handle: one?.handle ?? '', as: 'table' });
  if (read.kind !== 'table') throw new Error(JSON.stringify(result.diagnostics));
  return Object.fromEntries(read.rows.map(({ name, value }) => [name, value]));
}

describe('landmarks of a pair of known truth', () => {
  it('lie on their partners through the true map, and apart before', async () => {
    const { result } = await run(session, recipe, given);
    const { metrics } = result;
    const before = fixedPlaces.map(([, ...p], i) => {
      const [, ...q] = movingPlaces[i]!;
      return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
    });
    expect(metrics['tre.before.mean']).toBeCloseTo(
      before.reduce((sum, one) => sum + one, 0) / before.length,
      4,
    );
    expect(metrics['tre.before.maximum']).toBeCloseTo(Math.max(...before), 4);
    // The field is sampled every 4 mm.
    expect(metrics['tre.maximum']).toBeLessThan(0.4);
    expect(metrics['tre.mean']).toBeLessThan(0.1);
    expect(metrics['tre.before.mean']).toBeGreaterThan(3);
    const called = Object.keys(metrics).filter((name) => name.startsWith('tre.point.'));
    expect(called.sort()).toEqual(fixedPlaces.map(([name]) => `tre.point.${name}`).sort());
    expect(result.diagnostics).toMatchObject([
      { code: 'doubtful-result', severity: 'warning', message: expect.stringContaining('1 of') },
    ]);
  });

  it('go where the map takes them, and come back from a file of ours', async () => {
    const { result } = await run(session, recipe, given);
    const moved = await points(result, 'moved.landmarks');
    const [name, ...q] = movingPlaces[4]!;
    (['x', 'y', 'z'] as const).forEach((axis, i) => {
      expect(Math.abs(moved[`${name}.${axis}`]! - q[i]!)).toBeLessThan(0.4);
    });
    const handle = result.outputs.find(({ nodeId }) => nodeId === 'moved')?.handle ?? '';
    const written = await session.read({ handle, as: 'file', format: 'landmarks-csv' });
    if (written.kind !== 'file') throw new Error('Landmarks cannot be written.');
    const stated: PointReading = { set: 'only', coordinates: 'stated' };
    const again = await open('moved-again', 'landmarks', written.bytes, stated);
    const read = await session.read({ handle: again, as: 'table' });
    expect(read.kind === 'table' && read.rows).toEqual(
      Object.entries(moved).map(([row, value]) => ({ name: row, value })),
    );
  });

  it('are generated with the heads, the same as of the pair', async () => {
    const head = { kind: 'phantom', name: 'head-2d', subject: 2, seed: 3, contrast: 't1' } as const;
    const opened = await session.openInput({
      nodeId: 'fixed',
      source: { as: 'landmarks', ...head },
    });
    const read = await session.read({ handle: opened.ok ? opened.handle : '', as: 'table' });
    const { landmarks } = headPhantom({ dimensions: 2, subject: 2, seed: 3, contrast: 't1' });
    expect(read.kind === 'table' && read.rows).toEqual(
      landmarks.flatMap(({ name, pointMm }) =>
        ['x', 'y', 'z'].map((axis, i) => ({
          name: `${name}.${axis}`,
          value: Math.fround(pointMm[i]!),
        })),
      ),
    );
  });
});

const shift = [1, 0, 0, 2, 0, 1, 0, -3, 0, 0, 1, 6] as unknown as Matrix3x4;

/** The recipe with an affine that shifts by (2, −3, 6) mm, which is 7 mm. */
async function shifted(fixed: string, moving: string, changes: object = {}) {
  const text = writeItkAffine(shift as MovingWorldFromFixedWorld);
  const bindings = { ...given, field: await open('field', 'transform', text), fixed, moving };
  return (await run(session, { ...recipe, ...changes }, bindings)).result;
}

describe('a file of landmarks', () => {
  const pairs = 'fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,3,4,5,6\n';
  it.each([
    ['coordinates', table(fixedPlaces), 'stated'],
    ['columns', pairs, 'ras'],
  ] as const)(
    'is refused at the parameter that mends it: %s',
    async (parameter, text, coordinates) => {
      const opened = await session.openInput({
        nodeId: 'fixed',
        source: {
          kind: 'file',
          as: 'landmarks',
          name: 'a.csv',
          points: { set: 'only', coordinates },
        },
        bytes: new TextEncoder().encode(text),
      });
      expect(opened).toMatchObject({
        ok: false,
        diagnostics: [{ code: 'input-problem', at: { nodeId: 'fixed', parameter } }],
      });
    },
  );
});

describe('landmarks by their order', () => {
  it('are measured against a shift, whatever frame each file is in', async () => {
    const fixed = await open('fixed', 'landmarks', 'x,y,z\n0,0,0\n10,0,0\n0,20,5\n');
    // The first lies 1 mm off to the left, in LPS.
    const moving = await open('moving', 'landmarks', 'point\n3\n-1 3 6\n-12 3 6\n-2 -17 11\n', {
      set: 'only',
      coordinates: 'stated',
    });
    const { metrics, diagnostics } = await shifted(fixed, moving);
    expect(diagnostics).toEqual([]);
    expect(metrics).toMatchObject({
      'tre.mean': expect.closeTo(1 / 3, 5),
      'tre.median': expect.closeTo(0, 5),
      'tre.maximum': expect.closeTo(1, 5),
      'tre.standardDeviation': expect.closeTo(Math.sqrt(2) / 3, 5),
      'tre.before.mean': expect.closeTo((Math.hypot(1, 3, 6) + 14) / 3, 5),
      'tre.point.1': expect.closeTo(1, 5),
      'tre.point.3': expect.closeTo(0, 5),
    });
  });

  it('are refused where there are more of one', async () => {
    const fixed = await open('fixed', 'landmarks', 'x,y,z\n0,0,0\n');
    const moving = await open('moving', 'landmarks', 'x,y,z\n0,0,0\n1,0,0\n');
    const { diagnostics } = await shifted(fixed, moving);
    expect(diagnostics).toMatchObject([
      {
        code: 'recipe',
        at: { nodeId: 'error', port: 'moving' },
        message: expect.stringContaining('1 fixed and 2 moving'),
      },
    ]);
  });

  it('are refused where no name is the same', async () => {
    const fixed = await open('fixed', 'landmarks', 'name,x,y,z\na,0,0,0\n');
    const moving = await open('moving', 'landmarks', 'name,x,y,z\nb,0,0,0\n');
    expect((await shifted(fixed, moving)).diagnostics).toMatchObject([{ code: 'recipe' }]);
  });

  it('are doubted outside the fixed image, and where they lie farther apart than before', async () => {
    const far = 'name,x,y,z\nin,0,0,0\nout,0,0,500\n';
    const fixed = await open('fixed', 'landmarks', far);
    const moving = await open('moving', 'landmarks', far);
    const { diagnostics, metrics } = await shifted(fixed, moving);
    expect(metrics['tre.mean']).toBeCloseTo(7, 4);
    const told = diagnostics.map(({ at, message }) => `${at.nodeId}.${at.port} ${message}`);
    expect(told.sort()).toEqual([
      expect.stringMatching(/^error\.fixed 1 of 2 .*“out”/),
      expect.stringMatching(/^error\.transform .*7\.0 mm apart.*0\.0 mm/),
      expect.stringMatching(/^moved\.landmarks 1 of 2 .*“out”/),
    ]);
  });
});

describe('landmarks in voxels', () => {
  const grid = turnedGrid([20, 22, 24], [2, 1.5, 3], [-20, -15, -30]);
  const image = {
    kind: 'image',
    grid,
    values: new Float32Array(20 * 22 * 24),
    storedType: 'float32',
  } as const;
  const wired = {
    edges: [
      ...recipe.edges,
      { from: 'image.image', to: 'fixed.image' },
      { from: 'image.image', to: 'moving.image' },
    ],
  };
  const inVoxels: PointReading = { set: 'only', coordinates: 'voxels' };

  it('lie where the image has them', async () => {
    image.values[7] = 1;
    const own = await bind(session, { image });
    const text = writeItkAffine(shift as MovingWorldFromFixedWorld);
    const bindings = {
      ...own,
      field: await open('field', 'transform', text),
      fixed: await open('fixed', 'landmarks', 'x,y,z\n3,4,5\n', inVoxels),
      moving: await open('moving', 'landmarks', 'index\n1\n3 4 5\n', {
        set: 'only',
        coordinates: 'stated',
      }),
    };
    const { result } = await run(session, { ...recipe, ...wired }, bindings);
    const moved = await points(result, 'moved.landmarks');
    const wanted = applyMatrix(shift, applyMatrix(grid.worldFromVoxel, [3, 4, 5]));
    expect(Object.values(moved)).toEqual(wanted.map((value) => expect.closeTo(value, 4)));
    expect(result.metrics['tre.before.mean']).toBeCloseTo(0, 5);
  });

  it('need the image', async () => {
    const fixed = await open('fixed', 'landmarks', 'x,y,z\n3,4,5\n', inVoxels);
    const { diagnostics } = await shifted(fixed, given.moving!);
    expect(diagnostics).toMatchObject([{ code: 'recipe', at: { nodeId: 'fixed', port: 'image' } }]);
  });
});
