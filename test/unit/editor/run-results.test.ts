import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEditor } from '../../../src/editor/create-editor';
import type { Editor } from '../../../src/editor/editor-context';
import { resultFiles, resultManifest } from '../../../src/editor/run/result-files';
import { renameNode } from '../../../src/editor/store/rename-node';
import { staleNodes } from '../../../src/editor/store/run-store';
import { registrationVolumes } from '../../../src/editor/viewer/volume-choice';
import { nodeRegistry } from '../../../src/nodes/index';
import type { EngineApi, TurnOutcome } from '../../../src/runtime/api/engine/engine-api';
import { createFakeEngine } from '../../support/fake-engine';
import { sampleRecipe } from './sample-recipe';

let engine: EngineApi;
let editor: Editor;
let stop: () => void;

beforeEach(async () => {
  engine = createFakeEngine({ iterations: 8, spacingMm: [8, 8, 8] });
  const windowSize = { width: 1440, height: 900 };
  editor = createEditor({ engine, registry: nodeRegistry, recipes: [], windowSize });
  stop = editor.controller.start();
  editor.documents.open(sampleRecipe, { kind: 'new' });
  await editor.controller.inputs.settled();
});
afterEach(() => stop());

function firstLoss(): Promise<void> {
  return new Promise((resolve) => {
    const end = editor.runs.subscribe(({ curves }) => {
      if (curves.length === 0) return;
      end();
      resolve();
    });
  });
}

describe('a turned parameter', () => {
  const turns = () => editor.runs.getState().turns;
  const turnWhileRunning = async (outcome: TurnOutcome) => {
    vi.spyOn(engine, 'turn').mockResolvedValue(outcome);
    const losses = firstLoss();
    const running = editor.controller.run();
    await losses;
    await editor.controller.turn('lncc', 'weight', 2);
    await running;
  };

  test('is noted with the iteration from which on it holds', async () => {
    await turnWhileRunning({ ok: true, label: 'level 1 of 2', atIteration: 41 });
    const taken = { value: 2, state: 'taken', label: 'level 1 of 2', atIteration: 41 };
    expect(turns()).toEqual({ 'lncc.weight': taken });
    await editor.controller.run();
    expect(turns()).toEqual({});
  });

  test('is noted with the reason where it is refused', async () => {
    const refusal = {
      severity: 'warning',
      code: 'parameter',
      at: { nodeId: 'lncc', parameter: 'weight' },
      message: 'The run is over.',
      remedy: 'Run again.',
    } as const;
    await turnWhileRunning({ ok: false, diagnostics: [refusal] });
    const refused = { value: 2, state: 'refused', reason: 'The run is over. Run again.' };
    expect(turns()).toEqual({ 'lncc.weight': refused });
  });
});

test('a renamed node keeps its result, through undo as well', async () => {
  await editor.controller.run();
  const warped = () =>
    editor.runs.getState().result?.outputs.find(({ port }) => port === 'warped')?.nodeId;
  const stale = () =>
    staleNodes(editor.runs.getState().resultDocument, editor.documents.store.getState().document);
  editor.documents.edit((document) => renameNode(document, 'register', 'deform'));
  expect(warped()).toBe('deform');
  expect(editor.runs.getState().nodes).toHaveProperty('deform');
  expect([...stale()]).toEqual([]);
  editor.documents.undo();
  expect(warped()).toBe('register');
  expect([...stale()]).toEqual([]);
});

test('of a run that ended early, the last finished registration is shown', async () => {
  await editor.controller.run();
  const { result, inputs: opened } = editor.runs.getState();
  if (result === undefined) throw new Error('The run has a result.');
  const { register, ...others } = sampleRecipe.nodes;
  if (register === undefined) throw new Error('The recipe registers.');
  const document = {
    ...sampleRecipe,
    nodes: { ...others, register, second: { ...register } },
    edges: [
      ...sampleRecipe.edges,
      { from: 'register.transform', to: 'second.initial' },
      { from: 'scaled.image', to: 'second.fixed' },
      { from: 'moving.image', to: 'second.moving' },
    ],
  };
  const sources = { document, registry: nodeRegistry, inputs: opened };
  expect(registrationVolumes({ ...sources, result: undefined }).nodeId).toBe('second');
  const early = { ...result, status: 'cancelled' as const };
  expect(registrationVolumes({ ...sources, result: early })).toMatchObject({
    nodeId: 'register',
    warped: { nodeId: 'register' },
  });
});

