import type { NodeRegistry } from '../../runtime/api/define-node';
import type { EngineApi, OpenInputResult } from '../../runtime/api/engine-api';
import type { SourceRequest } from '../../runtime/api/inputs';
import { setParam } from '../store/document-edits';
import type { DocumentStore } from '../store/document-store';
import type { InputStatus, RunStore } from '../store/run-store';
import type { VolumeLibrary } from '../viewer/volume-library';
import { faultOfOurs } from './fault';
import { fetchBytes } from './fetch-bytes';
import { type LoaderSource, loadedKind, loaderSources, sourceKey } from './input-sources';

type Opened = Extract<OpenInputResult, { ok: true }>;

/** Inputs that are kept open though no loader asks for them, so that undo finds them again. */
const keptInputs = 12;

interface Parts {
  readonly engine: EngineApi;
  readonly registry: NodeRegistry;
  readonly documents: DocumentStore;
  readonly runs: RunStore;
  readonly volumes: VolumeLibrary;
}

/** Opens what the loaders of the recipe ask for, each source once. */
export function createInputOpener({ engine, registry, documents, runs, volumes }: Parts) {
  const opened = new Map<string, Opened>();
  const work = new Set<Promise<void>>();
  const downloads = new Map<string, AbortController>();

  function setStatus(nodeId: string, status: InputStatus): void {
    runs.setState(({ inputs }) => ({ inputs: { ...inputs, [nodeId]: status } }));
  }

  function isAsked(nodeId: string, key: string): boolean {
    return runs.getState().inputs[nodeId]?.key === key;
  }

  function track(task: Promise<void>): Promise<void> {
    work.add(task);
    return task.finally(() => work.delete(task));
  }

  async function openSource(
    { nodeId, source, key }: LoaderSource,
    bytes?: Uint8Array,
    fileName?: string,
  ): Promise<Opened | undefined> {
    const result = await engine
      .openInput({ nodeId, source, ...(bytes && { bytes }), ...(fileName && { fileName }) })
      .catch(
        (error: unknown): OpenInputResult => ({ ok: false, diagnostics: [faultOfOurs(error)] }),
      );
    if (!result.ok) {
      // Under the key of what the recipe asks for: a refusal stays until that changes.
      const asked = loaderOf(nodeId)?.key ?? key;
      setStatus(nodeId, { state: 'failed', key: asked, diagnostics: result.diagnostics });
      return undefined;
    }
    opened.set(key, result);
    dropOldest();
    return result;
  }

  function setReady(nodeId: string, key: string, input: Opened): void {
    const { handle, sha256, descriptor, warnings } = input;
    setStatus(nodeId, { state: 'ready', key, handle, sha256, descriptor, warnings });
  }

  async function openNow(loader: LoaderSource): Promise<void> {
    setStatus(loader.nodeId, { state: 'opening', key: loader.key });
    const input = await openSource(loader);
    if (input && isAsked(loader.nodeId, loader.key)) setReady(loader.nodeId, loader.key, input);
  }

  /** Brings the inputs in step with the document. */
  function sync(): void {
    const loaders = loaderSources(documents.store.getState().document, registry);
    const before = runs.getState().inputs;
    const kept = loaders.filter(({ nodeId, key }) => before[nodeId]?.key === key);
    if (kept.length !== Object.keys(before).length || kept.length !== loaders.length) {
      const entries = kept.map(({ nodeId }) => [nodeId, before[nodeId] as InputStatus] as const);
      runs.setState({ inputs: Object.fromEntries(entries) });
    }
    for (const loader of loaders) {
      const { nodeId, source, key } = loader;
      if (isAsked(nodeId, key)) continue;
      const input = opened.get(key);
      if (input !== undefined) setReady(nodeId, key, input);
      else if (source.kind === 'phantom') void track(openNow(loader));
      else if (source.kind === 'file')
        setStatus(nodeId, { state: 'needs-file', key, name: source.name });
      else
        setStatus(nodeId, { state: 'needs-consent', key, url: source.url, sha256: source.sha256 });
    }
  }

  /** Gives a loader a file from the person's disk; the recipe then names it with its SHA-256. */
  function openFile(nodeId: string, file: File): Promise<void> {
    return track(
      (async () => {
        const node = documents.store.getState().document.nodes[nodeId];
        const as = loadedKind(node && registry.get(node.type));
        if (as === undefined) return;
        const chosen: SourceRequest = { kind: 'file', as, name: file.name.slice(-255) };
        // A recipe that names this file by its SHA-256 must get that one; any other is a new choice.
        const asked = loaderOf(nodeId)?.source;
        const isAsked = asked?.kind === 'file' && asked.name === chosen.name;
        const source = isAsked ? asked : chosen;
        const key = sourceKey(source);
        setStatus(nodeId, { state: 'opening', key });
        const bytes = new Uint8Array(await file.arrayBuffer());
        const input = await openSource({ nodeId, source, key }, bytes, file.name);
        if (input === undefined) return;
        const named: SourceRequest = { ...chosen, sha256: input.sha256 };
        opened.set(sourceKey(named), input);
        const { as: _, ...param } = named;
        documents.edit((document) => setParam(document, nodeId, 'source', param));
        sync();
      })(),
    );
  }

  /** Fetches the address of a loader; called only once the person has agreed. */
  function fetchSource(nodeId: string): Promise<void> {
    return track(
      (async () => {
        const loader = loaderOf(nodeId);
        if (loader?.source.kind !== 'url') return;
        const { source, key } = loader;
        const { signal } = startDownload(nodeId);
        setStatus(nodeId, { state: 'fetching', key, loaded: 0 });
        const fetched = await fetchBytes(source.url, signal, (loaded, total) =>
          setStatus(nodeId, { state: 'fetching', key, loaded, ...(total && { total }) }),
        );
        if (!fetched.ok) {
          if (signal.aborted) {
            setStatus(nodeId, {
              state: 'needs-consent',
              key,
              url: source.url,
              sha256: source.sha256,
            });
          } else {
            const diagnostic = { ...fetched.diagnostic, at: { nodeId, parameter: 'source' } };
            setStatus(nodeId, { state: 'failed', key, diagnostics: [diagnostic] });
          }
          return;
        }
        const name = new URL(source.url).pathname.split('/').at(-1);
        const input = await openSource(loader, fetched.bytes, name);
        if (input && isAsked(nodeId, key)) setReady(nodeId, key, input);
      })(),
    );
  }

  function startDownload(nodeId: string): AbortController {
    downloads.get(nodeId)?.abort();
    const download = new AbortController();
    downloads.set(nodeId, download);
    return download;
  }

  /** Stops the download of a loader. */
  function stopFetch(nodeId: string): void {
    downloads.get(nodeId)?.abort();
  }

  /** The handle of data that no loader asks for, for a picture; undefined where there is none. */
  async function openAside(source: SourceRequest): Promise<string | undefined> {
    const key = sourceKey(source);
    const known = opened.get(key);
    if (known !== undefined) return known.handle;
    const result = await engine.openInput({ nodeId: 'picture', source });
    if (!result.ok) return undefined;
    opened.set(key, result);
    return result.handle;
  }

  /** Leaves what could not be read, and goes back to what the recipe asks for. */
  function dismissFailure(nodeId: string): void {
    runs.setState(({ inputs: { [nodeId]: _, ...others } }) => ({ inputs: others }));
    sync();
  }

  function loaderOf(nodeId: string): LoaderSource | undefined {
    return loaderSources(documents.store.getState().document, registry).find(
      (loader) => loader.nodeId === nodeId,
    );
  }

  function dropOldest(): void {
    const used = new Set(
      Object.values(runs.getState().inputs).flatMap((input) =>
        input.state === 'ready' ? [input.handle] : [],
      ),
    );
    for (const [key, input] of opened) {
      if (opened.size <= keptInputs) return;
      if (used.has(input.handle)) continue;
      opened.delete(key);
      const isShared = [...opened.values()].some((other) => other.handle === input.handle);
      if (isShared) continue;
      volumes.forget(input.handle);
      void engine.release([input.handle]);
    }
  }

  /** Resolves when nothing is being opened any more. */
  async function settled(): Promise<void> {
    while (work.size > 0) await Promise.all(work);
  }

  return { sync, openFile, openAside, fetchSource, stopFetch, dismissFailure, settled };
}
