import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEditor } from '../../../src/editor/create-editor';
import type { Editor } from '../../../src/editor/editor-context';
import { setParam } from '../../../src/editor/store/document-edits';
import { registrationVolumes, viewableVolumes } from '../../../src/editor/viewer/volume-choice';
import { nodeRegistry } from '../../../src/nodes/index';
import type { Diagnostic } from '../../../src/runtime/api/engine/diagnostics';
import type { EngineApi } from '../../../src/runtime/api/engine/engine-api';
import { createFakeEngine } from '../../support/fake-engine';
import { sampleRecipe } from './sample-recipe';

let engine: EngineApi;
let editor: Editor;
let stop: () => void;

beforeEach(() => {
  engine = createFakeEngine({ iterations: 8, spacingMm: [8, 8, 8] });
  const windowSize = { width: 1440, height: 900 };
  editor = createEditor({ engine, registry: nodeRegistry, recipes: [], windowSize });
  stop = editor.controller.start();
});
afterEach(() => stop());

const wrongRadius: Diagnostic = {
  severity: 'error',
  code: 'parameter',
  at: { nodeId: 'lncc', parameter: 'radiusVoxels' },
  message: 'Too large.',
  remedy: 'Make it smaller.',
};

const inputs = () => editor.runs.getState().inputs;

async function openSample(): Promise<void> {
  editor.documents.open(sampleRecipe, { kind: 'new' });
  await editor.controller.inputs.settled();
}

function firstLoss(): Promise<void> {
  return new Promise((resolve) => {
    const end = editor.runs.subscribe(({ curves }) => {
      if (curves.length === 0) return;
      end();
      resolve();
    });
  });
}

function firstPreview(): Promise<void> {
  return new Promise((resolve) => {
    const end = editor.volumes.subscribe(() => {
      if (editor.volumes.preview === undefined) return;
      end();
      resolve();
    });
  });
}

describe('inputs', () => {
  test('are opened with the recipe, and once for all loaders that ask for the same', async () => {
    const openInput = vi.spyOn(engine, 'openInput');
    await openSample();
    expect(inputs()).toMatchObject({ fixed: { state: 'ready' }, moving: { state: 'ready' } });
    const source = sampleRecipe.nodes.fixed?.params.source ?? {};
    editor.documents.edit((document) => setParam(document, 'moving', 'source', source));
    expect(inputs()).toMatchObject({ moving: { state: 'ready' } });
    editor.documents.undo();
    await editor.controller.inputs.settled();
    expect(openInput).toHaveBeenCalledTimes(2);
  });

  test('that are files or addresses wait for the person', async () => {
    await openSample();
    const sha256 = 'b'.repeat(64);
    const url = 'https://example.org/brain.nii.gz';
    editor.documents.edit((document) =>
      setParam(
        setParam(document, 'fixed', 'source', { kind: 'file', name: 'a.nii.gz', sha256 }),
        'moving',
        'source',
        { kind: 'url', url, sha256 },
      ),
    );
    expect(inputs()).toMatchObject({
      fixed: { state: 'needs-file', name: 'a.nii.gz' },
      moving: { state: 'needs-consent', url, sha256 },
    });
  });

  test('a chosen file is opened and named in the recipe with its SHA-256', async () => {
    await openSample();
    await editor.controller.inputs.openFile('fixed', new File(['voxels'], 'mine.nii'));
    expect(editor.documents.store.getState().document.nodes.fixed?.params.source).toEqual({
      kind: 'file',
      name: 'mine.nii',
      sha256: 'a'.repeat(64),
    });
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
  });

  test('the file that a recipe names by its SHA-256 is ready once it is chosen', async () => {
    await openSample();
    const named = { kind: 'file', name: 'mine.nii', sha256: 'a'.repeat(64) };
    editor.documents.edit((document) => setParam(document, 'fixed', 'source', named));
    expect(inputs().fixed).toMatchObject({ state: 'needs-file' });
    await editor.controller.inputs.openFile('fixed', new File(['voxels'], 'mine.nii'));
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
  });

  test('a file that cannot be read leaves the recipe as it was, with a diagnostic on the node', async () => {
    await openSample();
    await editor.controller.inputs.openFile('fixed', new File([], 'empty.nii'));
    expect(editor.documents.store.getState().document).toBe(sampleRecipe);
    expect(inputs().fixed).toMatchObject({
      state: 'failed',
      diagnostics: [{ message: 'The file is empty.', at: { nodeId: 'fixed' } }],
    });
  });

  test('a refused file is named until the person goes back to what the recipe asks for', async () => {
    await openSample();
    await editor.controller.inputs.openFile('fixed', new File([], 'empty.nii'));
    editor.documents.edit((document) => setParam(document, 'lncc', 'radiusVoxels', 3));
    expect(inputs().fixed).toMatchObject({ state: 'failed' });
    editor.controller.inputs.dismissFailure('fixed');
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
  });
});

