import { describe, expect, test } from 'vitest';
import { unpackNetwork } from '../../../src/runtime/networks/files/pack-network';
import type { Session } from '../../../src/runtime/session';
import { registryWithSquares, squaresRecipe } from '../../support/shifted-squares';
import { openSession, run } from '../../support/small-session';

/** Nodes and wires of a recipe. */
interface Recipe {
  readonly nodes: Readonly<Record<string, object>>;
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}
const head = { schemaVersion: 1, name: 'Squares', description: 'A network and its file.' };

const node = (type: string, params: Record<string, unknown> = {}) => ({ type, version: 1, params });

/** A training with what reads its network; `train` may be another node that gives one. */
function predicting(recipe: Recipe, from = 'train.network'): Recipe {
  return {
    nodes: { ...recipe.nodes, predict: node('network.predict') },
    edges: [
      ...recipe.edges,
      { from, to: 'predict.network' },
      { from: 'squares.fixed', to: 'predict.fixed' },
      { from: 'squares.moving', to: 'predict.moving' },
    ],
  };
}

const open = (bundled?: (name: string) => Promise<Uint8Array | undefined>) =>
  openSession({ registry: registryWithSquares, ...(bundled ? { bundled } : {}) });

async function fieldOf(session: Session, recipe: Recipe, bindings = {}): Promise<Float32Array> {
  const { result } = await run(session, { ...head, ...recipe }, bindings);
  expect(result.diagnostics).toEqual([]);
  const output = result.outputs.find(({ nodeId }) => nodeId === 'predict');
  const read = await session.read({ handle: output?.handle ?? '', as: 'transform' });
  return read.kind === 'transform' ? read.displacement!.values : new Float32Array();
}

async function trained(): Promise<{ readonly file: Uint8Array; readonly field: Float32Array }> {
  const session = open();
  const recipe = predicting(squaresRecipe({ steps: 5, validateEvery: 5 }));
  const field = await fieldOf(session, recipe);
  const { result } = await run(session, { ...head, ...recipe }, {});
  const output = result.outputs.find(
    ({ nodeId, port }) => nodeId === 'train' && port === 'network',
  );
  const words = { licence: 'CC0-1.0', notes: 'Squares only.' };
  const handle = output?.handle ?? '';
  const read = await session.read({ handle, as: 'file', format: 'network-zip', words });
  return { file: read.kind === 'file' ? read.bytes : new Uint8Array(), field };
}

/** The squares, and a network that is loaded. */
const loading = (params: Record<string, unknown> = {}): Recipe => ({
  nodes: { squares: node('test.squares'), load: node('load.network', params) },
  edges: [],
});

describe('a network that was saved', { timeout: 120_000 }, async () => {
  const { file, field } = await trained();
  const source = { kind: 'file', as: 'network', name: 'squares.zip' } as const;

  test('predicts the same again, from a file or from what comes along', async () => {
    const session = open(async (name) => (name === 'voxelmorph-2d' ? file : undefined));
    const recipe = predicting(loading(), 'load.network');
    const fromFile = await session.openInput({ nodeId: 'load', source, bytes: file });
    const bundled = { kind: 'bundled', as: 'network', name: 'voxelmorph-2d' } as const;
    const fromWeft = await session.openInput({ nodeId: 'load', source: bundled });
    for (const opened of [fromFile, fromWeft]) {
      if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
      expect(await fieldOf(session, recipe, { load: opened.handle })).toEqual(field);
    }
    expect(field.some((value) => Math.abs(value) > 0.01)).toBe(true);
    const absent = await session.openInput({
      nodeId: 'load',
      source: { ...bundled, name: 'synthmorph-2d' },
    });
    expect(absent).toMatchObject({ ok: false, diagnostics: [{ at: { nodeId: 'load' } }] });
  });

  test('says on its card what it is and what it learned from', () => {
    const card = JSON.parse(new TextDecoder().decode(unpackNetwork(file).card));
    expect(card).toMatchObject({
      architecture: 'voxelmorph',
      sizeVoxels: [32, 32],
      spacingMm: [1.5, 1.5],
      normalization: { method: 'percentiles', lower: 0, upper: 99 },
      training: {
        data: 'squares',
        steps: 5,
        recipeSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      licence: 'CC0-1.0',
      notes: 'Squares only.',
    });
    expect(card.training.validation['validation.dice']).toBeGreaterThan(0.5);
    const model = JSON.parse(new TextDecoder().decode(unpackNetwork(file).model));
    expect(model.modelTopology.class_name).toBe('Model');
  });

  test('goes on learning from there, and says for how long it has', async () => {
    const session = open();
    const opened = await session.openInput({ nodeId: 'load', source, bytes: file });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    const recipe = squaresRecipe({ steps: 2, validateEvery: 2 });
    const { result } = await run(
      session,
      {
        ...head,
        nodes: { ...recipe.nodes, load: node('load.network') },
        edges: recipe.edges.map(({ from, to }) =>
          to === 'train.network' ? { from: 'load.network', to } : { from, to },
        ),
      },
      { load: opened.handle },
    );
    const output = result.outputs.find(
      ({ port, nodeId }) => nodeId === 'train' && port === 'network',
    );
    const read = await session.read({
      handle: output?.handle ?? '',
      as: 'file',
      format: 'network-zip',
    });
    const bytes = read.kind === 'file' ? read.bytes : new Uint8Array();
    const card = JSON.parse(new TextDecoder().decode(unpackNetwork(bytes).card));
    expect(card.training).toMatchObject({ steps: 7, data: 'squares; then squares' });
    expect(card.licence).toBe('not stated');
  });

  test('is refused with the reason where its file is broken or says another spacing', async () => {
    const session = open();
    const openAs = async (bytes: Uint8Array, more = {}) => {
      const opened = await session.openInput({
        nodeId: 'load',
        source: { ...source, ...more },
        bytes,
      });
      return opened.ok ? [] : opened.diagnostics.map(({ message }) => message);
    };
    expect(await openAs(file.slice(0, 4000))).toEqual([expect.stringContaining('cut off')]);
    const spacing = { network: { arrayAxes: 'xyz', spacingMm: 2 } };
    expect(await openAs(file, spacing)).toEqual([expect.stringContaining('1.5 × 1.5')]);
    expect(await openAs(file, { network: { arrayAxes: 'zyx', spacingMm: 1.5 } })).toEqual([]);
  });

  test('is not saved before it has learned anything', async () => {
    const { result } = await run(
      open(),
      {
        ...head,
        nodes: { network: node('network.voxelmorph'), save: node('save.network') },
        edges: [{ from: 'network.network', to: 'save.network' }],
      },
      {},
    );
    expect(result.diagnostics).toMatchObject([
      { at: { nodeId: 'save', port: 'network' }, remedy: 'Wire it through Train.' },
    ]);
  });
});