test('what a network predicts is shown as another node warps by it, unless it is gone on from', async () => {
  await editor.controller.run();
  const { inputs: opened, result } = editor.runs.getState();
  if (!result) throw new Error('It has run.');
  const node = (type: string) => ({ type, version: 1, params: {} });
  const { register } = sampleRecipe.nodes;
  if (register === undefined) throw new Error('The recipe registers.');
  const wires = [
    { from: 'register.transform', to: 'predict.initial' },
    { from: 'scaled.image', to: 'predict.fixed' },
    { from: 'moving.image', to: 'predict.moving' },
    { from: 'predict.transform', to: 'warp.transform' },
    { from: 'moving.image', to: 'warp.image' },
  ];
  const document = {
    ...sampleRecipe,
    nodes: {
      ...sampleRecipe.nodes,
      predict: node('network.predict'),
      warp: node('apply.image'),
    },
    edges: [...sampleRecipe.edges, ...wires],
  };
  const warped = { nodeId: 'warp', port: 'image', kind: 'image', handle: 'w' } as const;
  const sources = {
    document,
    registry: nodeRegistry,
    inputs: opened,
    result: { ...result, outputs: [...result.outputs, warped] },
  };
  expect(registrationVolumes(sources)).toMatchObject({
    nodeId: 'predict',
    moving: { id: 'moving.image' },
    warped: { id: 'warp.image' },
  });
  // Beside others that see the pair: while one adapts, its own images are shown.
  const adapting = {
    ...document,
    nodes: { adapt: node('network.adapt'), map: node('network.weight-map'), ...document.nodes },
    edges: [
      ...document.edges,
      ...['adapt', 'map'].flatMap((name) => [
        { from: 'scaled.image', to: `${name}.fixed` },
        { from: 'moving.image', to: `${name}.moving` },
      ]),
      { from: 'adapt.network', to: 'predict.network' },
    ],
  };
  const before = { ...sources, document: adapting, result: undefined };
  expect(registrationVolumes(before).nodeId).toBe('predict');
  expect(registrationVolumes(before, 'adapt')).toMatchObject({
    nodeId: 'adapt',
    moving: { id: 'moving.image' },
  });
  const refined = {
    ...document,
    nodes: { ...document.nodes, refine: register },
    edges: [
      ...document.edges,
      { from: 'predict.transform', to: 'refine.initial' },
      { from: 'scaled.image', to: 'refine.fixed' },
      { from: 'moving.image', to: 'refine.moving' },
    ],
  };
  const after = { nodeId: 'refine', port: 'warped', kind: 'image', handle: 'r' } as const;
  const more = { ...result, outputs: [...result.outputs, warped, after] };
  expect(registrationVolumes({ ...sources, document: refined, result: more })).toMatchObject({
    nodeId: 'refine',
    warped: { id: 'refine.warped' },
  });
});

test('behind a node that makes something of a pair lies each image by itself', async () => {
  const even = { type: 'prepare.even-intensity', version: 1, params: {} };
  const rewired = { 'register.fixed': 'even.fixed', 'register.moving': 'even.moving' };
  const document = {
    ...sampleRecipe,
    nodes: { ...sampleRecipe.nodes, even },
    edges: [
      ...sampleRecipe.edges.filter(({ to }) => !Object.hasOwn(rewired, to)),
      ...Object.entries(rewired).map(([to, from]) => ({ from, to })),
      { from: 'fixed.image', to: 'even.fixed' },
      { from: 'moving.image', to: 'even.moving' },
    ],
  };
  const { inputs } = editor.runs.getState();
  const sources = { document, registry: nodeRegistry, inputs, result: undefined };
  expect(registrationVolumes(sources)).toMatchObject({
    fixed: { id: 'fixed.image' },
    moving: { id: 'moving.image' },
  });
});

describe('files of a result', () => {
  test('have the names that save nodes give, the rest those of node and port', async () => {
    await editor.controller.run();
    const outputs = editor.runs.getState().result?.outputs ?? [];
    const files = resultFiles(sampleRecipe, nodeRegistry, outputs);
    expect(files.map(({ name, format }) => [name, format])).toEqual([
      ['result.nii.gz', 'nifti-image'],
      ['register-transform-affine.txt', 'itk-affine'],
      ['register-transform-displacement.nii.gz', 'displacement'],
      ['register-transform-inverse-displacement.nii.gz', 'inverse-displacement'],
    ]);
  });

  test('are those that a transform has: one without a field is its affine alone', () => {
    const output = {
      nodeId: 'register',
      port: 'transform',
      kind: 'transform',
      handle: 'h',
    } as const;
    const files = resultFiles(sampleRecipe, nodeRegistry, [{ ...output, fields: [] }]);
    expect(files.map(({ format }) => format)).toEqual(['itk-affine']);
  });

  test('come with a manifest of recipe, inputs, device and metrics', async () => {
    await editor.controller.run();
    const { result } = editor.runs.getState();
    if (result === undefined) throw new Error('The run has a result.');
    expect(
      JSON.parse(resultManifest(sampleRecipe, result, editor.runs.getState().inputs)),
    ).toMatchObject({
      recipe: { name: 'Sample' },
      inputs: { fixed: { sha256: 'a'.repeat(64) } },
      device: { kind: 'gpu', name: 'Fake GPU' },
      metrics: { ncc: 0.987 },
      levels: [{ outcome: 'cap' }],
    });
  });
});