describe('a chosen file of several frames', () => {
  const frames = 4;
  const series = new File(['voxels'], 'series.nii');

  beforeEach(async () => {
    const openInput = engine.openInput.bind(engine);
    engine.openInput = async (request) => {
      const { nodeId, source } = request;
      const isRead = source.framesAsChannels || (source.frame ?? frames) < frames;
      if (source.kind !== 'file' || isRead) return openInput(request);
      const at = { nodeId, parameter: 'frame' };
      const text = { message: `The file holds ${frames} frames.`, remedy: 'Name one.' };
      const diagnostic = { severity: 'error', code: 'input-problem', at, ...text } as const;
      return { ok: false, diagnostics: [diagnostic] };
    };
    await openSample();
  });

  const setFrame = async (frame: number) => {
    editor.documents.edit((document) => setParam(document, 'fixed', 'frame', frame));
    await editor.controller.inputs.settled();
  };

  test('is tried again with the frame that the person names, without being chosen again', async () => {
    await editor.controller.inputs.openFile('fixed', series);
    expect(inputs().fixed).toMatchObject({ state: 'failed' });
    await setFrame(9);
    expect(inputs().fixed).toMatchObject({ state: 'failed' });
    await setFrame(2);
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
    const { params } = editor.documents.store.getState().document.nodes.fixed ?? {};
    expect(params).toMatchObject({ frame: 2, source: { kind: 'file', name: 'series.nii' } });
    expect(params?.source).not.toHaveProperty('frame');
    await setFrame(3);
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
  });

  test('is tried again once its frames are to be channels', async () => {
    await editor.controller.inputs.openFile('fixed', series);
    editor.documents.edit((document) =>
      setParam(document, 'fixed', 'series', 'frames-as-channels'),
    );
    await editor.controller.inputs.settled();
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
    await setFrame(9);
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
    editor.documents.edit((document) => setParam(document, 'fixed', 'series', undefined));
    await editor.controller.inputs.settled();
    expect(inputs().fixed).toMatchObject({ state: 'failed' });
  });

  test('is forgotten once the loader asks for something else', async () => {
    await editor.controller.inputs.openFile('fixed', series);
    const source = { kind: 'phantom', name: 'head-2d', subject: 2, seed: 1, contrast: 't1' };
    editor.documents.edit((document) => setParam(document, 'fixed', 'source', source));
    await setFrame(2);
    const { params } = editor.documents.store.getState().document.nodes.fixed ?? {};
    expect(params?.source).toEqual(source);
    expect(inputs().fixed).toMatchObject({ state: 'ready' });
  });
});

test('both files of a pair reach the engine, named by the header', async () => {
  const openInput = vi.spyOn(engine, 'openInput');
  await openSample();
  const [header, voxels] = [new File(['head'], 'a.hdr'), new File(['voxels'], 'a.img')];
  await editor.controller.inputs.openFile('fixed', header, voxels);
  expect(openInput.mock.lastCall?.[0]).toMatchObject({
    fileName: 'a.hdr',
    bytes: new TextEncoder().encode('head'),
    voxelBytes: new TextEncoder().encode('voxels'),
  });
  expect(inputs().fixed).toMatchObject({ state: 'ready' });
});

test('a folder that is dropped is said to be one, and does not stay on its way', async () => {
  await openSample();
  const folder = new File([], 'DICOM');
  folder.arrayBuffer = () => Promise.reject(new Error('NotFoundError'));
  await editor.controller.inputs.openFile('fixed', folder);
  expect(inputs().fixed).toMatchObject({
    state: 'failed',
    diagnostics: [
      { message: expect.stringContaining('a folder'), remedy: expect.stringContaining('dcm2niix') },
    ],
  });
});

