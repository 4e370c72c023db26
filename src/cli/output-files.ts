import { gunzipSync } from 'fflate';
import type { PipelineDocument } from '../pipeline/schema';
import type { NodeRegistry, SavedFile } from '../runtime/api/define-node';
import type { Diagnostic } from '../runtime/api/diagnostics';
import type { EngineApi, OutputHandle, ReadRequest } from '../runtime/api/engine-api';
import { messages } from './messages';

type FileFormat = Extract<ReadRequest, { as: 'file' }>['format'];

/** A file that a recipe asks for. */
export interface OutputFile {
  readonly name: string;
  /** The output whose value is written, `node.port`. */
  readonly from: string;
  readonly format: FileFormat;
}

/** The files of all save nodes; for a recipe without any, those of its last registration. */
export function outputFiles(
  document: PipelineDocument,
  outputs: readonly OutputHandle[],
  registry: NodeRegistry,
): readonly OutputFile[] {
  const saved = savedFiles(document, registry);
  if (saved.length > 0) return saved.map(({ file }) => file);
  const last = outputs.findLast(
    ({ nodeId, kind }) =>
      kind === 'transform' &&
      registry.get(document.nodes[nodeId]?.type ?? '')?.section === 'register',
  );
  if (last === undefined) return [];
  const warped = outputs.some(({ nodeId, port }) => nodeId === last.nodeId && port === 'warped');
  return [
    ...(warped
      ? filesOf({ name: 'warped.nii.gz', port: '', format: 'nifti-image' }, `${last.nodeId}.warped`)
      : []),
    ...filesOf({ name: '', port: '', format: 'itk-transform' }, `${last.nodeId}.${last.port}`),
  ];
}

/**
 * Two save nodes must not write one file: whichever came last would win. Names that differ in case only
 * are one file on many disks.
 */
export function sameNameProblems(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly Diagnostic[] {
  const writers = new Map<string, string>();
  return savedFiles(document, registry).flatMap(({ nodeId, file }) => {
    const key = file.name.toLowerCase();
    const other = writers.get(key);
    writers.set(key, other ?? nodeId);
    return other === undefined ? [] : [messages.sameFileTwice(nodeId, other, file.name)];
  });
}

/**
 * The bytes of a file; undefined where the run gave no such value: a node that was left out, or a
 * transform without a field or an inverse.
 */
export async function readOutput(
  engine: EngineApi,
  { name, from, format }: OutputFile,
  outputs: readonly OutputHandle[],
): Promise<Uint8Array | undefined> {
  const output = outputs.find(({ nodeId, port }) => `${nodeId}.${port}` === from);
  if (output === undefined) return undefined;
  const read = await engine.read({ handle: output.handle, as: 'file', format });
  if (read.kind !== 'file') return undefined;
  // The engine compresses whatever it writes.
  return name.endsWith('.nii') ? gunzipSync(read.bytes) : read.bytes;
}

function savedFiles(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly { readonly nodeId: string; readonly file: OutputFile }[] {
  return Object.entries(document.nodes).flatMap(([nodeId, { type, params }]) => {
    const definition = registry.get(type);
    const parsed = definition?.files && definition.params.safeParse(params);
    if (!parsed?.success) return [];
    return (definition?.files?.(parsed.data) ?? []).flatMap((file) => {
      const wire = document.edges.find(({ to }) => to === `${nodeId}.${file.port}`);
      return wire ? filesOf(file, wire.from).map((output) => ({ nodeId, file: output })) : [];
    });
  });
}

/** A transform is kept in several files; everything else in one. */
function filesOf({ name, format }: SavedFile, from: string): readonly OutputFile[] {
  if (format !== 'itk-transform') return [{ name, from, format }];
  return [
    { name: `${name}affine.txt`, from, format: 'itk-affine' },
    { name: `${name}displacement.nii.gz`, from, format: 'displacement' },
    { name: `${name}inverse-displacement.nii.gz`, from, format: 'inverse-displacement' },
  ];
}
