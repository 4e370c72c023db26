import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEditor } from '../../../src/editor/create-editor';
import type { Editor } from '../../../src/editor/editor-context';
import { setParam } from '../../../src/editor/store/document-edits';
import { nodeRegistry } from '../../../src/nodes/index';
import type { EngineApi } from '../../../src/runtime/api/engine/engine-api';
import { createFakeEngine } from '../../support/fake-engine';
import { mortalEngine } from '../../support/mortal-engine';
import { sampleRecipe } from './sample-recipe';

let editor: Editor;
let mortal: ReturnType<typeof mortalEngine>;
let made: EngineApi[];
let stop: () => void;

/** What the engines do whose turn it is; the fake does the rest. */
function start(change: (engine: EngineApi, life: number) => EngineApi = (engine) => engine): void {
  made = [];
  mortal = mortalEngine(() => {
    const engine = change(
      createFakeEngine({ tickMs: 2, iterations: 60, spacingMm: [8, 8, 8] }),
      made.length,
    );
    vi.spyOn(engine, 'openInput');
    made.push(engine);
    return engine;
  });
  editor = createEditor({
    engine: mortal.engine,
    life: mortal.life,
    registry: nodeRegistry,
    recipes: [],
    windowSize: { width: 1440, height: 900 },
  });
  stop = editor.controller.start();
}

beforeEach(() => start());
afterEach(() => {
  stop();
  vi.useRealTimers();
});

async function openSample(): Promise<void> {
  editor.documents.open(sampleRecipe, { kind: 'new' });
  await editor.controller.inputs.settled();
}

const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), 5000);
const runs = () => editor.runs.getState();
const opensOf = (engine: EngineApi | undefined) =>
  vi.mocked(engine?.openInput ?? vi.fn()).mock.calls.map(([request]) => request);

describe('an engine that ends', () => {
  test('in a run: the run has failed at the node that ran, and the next one is done', async () => {
    await openSample();
    const running = editor.controller.run();
    await until(() => runs().curves.length > 0);
    const [at] = Object.entries(runs().nodes).find(([, { state }]) => state === 'running') ?? [];
    expect(at).toBeDefined();
    mortal.kill('Its worker has ended.');
    await running;
    expect(runs()).toMatchObject({
      status: 'idle',
      result: { status: 'failed' },
      runDiagnostics: [{ severity: 'error', code: 'device', at: { nodeId: at } }],
    });
    expect(runs().runDiagnostics[0]?.message).toContain('Its worker has ended.');
    expect(runs().nodes[at ?? '']?.state).toBe('failed');
    expect(editor.documents.store.getState().document).toBe(sampleRecipe);

    await editor.controller.run();
    expect(runs().result?.status).toBe('done');
    expect(mortal.lives()).toBe(2);
  });

  test('between runs: files and samples are opened again, without asking for them', async () => {
    await openSample();
    const file = new File(['voxels'], 'mine.nii');
    await editor.controller.inputs.openFile('fixed', file);
    const before = editor.documents.store.getState().document;
    mortal.kill('Its worker has ended.');
    expect(runs().inputs.fixed?.state).not.toBe('ready');
    await editor.controller.inputs.settled();
    expect(runs().inputs).toMatchObject({ fixed: { state: 'ready' }, moving: { state: 'ready' } });
    const again = opensOf(made[1]);
    expect(again.find(({ nodeId }) => nodeId === 'fixed')).toMatchObject({
      fileName: 'mine.nii',
      bytes: new TextEncoder().encode('voxels'),
    });
    expect(editor.documents.store.getState().document).toBe(before);
    await editor.controller.run();
    expect(runs().result?.status).toBe('done');
  });

  test('with a file that undo brings back: the file is opened again too', async () => {
    await openSample();
    await editor.controller.inputs.openFile('fixed', new File(['voxels'], 'mine.nii'));
    const named = editor.documents.store.getState().document.nodes.fixed?.params.source ?? {};
    const sample = sampleRecipe.nodes.fixed?.params.source ?? {};
    editor.documents.edit((document) => setParam(document, 'fixed', 'source', sample));
    mortal.kill('Its worker has ended.');
    await editor.controller.inputs.settled();
    editor.documents.edit((document) => setParam(document, 'fixed', 'source', named));
    await editor.controller.inputs.settled();
    expect(runs().inputs.fixed?.state).toBe('ready');
  });

  test('over a file, twice: it is said at the loader, and not tried for ever', async () => {
    stop();
    start((engine) => ({
      ...engine,
      openInput: (request) => {
        if (request.fileName !== 'huge.nii') return engine.openInput(request);
        queueMicrotask(() => mortal.kill('It was out of memory.'));
        return new Promise(() => undefined);
      },
    }));
    await openSample();
    await editor.controller.inputs.openFile('fixed', new File(['voxels'], 'huge.nii'));
    await editor.controller.inputs.settled();
    expect(mortal.lives()).toBe(3);
    expect(runs().inputs).toMatchObject({
      fixed: { state: 'failed', diagnostics: [{ code: 'device', at: { nodeId: 'fixed' } }] },
      moving: { state: 'ready' },
    });
  });

  test('a file that is gone from the disk by then is asked for again', async () => {
    await openSample();
    const file = new File(['voxels'], 'mine.nii');
    await editor.controller.inputs.openFile('fixed', file);
    file.arrayBuffer = () => Promise.reject(new DOMException('It is gone.', 'NotReadableError'));
    mortal.kill('Its worker has ended.');
    await editor.controller.inputs.settled();
    expect(runs().inputs.fixed).toMatchObject({
      state: 'failed',
      diagnostics: [{ code: 'input-problem', message: expect.stringContaining('It is gone.') }],
    });
  });
});

test('Cancel works on an engine that does not answer: it is replaced', async () => {
  stop();
  start((engine, life) =>
    life > 0
      ? engine
      : { ...engine, run: () => new Promise(() => undefined), cancel: () => new Promise(() => {}) },
  );
  await openSample();
  const running = editor.controller.run();
  await until(() => runs().status === 'running' && runs().plan !== undefined);
  vi.useFakeTimers();
  void editor.controller.cancel();
  await vi.advanceTimersByTimeAsync(11_000);
  vi.useRealTimers();
  await running;
  expect(runs()).toMatchObject({ status: 'idle', result: { status: 'cancelled' } });
  await editor.controller.run();
  expect(runs().result?.status).toBe('done');
});