describe('a run', () => {
  test('ends with curves, states, a result, and the volumes of the registration', async () => {
    await openSample();
    await editor.controller.run();
    const state = editor.runs.getState();
    expect(state).toMatchObject({
      status: 'idle',
      result: { status: 'done' },
      nodes: { register: { state: 'done' } },
    });
    expect(state.curves[0]?.rows).toHaveLength(8);
    const sources = {
      document: sampleRecipe,
      registry: nodeRegistry,
      inputs: state.inputs,
      result: state.result,
    };
    expect(registrationVolumes(sources)).toMatchObject({
      nodeId: 'register',
      fixed: { id: 'fixed.image' },
      moving: { id: 'moving.image' },
      warped: { id: 'register.warped' },
    });
    expect(viewableVolumes(sources).map(({ id }) => id)).toEqual([
      'fixed.image',
      'moving.image',
      'register.warped',
    ]);
  });

  test('waits for inputs that are still being opened', async () => {
    const run = vi.spyOn(engine, 'run');
    editor.documents.open(sampleRecipe, { kind: 'new' });
    await editor.controller.run();
    expect(Object.keys(run.mock.calls[0]?.[0].bindings ?? {})).toEqual(['fixed', 'moving']);
  });

  test('goes without the labels of generated heads once an image is real', async () => {
    const run = vi.spyOn(engine, 'run');
    const labels = { type: 'load.labels', version: 1, params: {} };
    const nodes = { ...sampleRecipe.nodes, 'fixed-labels': labels };
    editor.documents.open({ ...sampleRecipe, nodes }, { kind: 'new' });
    await editor.controller.run();
    expect(Object.keys(run.mock.lastCall?.[0].bindings ?? {})).toContain('fixed-labels');
    await editor.controller.inputs.openFile('fixed', new File(['voxels'], 'mine.nii'));
    await editor.controller.run();
    expect(Object.keys(run.mock.lastCall?.[0].bindings ?? {})).toEqual(['fixed', 'moving']);
  });

  test('is begun or refused by the recipe as it stands, not as it was last compiled', async () => {
    const run = vi.spyOn(engine, 'run');
    const compile = engine.compile.bind(engine);
    vi.spyOn(engine, 'compile').mockImplementation(async (request) => {
      const compiled = await compile(request);
      const isWrong = request.documentText.includes('"radiusVoxels": 9');
      return isWrong ? { ...compiled, diagnostics: [wrongRadius] } : compiled;
    });
    await openSample();
    await editor.controller.run();
    const { result } = editor.runs.getState();

    editor.documents.edit((document) => setParam(document, 'lncc', 'radiusVoxels', 9));
    await editor.controller.run();
    expect(run).toHaveBeenCalledTimes(1);
    expect(editor.runs.getState()).toMatchObject({ status: 'idle', result });
    expect(editor.views.store.getState().runTab).toBe('problems');

    editor.documents.edit((document) => setParam(document, 'lncc', 'radiusVoxels', 3));
    await editor.controller.run();
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('can be cancelled, keeps its last image then, and another can follow', async () => {
    await openSample();
    const preview = firstPreview();
    const running = editor.controller.run();
    await preview;
    await editor.controller.cancel();
    await running;
    expect(editor.runs.getState().result?.status).toBe('cancelled');
    expect(editor.volumes.preview?.nodeId).toBe('register');
    await editor.controller.run();
    expect(editor.runs.getState().result?.status).toBe('done');
    expect(editor.volumes.preview).toBeUndefined();
  });

  test('that throws ends as a diagnostic, and the page goes on', async () => {
    vi.spyOn(engine, 'run').mockRejectedValueOnce(new Error('worker gone'));
    await openSample();
    await editor.controller.run();
    expect(editor.runs.getState()).toMatchObject({
      status: 'idle',
      runDiagnostics: [{ code: 'internal', message: 'The engine stopped: worker gone' }],
    });
    expect(editor.views.store.getState().runTab).toBe('problems');
  });

  test('takes a turned parameter only while it goes on', async () => {
    const turn = vi.spyOn(engine, 'turn');
    await openSample();
    await editor.controller.turn('lncc', 'weight', 2);
    expect(turn).not.toHaveBeenCalled();
    const losses = firstLoss();
    const running = editor.controller.run();
    await losses;
    await editor.controller.turn('lncc', 'weight', 2);
    expect(turn).toHaveBeenCalledWith('run-1', 'lncc', 'weight', 2);
    await running;
  });
});

test('an edit is compiled a moment later, and the plan shown', async () => {
  await openSample();
  await vi.waitFor(() => expect(editor.runs.getState().plan?.peakBytes).toBe(79e6));
});
