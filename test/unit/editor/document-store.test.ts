import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  addNode,
  moveNodes,
  removeItems,
  setParam,
} from '../../../src/editor/store/document-edits';
import {
  createDocumentStore,
  type DocumentStore,
  isDirty,
} from '../../../src/editor/store/document-store';
import { nodeRegistry } from '../../../src/nodes/index';
import { documentLimits } from '../../../src/pipeline/limits';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import { sampleRecipe } from './sample-recipe';

let documents: DocumentStore;
const now = (): PipelineDocument => documents.store.getState().document;

beforeEach(() => {
  documents = createDocumentStore();
  documents.open(sampleRecipe, { kind: 'gallery', name: 'sample.json' });
});

describe('undo', () => {
  test('undoes everything to the start and redoes everything to the end', () => {
    const definitions = [...nodeRegistry.values()];
    const action = fc.oneof(
      fc.nat(definitions.length - 1).map((pick) => (document: PipelineDocument) => {
        const definition = definitions[pick];
        return definition ? addNode(document, definition, [pick, pick]).document : document;
      }),
      fc.nat(20).map((pick) => (document: PipelineDocument) => {
        const ids = Object.keys(document.nodes);
        return removeItems(document, ids.slice(pick % (ids.length + 1)).slice(0, 1), []);
      }),
      fc.tuple(fc.integer(), fc.integer()).map(([x, y]) => (document: PipelineDocument) => {
        const [nodeId] = Object.keys(document.nodes);
        return nodeId === undefined ? document : moveNodes(document, { [nodeId]: [x, y] });
      }),
      fc.double({ noNaN: true }).map((value) => (document: PipelineDocument) => {
        const nodeId = Object.keys(document.nodes).at(-1);
        return nodeId === undefined ? document : setParam(document, nodeId, 'weight', value);
      }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        documents = createDocumentStore();
        documents.open(sampleRecipe, { kind: 'new' });
        for (const change of actions) documents.edit(change);
        const end = now();
        const steps = documents.history.getState().pastStates.length;
        for (let step = 0; step < steps; step += 1) documents.undo();
        expect(now()).toEqual(sampleRecipe);
        for (let step = 0; step < steps; step += 1) documents.redo();
        expect(now()).toEqual(end);
      }),
      { numRuns: 30 },
    );
  });

  test('typing in one field is one step, typing in another field is another', () => {
    for (const value of [1, 12, 123]) {
      documents.edit((document) => setParam(document, 'lncc', 'weight', value), 'weight');
    }
    documents.edit((document) => setParam(document, 'lncc', 'radiusVoxels', 3), 'radius');
    documents.undo();
    expect(now().nodes.lncc?.params).toEqual({ weight: 123 });
    documents.undo();
    expect(now()).toBe(sampleRecipe);
  });

  test('typing again after a pause is a step of its own', () => {
    vi.useFakeTimers();
    documents.edit((document) => setParam(document, 'lncc', 'weight', 1), 'weight');
    vi.advanceTimersByTime(5000);
    documents.edit((document) => setParam(document, 'lncc', 'weight', 2), 'weight');
    vi.useRealTimers();
    documents.undo();
    expect(now().nodes.lncc?.params).toEqual({ weight: 1 });
  });

  test('what is typed after an undo can be undone', () => {
    documents.edit((document) => setParam(document, 'lncc', 'weight', 1), 'weight');
    documents.undo();
    documents.edit((document) => setParam(document, 'lncc', 'weight', 2), 'weight');
    documents.undo();
    expect(now()).toBe(sampleRecipe);
  });
});

describe('opening and saving', () => {
  test('an earlier recipe comes back by undo, with its unsaved edits', () => {
    documents.edit((document) => setParam(document, 'lncc', 'weight', 5));
    const edited = now();
    documents.open({ ...sampleRecipe, name: 'Other' }, { kind: 'file', name: 'other.json' });
    expect(isDirty(documents.store.getState())).toBe(false);
    documents.undo();
    expect(now()).toBe(edited);
    expect(isDirty(documents.store.getState())).toBe(true);
  });

  test('the first recipe of a visit leaves nothing to undo', () => {
    expect(documents.history.getState().pastStates).toEqual([]);
  });

  test('an edit makes a recipe dirty, saving clean, and undoing past the saving dirty again', () => {
    expect(isDirty(documents.store.getState())).toBe(false);
    documents.edit((document) => setParam(document, 'lncc', 'weight', 5));
    expect(isDirty(documents.store.getState())).toBe(true);
    documents.markSaved({ kind: 'gallery', name: 'sample.json' });
    expect(isDirty(documents.store.getState())).toBe(false);
    documents.undo();
    expect(isDirty(documents.store.getState())).toBe(true);
    documents.redo();
    expect(isDirty(documents.store.getState())).toBe(false);
  });
});

test('an edit that no reader would open again is not made, and said', () => {
  const refused: string[] = [];
  const store = createDocumentStore(({ message }) => refused.push(message));
  const loader = nodeRegistry.get('load.image');
  if (!loader) throw new Error('There is no loader.');
  for (let count = 0; count < documentLimits.loaders + 2; count += 1) {
    store.edit((document) => addNode(document, loader, [0, 0]).document);
  }
  const { document } = store.store.getState();
  expect(Object.keys(document.nodes)).toHaveLength(documentLimits.loaders);
  expect(refused).toHaveLength(2);
  expect(parseDocument(writeDocument(document)).ok).toBe(true);
});
