import type {
  EngineApi,
  OpenInputRequest,
  OpenInputResult,
} from '../../runtime/api/engine/engine-api';
import type { SourceRequest } from '../../runtime/api/engine/inputs';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import { setParam } from '../store/document-edits';
import type { DocumentStore } from '../store/document-store';
import type { InputStatus, RunStore } from '../store/run-store';
import type { VolumeLibrary } from '../viewer/volume-library';
import { faultOfOurs } from './fault';
import { fetchBytes } from './fetch-bytes';
import { fileKey, type LoaderSource, loadedKind, loaderSources, sourceKey } from './input-sources';

type Opened = Extract<OpenInputResult, { ok: true }>;

/** An image file, or the header of a pair and its voxels (.hdr and .img). */
export type ImageFiles = readonly [file: File, voxels?: File];

/** Files from the person's disk, so that another frame of them need not be asked for again. */
interface Chosen {
  readonly files: ImageFiles;
  readonly frame: number | undefined;
  /** What the loader asked for then: once that is something else, the choice is forgotten. */
  readonly besideKey: string;
}

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
    data: Pick<OpenInputRequest, 'bytes' | 'voxelBytes' | 'fileName'> = {},
  ): Promise<Opened | undefined> {
    const result = await engine
      .openInput({ nodeId, source, ...data })
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
      const again = otherFrame(nodeId, source);
      if (again !== undefined) void openFile(nodeId, ...again);
      else if (input !== undefined) setReady(nodeId, key, input);
      else if (source.kind === 'phantom') void track(openNow(loader));
      else if (source.kind === 'file')
        setStatus(nodeId, { state: 'needs-file', key, name: source.name });
      else
        setStatus(nodeId, { state: 'needs-consent', key, url: source.url, sha256: source.sha256 });
    }
  }

  /** The files that were chosen for a loader, where only their frame has been changed since. */
  function otherFrame(nodeId: string, source: SourceRequest): ImageFiles | undefined {
    const chosen = chosenFiles.get(nodeId);
    if (chosen === undefined || chosen.frame === source.frame) return undefined;
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
        const [file, voxels] = files;
        const asked = loaderOf(nodeId)?.source;
        const frame = asked?.frame;
        const request = { as, ...(frame !== undefined && { frame }) };
        const param = { kind: 'file', name: file.name.slice(-255) } as const;
        // A recipe that names this file by its SHA-256 must get that one; any other is a new choice.
        const isNamed = asked?.kind === 'file' && asked.name === param.name;
        const source: SourceRequest = isNamed ? asked : { ...request, ...param };
        const key = sourceKey(source);
        chosenFiles.set(nodeId, { files, frame, besideKey: fileKey(asked ?? source) });
        setStatus(nodeId, { state: 'opening', key });
        const input = await openSource(
          { nodeId, source, key },
          {
            bytes: await bytesOf(file),
            ...(voxels && { voxelBytes: await bytesOf(voxels) }),
            fileName: file.name,
          },
        );
        if (input === undefined) return;
        const named = { ...param, sha256: input.sha256 };
        const namedSource: SourceRequest = { ...request, ...named };
        const namedKey = sourceKey(namedSource);
        opened.set(namedKey, input);
        chosenFiles.set(nodeId, { files, frame, besideKey: fileKey(namedSource) });
        documents.edit((document) => setParam(document, nodeId, 'source', named));
        sync();
        // A recipe that named this file all along asks for nothing new.
        if (isAsked(nodeId, namedKey)) setReady(nodeId, namedKey, input);
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
        const input = await openSource(loader, {
          bytes: fetched.bytes,
          ...(name && { fileName: name }),
        });
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

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}
