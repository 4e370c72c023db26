import type { EngineApi, OpenInputResult } from '../../runtime/api/engine/engine-api';
import { readingOf, type SourceRequest } from '../../runtime/api/engine/inputs';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import { EngineLost } from '../engine-life';
import { filesFor } from '../files/chosen-files';
import { setParam } from '../store/document-edits';
import type { DocumentStore } from '../store/document-store';
import type { InputStatus, RunStore } from '../store/run-store';
import type { VolumeLibrary } from '../viewer/volume-library';
import { engineLost, faultOfOurs, isEngineLoss } from './fault';
import { fetchBytes } from './fetch-bytes';
import { dataOf, type ImageFiles, type KeptData, unreadable } from './input-data';
import {
  fileKey,
  type LoaderSource,
  loadedKind,
  loaderSources,
  readingKey,
  sourceKey,
} from './input-sources';

type Opened = Extract<OpenInputResult, { ok: true }>;

/** Files from the person's disk, so that they need not be asked for again to be read in another way. */
interface Chosen {
  readonly files: ImageFiles;
  /** `readingKey` of how they were read. */
  readonly reading: string;
  /** What the loader asked for then: once that is something else, the choice is forgotten. */
  readonly besideKey: string;
}

/** How often a source is tried whose opening ends the engine. */
const openAttempts = 2;

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
  const chosenFiles = new Map<string, Chosen>();
  const kept = new Map<string, KeptData>();
  /** Loaders whose chosen file is being read: the recipe names it only after that. */
  const choosing = new Set<string>();

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
    from: KeptData | undefined = kept.get(key),
  ): Promise<Opened | undefined> {
    const result = await ask(nodeId, source, from);
    if (!result.ok && result.isSuperseded) return undefined;
    if (!result.ok) {
      // Under the key of what the recipe asks for: a refusal stays until that changes.
      const asked = loaderOf(nodeId)?.key ?? key;
      setStatus(nodeId, { state: 'failed', key: asked, diagnostics: result.diagnostics });
      return undefined;
    }
    opened.set(key, result);
    if (from !== undefined) kept.set(key, from);
    dropOldest();
    return result;
  }

  /** Asks the engine, and the next one where it ends over it. Never rejects. */
  async function ask(
    nodeId: string,
    source: SourceRequest,
    from: KeptData | undefined,
  ): Promise<OpenInputResult> {
    for (let attempt = 1; ; attempt += 1) {
      const data = await dataOf(from).catch((error: unknown) => unreadable(nodeId, error));
      if ('diagnostics' in data) return data;
      try {
        return await engine.openInput({ nodeId, source, ...data });
      } catch (error) {
        if (error instanceof EngineLost && attempt < openAttempts) continue;
        const diagnostic =
          error instanceof EngineLost ? engineLost(error, nodeId) : faultOfOurs(error);
        return { ok: false, diagnostics: [diagnostic] };
      }
    }
  }

  function setReady(nodeId: string, key: string, input: Opened): void {
    const { handle, sha256, descriptor, warnings } = input;
    volumes.askAgain();
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
    const same = loaders.filter(
      ({ nodeId, key }) => choosing.has(nodeId) || before[nodeId]?.key === key,
    );
    if (same.length !== Object.keys(before).length || same.length !== loaders.length) {
      const entries = same.map(({ nodeId }) => [nodeId, before[nodeId] as InputStatus] as const);
      runs.setState({ inputs: Object.fromEntries(entries) });
    }
    for (const loader of loaders) {
      const { nodeId, source, key } = loader;
      if (choosing.has(nodeId) || isAsked(nodeId, key)) continue;
      const input = opened.get(key);
      const again = readOtherwise(nodeId, source);
      if (again !== undefined) void openFile(nodeId, ...again);
      else if (input !== undefined) setReady(nodeId, key, input);
      else if (source.kind === 'phantom' || source.kind === 'bundled' || kept.has(key))
        void track(openNow(loader));
      else if (source.kind === 'file')
        setStatus(nodeId, { state: 'needs-file', key, name: source.name });
      else
        setStatus(nodeId, { state: 'needs-consent', key, url: source.url, sha256: source.sha256 });
    }
  }

  /** The files that were chosen for a loader, where only how they are read has been changed since. */
  function readOtherwise(nodeId: string, source: SourceRequest): ImageFiles | undefined {
    const chosen = chosenFiles.get(nodeId);
    if (chosen === undefined || chosen.reading === readingKey(source)) return undefined;
    return chosen.besideKey === fileKey(source) ? chosen.files : undefined;
  }

  /**
   * Gives a loader a file from the person's disk, or both files of a pair; the recipe then names it
   * with its SHA-256.
   */
  function openFile(nodeId: string, ...files: ImageFiles): Promise<void> {
    return track(
      (async () => {
        const node = documents.store.getState().document.nodes[nodeId];
        const as = loadedKind(node && registry.get(node.type));
        if (as === undefined) return;
        const [file] = files;
        const asked = loaderOf(nodeId)?.source;
        const request = asked ? readingOf(asked) : { as };
        const param = { kind: 'file', name: file.name.slice(-255) } as const;
        // A recipe that names this file by its SHA-256 must get that one; any other is a new choice.
        const isNamed = asked?.kind === 'file' && asked.name === param.name;
        const source: SourceRequest = isNamed ? asked : { ...request, ...param };
        const key = sourceKey(source);
        const reading = readingKey(source);
        chosenFiles.set(nodeId, { files, reading, besideKey: fileKey(asked ?? source) });
        setStatus(nodeId, { state: 'opening', key });
        choosing.add(nodeId);
        const input = await openSource({ nodeId, source, key }, { files });
        choosing.delete(nodeId);
        if (input === undefined) return;
        const named = { ...param, sha256: input.sha256 };
        const namedSource: SourceRequest = { ...request, ...named };
        const namedKey = sourceKey(namedSource);
        opened.set(namedKey, input);
        kept.set(namedKey, { files });
        chosenFiles.set(nodeId, { files, reading, besideKey: fileKey(namedSource) });
        documents.edit((document) => setParam(document, nodeId, 'source', named));
        sync();
        // A recipe that named this file all along asks for nothing new.
        if (isAsked(nodeId, namedKey)) setReady(nodeId, namedKey, input);
      })(),
    );
  }

  /** Gives a loader what a person chose or dropped, as many files as its kind takes. */
  function openChosen(nodeId: string, files: readonly File[]): Promise<void> {
    return track(
      (async () => {
        const node = documents.store.getState().document.nodes[nodeId];
        const definition = node && registry.get(node.type);
        try {
          const opened = await filesFor(definition, files);
          if (opened) await openFile(nodeId, ...opened);
        } catch (error) {
          const key = loaderOf(nodeId)?.key;
          const { diagnostics } = unreadable(nodeId, error);
          if (key !== undefined) setStatus(nodeId, { state: 'failed', key, diagnostics });
        }
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
        // The engine takes the bytes; the browser keeps a copy of its own, on its disk where it is large.
        const copy = new Blob([fetched.bytes as BlobPart]);
        const input = await openSource(loader, { fetched: copy, ...(name && { name }) });
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
      // A file is a name only; fetched bytes take room.
      const source = kept.get(key);
      if (source && 'fetched' in source) kept.delete(key);
      const isShared = [...opened.values()].some((other) => other.handle === input.handle);
      if (isShared) continue;
      volumes.forget(input.handle);
      void engine.release([input.handle]);
    }
  }

  /**
   * Forgets what an engine had that has ended. What the loaders ask for is opened again where
   * `isReplaced`, files and fetched images included, and otherwise when it is next needed.
   */
  function reopen(isReplaced: boolean): void {
    opened.clear();
    runs.setState(({ inputs }) => ({
      inputs: Object.fromEntries(
        Object.entries(inputs).filter(([, { state }]) => state !== 'ready'),
      ),
    }));
    if (isReplaced) sync();
  }

  /** Opens what could not be opened because the engine ended over it, or was not there at all. */
  function retryLost(): void {
    runs.setState(({ inputs }) => ({
      inputs: Object.fromEntries(
        Object.entries(inputs).filter(
          ([, input]) => input.state !== 'failed' || !input.diagnostics.some(isEngineLoss),
        ),
      ),
    }));
    sync();
  }

  /** Resolves when nothing is being opened any more. */
  async function settled(): Promise<void> {
    while (work.size > 0) await Promise.all(work);
  }

  return {
    sync,
    reopen,
    retryLost,
    openFile,
    openChosen,
    openAside,
    fetchSource,
    stopFetch,
    dismissFailure,
    settled,
  };
}
