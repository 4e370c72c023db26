import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PipelineDocument } from '../../pipeline/schema';
import type { Diagnostic } from '../../runtime/api/engine/diagnostics';
import { portEnd } from './document-edits';
import type { DocumentStore } from './document-store';
import { allDiagnostics, type RunState, type RunStore, staleNodes } from './run-store';

/** What the card of one node shows of the whole recipe and its run; the same object until it changes. */
export interface NodeMark {
  /** True where its result belongs to an earlier recipe. */
  readonly isStale: boolean;
  /** The worst of what is said about it. */
  readonly severity: Diagnostic['severity'] | undefined;
  /** Its ports with wires, as `input:fixed` or `output:image`. */
  readonly wired: readonly string[];
}

/** What is found out once for all cards. */
export interface NodeMarks {
  readonly marks: Readonly<Record<string, NodeMark>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Of a node of which nothing is known. */
export const plainMark: NodeMark = { isStale: false, severity: undefined, wired: [] };

/**
 * Marks of all nodes, found out once for each change of the recipe or of what is said about it, however
 * many cards there are: a card subscribes to its own. A moved node changes nothing here.
 * @param find replaced in tests, which count
 */
export function createNodeMarks(
  documents: DocumentStore,
  runs: RunStore,
  find: { readonly stale: typeof staleNodes } = { stale: staleNodes },
): StoreApi<NodeMarks> {
  const seen = { document: documents.store.getState().document, run: runs.getState() };
  let stale = find.stale(seen.run.resultDocument, seen.document);
  let wired = wiredPorts(seen.document);
  let diagnostics = allDiagnostics(seen.run);
  const store = createStore<NodeMarks>()(() => marksNow({}));

  function marksNow(before: NodeMarks['marks']): NodeMarks {
    const severities = worstSeverities(diagnostics);
    const marks = Object.keys(seen.document.nodes).map((nodeId) => {
      const mark: NodeMark = {
        isStale: stale.has(nodeId),
        severity: severities.get(nodeId),
        wired: wired.get(nodeId) ?? plainMark.wired,
      };
      const known = before[nodeId];
      return [nodeId, known !== undefined && isSame(known, mark) ? known : mark] as const;
    });
    return { marks: Object.fromEntries(marks), diagnostics };
  }

  function look(document: PipelineDocument, run: RunState): void {
    const isWired = document.edges === seen.document.edges;
    const isMade =
      isWired &&
      document.nodes === seen.document.nodes &&
      run.resultDocument === seen.run.resultDocument;
    const isSaid =
      run.inputs === seen.run.inputs &&
      run.compileDiagnostics === seen.run.compileDiagnostics &&
      run.runDiagnostics === seen.run.runDiagnostics;
    Object.assign(seen, { document, run });
    if (isMade && isSaid) return;
    if (!isWired) wired = wiredPorts(document);
    if (!isMade) stale = find.stale(run.resultDocument, document);
    if (!isSaid) diagnostics = allDiagnostics(run);
    store.setState(marksNow(store.getState().marks));
  }

  documents.store.subscribe(({ document }) => look(document, seen.run));
  runs.subscribe((run) => look(seen.document, run));
  return store;
}

function isSame(a: NodeMark, b: NodeMark): boolean {
  return (
    a.isStale === b.isStale &&
    a.severity === b.severity &&
    a.wired.length === b.wired.length &&
    a.wired.every((port, index) => port === b.wired[index])
  );
}

function wiredPorts(document: PipelineDocument): ReadonlyMap<string, readonly string[]> {
  const ports = new Map<string, string[]>();
  const add = (end: string, side: 'input' | 'output') => {
    const { nodeId, port } = portEnd(end);
    const list = ports.get(nodeId) ?? [];
    list.push(`${side}:${port}`);
    ports.set(nodeId, list);
  };
  for (const { from, to } of document.edges) {
    add(from, 'output');
    add(to, 'input');
  }
  return ports;
}

function worstSeverities(
  diagnostics: readonly Diagnostic[],
): ReadonlyMap<string, Diagnostic['severity']> {
  const worst = new Map<string, Diagnostic['severity']>();
  for (const { at, severity } of diagnostics) {
    if (at.nodeId === undefined || worst.get(at.nodeId) === 'error') continue;
    worst.set(at.nodeId, severity);
  }
  return worst;
}
