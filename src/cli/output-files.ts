import { gunzipSync } from 'fflate';
import type { PipelineDocument } from '../pipeline/schema';
import type { NodeRegistry } from '../runtime/api/define-node';
import type { Diagnostic } from '../runtime/api/diagnostics';
import type { EngineApi, OutputHandle } from '../runtime/api/engine-api';
import { type FileFormat, savedAs } from '../runtime/api/file-writers/index';
import { messages } from './messages';

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
  const { nodeId } = last;
  const isWarped = outputs.some((one) => one.nodeId === nodeId && one.port === 'warped');
  const warped = isWarped ? savedAs('warped.nii.gz', 'nifti-image') : [];
  return [
    ...warped.map((file) => ({ ...file, from: `${nodeId}.warped` })),
    ...savedAs('', 'itk-transform').map((file) => ({ ...file, from: `${nodeId}.${last.port}` })),
  ];
}

/** Two save nodes must not write one file: whichever came last would win. */
export function sameNameProblems(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly Diagnostic[] {
  const writers = new Map<string, string>();
  return savedFiles(document, registry).flatMap(({ nodeId, file }) => {
    const other = writers.get(file.name);
    writers.set(file.name, other ?? nodeId);
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
    return (definition?.files?.(parsed.data) ?? []).flatMap(({ name, port, format }) => {
      const wire = document.edges.find(({ to }) => to === `${nodeId}.${port}`);
      if (wire === undefined) return [];
      return savedAs(name, format).map((file) => ({ nodeId, file: { ...file, from: wire.from } }));
    });
  });
}
