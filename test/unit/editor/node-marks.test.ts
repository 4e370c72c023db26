import { expect, test, vi } from 'vitest';
import { setParam } from '../../../src/editor/store/document-edits';
import { createDocumentStore } from '../../../src/editor/store/document-store';
import { createNodeMarks, type NodeMark } from '../../../src/editor/store/node-marks';
import { createRunStore, staleNodes } from '../../../src/editor/store/run-store';
import type { PipelineDocument } from '../../../src/pipeline/schema';

const count = 200;

/** A chain of nodes, each wired to the one before. */
const chain: PipelineDocument = {
  schemaVersion: 1,
  name: 'Chain',
  description: '',
  nodes: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `n${index}`,
      { type: 'prepare.normalize-intensity', version: 1, params: {} },
    ]),
  ),
  edges: Array.from({ length: count - 1 }, (_, index) => ({
    from: `n${index}.image`,
    to: `n${index + 1}.image`,
  })),
  layout: {},
};

/** Two hundred cards, each subscribed to its own mark; `drawn` counts how often they would be drawn. */
function open() {
  const documents = createDocumentStore();
  const runs = createRunStore();
  const stale = vi.fn(staleNodes);
  documents.open(chain, { kind: 'new' });
  const store = createNodeMarks(documents, runs, { stale });
  const shown = new Map<string, NodeMark | undefined>();
  let drawn = 0;
  for (const nodeId of Object.keys(chain.nodes)) {
    const look = () => store.getState().marks[nodeId];
    shown.set(nodeId, look());
    store.subscribe(() => {
      if (shown.get(nodeId) === look()) return;
      shown.set(nodeId, look());
      drawn += 1;
    });
  }
  runs.setState({ resultDocument: chain });
  stale.mockClear();
  return { documents, runs, stale, store, drawnSince: () => drawn };
}

test('what is stale is found out once for two hundred cards, and drawn where it changed', () => {
  const { documents, stale, store, drawnSince } = open();
  documents.edit((document) => setParam(document, 'n150', 'upper', 0.9));
  expect(stale).toHaveBeenCalledTimes(1);
  expect(drawnSince()).toBe(50);
  const { marks } = store.getState();
  expect(marks.n149?.isStale).toBe(false);
  expect(marks.n150?.isStale && marks.n199?.isStale).toBe(true);
});

test('moving a node or the messages of a run cost the cards nothing', () => {
  const { documents, runs, stale, drawnSince } = open();
  documents.edit((document) => ({ ...document, layout: { n3: [5, 5] } }));
  runs.setState({ nodes: { n1: { state: 'running' } }, secondsLeft: 3 });
  expect(stale).not.toHaveBeenCalled();
  expect(drawnSince()).toBe(0);
});

test('a problem, and a wire, are drawn on the cards that they are about', () => {
  const { documents, runs, store, drawnSince } = open();
  const at = { nodeId: 'n7' };
  const said = { code: 'recipe', at, message: '', remedy: '' } as const;
  runs.setState({
    compileDiagnostics: [
      { ...said, severity: 'warning' },
      { ...said, severity: 'error', message: 'worse' },
    ],
  });
  expect(drawnSince()).toBe(1);
  expect(store.getState().marks.n7?.severity).toBe('error');
  expect(store.getState().diagnostics).toHaveLength(2);
  documents.edit((document) => ({ ...document, edges: document.edges.slice(1) }));
  expect(store.getState().marks.n0?.wired).toEqual([]);
  expect(store.getState().marks.n1?.wired).toEqual(['output:image']);
});
