import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Matrix3x4, MovingWorldFromFixedWorld } from '../../../../src/imaging/frames';
import type { Grid } from '../../../../src/imaging/grid';
import { writeItkAffine } from '../../../../src/imaging/transforms/itk-affine';
import type { ImageVolume } from '../../../../src/imaging/volume';
import type { RunResult } from '../../../../src/runtime/api/engine/engine-api';
import type { FileFormat } from '../../../../src/runtime/api/engine/file-writers/index';
import { fieldOf, turnedGrid } from '../../../support/case-values';
import { bind, openSession, run } from '../../../support/small-session';
import { greedyRecipe } from '../../../support/worked-example';

const fixedGrid = turnedGrid([20, 18, 16], [2, 2.2, 2.5], [-21, -18, -20]);
const movingGrid = turnedGrid([19, 20, 17], [2.1, 2, 2.4], [-20, -20, -19]);

/** A blob on a slope, which looks different from every side. */
function blob(grid: Grid, [cx, cy, cz]: readonly [number, number, number]): ImageVolume {
  const { planes } = fieldOf(
    grid,
    (x, y, z) =>
      100 * Math.exp(-((x - cx) ** 2 / 40 + (y - cy) ** 2 / 25 + (z - cz) ** 2 / 30)) + x,
  );
  return { kind: 'image', grid, values: Float32Array.from(planes[0]!), storedType: 'float32' };
}

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
const loading = {
  ...greedyRecipe,
  nodes: {
    fixed: greedyRecipe.nodes.fixed,
    moving: greedyRecipe.nodes.moving,
    affine: node('load.transform'),
    field: node('load.transform'),
    apply: node('apply.image'),
  },
  edges: [
    { from: 'fixed.image', to: 'affine.fixed' },
    { from: 'affine.transform', to: 'field.after' },
    { from: 'field.transform', to: 'apply.transform' },
    { from: 'moving.image', to: 'apply.image' },
  ],
};

const session = openSession();
afterAll(() => session.destroy());
let images: Readonly<Record<string, string>>;
let found: RunResult;

beforeAll(async () => {
  images = await bind(session, {
    fixed: blob(fixedGrid, [10, 9, 8]),
    moving: blob(movingGrid, [8, 11, 9]),
  });
  found = (await run(session, greedyRecipe, images)).result;
});

function handleOf(result: RunResult, place: string): string {
  const one = result.outputs.find(({ nodeId, port }) => `${nodeId}.${port}` === place);
  if (!one) throw new Error(`${place} is not there: ${JSON.stringify(result.diagnostics)}`);
  return one.handle;
}

async function voxels(result: RunResult, place: string): Promise<Float32Array> {
  const read = await session.read({ handle: handleOf(result, place), as: 'volume' });
  if (read.kind !== 'volume') throw new Error(`${place} cannot be shown.`);
  return read.volume.values;
}

async function fileOf(format: FileFormat): Promise<Uint8Array> {
  const handle = handleOf(found, 'register.transform');
  const read = await session.read({ handle, as: 'file', format });
  if (read.kind !== 'file') throw new Error(`${format} cannot be written.`);
  return read.bytes;
}

const open = (nodeId: string, name: string, bytes: Uint8Array) =>
  session.openInput({ nodeId, source: { kind: 'file', as: 'transform', name }, bytes });

async function handleFor(nodeId: string, name: string, bytes: Uint8Array): Promise<string> {
  const opened = await open(nodeId, name, bytes);
  if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
  return opened.handle;
}

const farthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('load.transform', () => {
  test('reads what a run wrote: the same warped image, on an oblique grid', async () => {
    const bindings = {
      ...images,
      affine: await handleFor('affine', 'affine.txt', await fileOf('itk-affine')),
      field: await handleFor('field', 'displacement.nii.gz', await fileOf('displacement')),
    };
    const { result } = await run(session, loading, bindings);
    expect(result.diagnostics).toEqual([]);
    const warped = await voxels(found, 'register.warped');
    const again = await voxels(result, 'apply.image');
    expect(farthest(warped, again)).toBeLessThan(1e-2);
    // Without the field, the affine alone, it is another image.
    const affineAlone = {
      ...loading,
      edges: loading.edges.map((edge) =>
        edge.from === 'field.transform' ? { ...edge, from: 'affine.transform' } : edge,
      ),
    };
    const unbent = await run(session, affineAlone, bindings);
    expect(farthest(warped, await voxels(unbent.result, 'apply.image'))).toBeGreaterThan(1);
  });

  test('starts a registration where a file says', async () => {
    const shift = [1, 0, 0, 3, 0, 1, 0, -2, 0, 0, 1, 1] as unknown as Matrix3x4;
    const text = writeItkAffine(shift as MovingWorldFromFixedWorld);
    const start = await handleFor('start', 'start.tfm', new TextEncoder().encode(text));
    const levels = { ...greedyRecipe.nodes.levels, params: { shrink: [1], iterations: [1] } };
    const recipe = {
      ...greedyRecipe,
      nodes: { ...greedyRecipe.nodes, start: node('load.transform'), levels },
      edges: greedyRecipe.edges.filter(({ to }) => to !== 'start.moving'),
    };
    const { result } = await run(session, recipe, { ...images, start });
    const handle = handleOf(result, 'register.transform');
    const read = await session.read({ handle, as: 'transform' });
    expect(read.kind === 'transform' && [...read.affine]).toEqual([...shift]);
  });

  test('asks for the image that stays where the file is linear', async () => {
    const affine = await handleFor('affine', 'a.txt', await fileOf('itk-affine'));
    const alone = {
      ...loading,
      nodes: {
        moving: loading.nodes.moving,
        affine: loading.nodes.affine,
        apply: node('apply.image'),
      },
      edges: [
        { from: 'affine.transform', to: 'apply.transform' },
        { from: 'moving.image', to: 'apply.image' },
      ],
    };
    const { result } = await run(session, alone, { moving: images.moving!, affine });
    expect(result.diagnostics).toMatchObject([
      { code: 'recipe', at: { nodeId: 'affine', port: 'fixed' } },
    ]);
  });

  test.each([
    ['HDF5', 'Composite.h5', '\x89HDF\r\n\x1a\n'],
    [
      'MATLAB',
      '0GenericAffine.mat',
      `\n\0\0\0\x0c\0\0\0\x01\0\0\0\0\0\0\0\x1b\0\0\0AffineTransform_double_3_3\0`,
    ],
    [
      'Composite',
      'all.tfm',
      '#Insight Transform File V1.0\n#Transform 0\nTransform: CompositeTransform_double_3_3\n',
    ],
    ['“#Insight', 'notes.txt', 'x,y,z\n1,2,3\n'],
    ['empty', 'empty.txt', ''],
  ])('refuses by name: %s', async (said, name, text) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const opened = await open('affine', name, bytes);
    expect(opened).toMatchObject({
      ok: false,
      diagnostics: [
        { message: expect.stringContaining(said), remedy: expect.stringMatching(/\w/) },
      ],
    });
  });
});
