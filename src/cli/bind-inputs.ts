import { recogniseFile } from '../imaging/nifti/file-kind';
import { pairNameOf } from '../imaging/nifti/pair-names';
import { type PublicImage, publicImages } from '../imaging/public-images';
import type { PipelineDocument } from '../pipeline/schema';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import type { EngineApi, OpenInputRequest } from '../runtime/api/engine/engine-api';
import { readingOf, type SourceRequest } from '../runtime/api/engine/inputs';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import { portTraits } from '../runtime/api/nodes/port-traits';
import { downloadBytes } from './download-bytes';
import { failureReason } from './failure-reason';
import type { Host } from './host';
import type { Recipe } from './load-recipe';
import { messages } from './messages';
import { packInput } from './pack-input';

/** What a loader was bound to, for the manifest. */
export interface BoundInput {
  readonly nodeId: string;
  /** Where the data came from: what the recipe says, or the file given by hand. */
  readonly source: SourceRequest;
  /** Path as it was typed or found; absent for phantoms and addresses. */
  readonly path?: string;
  readonly sha256: string;
}

/** A file that was read for a loader. */
export interface ReadFile {
  readonly nodeId: string;
  readonly path: string;
}

export interface BoundInputs {
  /** Handle by loader, for the engine. */
  readonly bindings: Readonly<Record<string, string>>;
  readonly inputs: readonly BoundInput[];
  /** Every file of theirs, both of a pair. */
  readonly reads: readonly ReadFile[];
  /** Loaders without data that may be left out: they and what needs them do not run. */
  readonly leftOut: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What `--input` starts with where it names a public image; a file of that name is `./public:…`. */
const publicPrefix = 'public:';

interface Loader {
  readonly nodeId: string;
  readonly source: SourceRequest;
}

/** What to do about one loader, with the files that were read for it. */
type Decision =
  | {
      readonly open: Omit<OpenInputRequest, 'nodeId'>;
      readonly path?: string;
      readonly reads?: readonly ReadFile[];
    }
  | { readonly refuse: Diagnostic; readonly reads?: readonly ReadFile[] }
  | 'leave out';

/** What came of one loader. */
interface Bound {
  readonly nodeId: string;
  readonly reads: readonly ReadFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly isLeftOut: boolean;
  readonly opened?: { readonly handle: string; readonly input: BoundInput };
}

/** The loaders of a recipe; those with parameters out of bounds are left to the engine. */
export function loadersOf(document: PipelineDocument, registry: NodeRegistry): readonly Loader[] {
  return Object.entries(document.nodes).flatMap(([nodeId, { type, params }]): Loader[] => {
    const definition = registry.get(type);
    const parsed = definition?.source && definition.params.safeParse(params);
    return parsed?.success && definition?.source
      ? [{ nodeId, source: definition.source(parsed.data) }]
      : [];
  });
}

/**
 * Opens the data of every loader: the file or public image given by hand, else what the recipe names.
 * Once one is given by hand, generated heads are no longer used: labels and landmarks without a file are left out,
 * images without one refused.
 */
export async function bindInputs(
  engine: EngineApi,
  { path: recipePath, document }: Recipe,
  options: { readonly inputs: ReadonlyMap<string, string>; readonly fetch: boolean },
  host: Pick<Host, 'files' | 'fetch'>,
  registry: NodeRegistry,
  images: readonly PublicImage[] = publicImages,
): Promise<BoundInputs> {
  const loaders = loadersOf(document, registry);
  const isReal = loaders.some(({ source }) => source.as === 'image' && source.kind !== 'phantom');
  const saysNothing = ({ as, kind }: Loader['source']) =>
    isReal && kind === 'phantom' && portTraits(as).mayBeLeftOut === true;
  const names = loaders.map(({ nodeId }) => nodeId);
  const diagnostics = [...options.inputs.keys()]
    .filter((nodeId) => !names.includes(nodeId))
    .map((nodeId) => messages.inputForNoLoader(nodeId, names));
  const bindings: Record<string, string> = {};
  const inputs: BoundInput[] = [];
  const leftOut: string[] = [];
  const reads: ReadFile[] = [];
  // All at once: while one file is decompressed another one is read. What is told keeps the loaders' order.
  for (const bound of await Promise.all(loaders.map(bindOne))) {
    if (bound.isLeftOut) leftOut.push(bound.nodeId);
    reads.push(...bound.reads);
    diagnostics.push(...bound.diagnostics);
    if (!bound.opened) continue;
    bindings[bound.nodeId] = bound.opened.handle;
    inputs.push(bound.opened.input);
  }
  return { bindings, inputs, reads, leftOut, diagnostics };

  async function bindOne(loader: Loader): Promise<Bound> {
    const { nodeId } = loader;
    const byHand = options.inputs.get(nodeId);
    const decision = await (byHand === undefined ? fromRecipe(loader) : fromHand(loader, byHand));
    const nothing = { nodeId, reads: [], diagnostics: [], isLeftOut: false };
    if (decision === 'leave out') return { ...nothing, isLeftOut: true };
    if ('refuse' in decision) {
      return { ...nothing, reads: decision.reads ?? [], diagnostics: [decision.refuse] };
    }
    const { open: request, path, reads = [] } = decision;
    const opened = await engine.openInput({ nodeId, ...request });
    if (!opened.ok) return { ...nothing, reads, diagnostics: opened.diagnostics };
    const { handle, sha256, warnings } = opened;
    const { source } = request;
    const input = { nodeId, source, sha256, ...(path === undefined ? {} : { path }) };
    return { ...nothing, reads, diagnostics: warnings, opened: { handle, input } };
  }

  async function fromRecipe(loader: Loader): Promise<Decision> {
    const { nodeId, source } = loader;
    const byHand = options.inputs.size > 0;
    const mayLeaveOut = byHand && portTraits(source.as).mayBeLeftOut === true;
    switch (source.kind) {
      case 'phantom':
        // Labels and landmarks of a generated head say nothing about real images, whoever names these.
        if (saysNothing(source)) return 'leave out';
        if (!byHand) return { open: { source } };
        return mayLeaveOut ? 'leave out' : { refuse: messages.imageNotGiven(nodeId) };
      case 'bundled':
        return { open: { source } };
      case 'file': {
        const path = host.files.join(host.files.folderOf(recipePath), source.name);
        if (mayLeaveOut && !(await host.files.exists(path))) return 'leave out';
        return fromFile(loader, path);
      }
      case 'url': {
        if (options.fetch) return fromWeb(nodeId, source);
        return mayLeaveOut ? 'leave out' : { refuse: messages.notFetched(nodeId, source.url) };
      }
    }
  }

  async function fromHand(loader: Loader, given: string): Promise<Decision> {
    if (!given.startsWith(publicPrefix)) return fromFile(loader, given);
    const { nodeId, source } = loader;
    const name = given.slice(publicPrefix.length);
    const image = images.find(({ id }) => id === name);
    if (image === undefined) {
      const known = images.map(({ id }) => id);
      return { refuse: messages.unknownPublicImage(nodeId, name, known) };
    }
    if (!options.fetch) return { refuse: messages.publicNotFetched(nodeId, image) };
    const { url, sha256 } = image;
    return fromWeb(nodeId, { kind: 'url', ...readingOf(source), url, sha256 });
  }

  async function fromWeb(
    nodeId: string,
    source: Extract<SourceRequest, { kind: 'url' }>,
  ): Promise<Decision> {
    const { url } = source;
    const fetched = await downloadBytes(url, host.fetch);
    if (!fetched.ok) return { refuse: messages.fetchFailed(nodeId, url, fetched.reason) };
    const fileName = nameOf(new URL(url).pathname);
    return { open: { source, bytes: fetched.bytes, fileName } };
  }

  async function fromCases({ nodeId, source }: Loader, path: string): Promise<Decision> {
    const name = nameOf(path.replace(/[/\\]+$/, ''));
    const isNamed = source.kind === 'file' && source.name === name;
    const request: SourceRequest = isNamed ? source : { kind: 'file', ...readingOf(source), name };
    const packed = await packInput(path, host.files);
    const reads = packed.paths.map((one) => ({ nodeId, path: one }));
    if (packed.ok) {
      return { open: { source: request, bytes: packed.bytes, fileName: name }, path, reads };
    }
    const reason = failureReason(packed.error);
    return { refuse: messages.fileUnreadable(nodeId, packed.path, reason), reads };
  }

  async function fromFile({ nodeId, source }: Loader, path: string): Promise<Decision> {
    if (source.as === 'cases') return fromCases({ nodeId, source }, path);
    const { header, voxels } = await pairOf(path, host.files);
    const reads = [header, voxels].flatMap((one) =>
      one === undefined ? [] : [{ nodeId, path: one }],
    );
    const name = nameOf(header);
    // The file that the recipe names is compared with the checksum it was made with.
    const isNamed = source.kind === 'file' && source.name === name;
    const request: SourceRequest = isNamed ? source : { kind: 'file', ...readingOf(source), name };
    let reading = header;
    try {
      const bytes = await host.files.read(header);
      if (voxels === undefined) {
        return { open: { source: request, bytes, fileName: name }, path, reads };
      }
      reading = voxels;
      const voxelBytes = await host.files.read(voxels);
      return { open: { source: request, bytes, voxelBytes, fileName: name }, path: header, reads };
    } catch (error) {
      const starts = await host.files.startsIn(reading);
      const isDicom = starts.some((start) => recogniseFile(start) === 'dicom');
      const reason = failureReason(error);
      return {
        refuse: isDicom
          ? messages.dicomFolder(nodeId, reading)
          : messages.fileUnreadable(nodeId, reading, reason),
        reads,
      };
    }
  }
}

/** The two files of an image pair, whichever of them was named; any other file stands alone. */
async function pairOf(
  path: string,
  files: Host['files'],
): Promise<{ readonly header: string; readonly voxels?: string }> {
  const pair = pairNameOf(nameOf(path));
  for (const partner of pair?.partners ?? []) {
    const other = files.join(files.folderOf(path), partner);
    if (!(await files.exists(other))) continue;
    return pair?.part === 'header'
      ? { header: path, voxels: other }
      : { header: other, voxels: path };
  }
  return { header: path };
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
