import type { PipelineDocument } from '../pipeline/schema';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import type { EngineApi, OutputHandle } from '../runtime/api/engine/engine-api';
import { savedAs } from '../runtime/api/engine/file-writers/index';
import { bytesAsNamed, type SavedOutput, savedOutputs } from '../runtime/api/engine/saved-files';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import { messages } from './messages';

/** The files of all save nodes; for a recipe without any, those of its last registration. */
export function outputFiles(
  document: PipelineDocument,
  outputs: readonly OutputHandle[],
  registry: NodeRegistry,
): readonly SavedOutput[] {
  const saved = savedOutputs(document, registry);
  if (saved.length > 0) return saved;
  const last = outputs.findLast(
    ({ nodeId, kind }) =>
      kind === 'transform' &&
      registry.get(document.nodes[nodeId]?.type ?? '')?.section === 'register',
  );
  if (last === undefined) return [];
  const { nodeId } = last;
  const isWarped = outputs.some((one) => one.nodeId === nodeId && one.port === 'warped');
  return registrationFiles(nodeId, last.port).filter(
    ({ format }) => isWarped || format !== 'nifti-image',
  );
}

function registrationFiles(nodeId: string, transformPort: string): readonly SavedOutput[] {
  return [
    ...savedAs('warped.nii.gz', 'nifti-image').map((file) => ({
      ...file,
      nodeId,
      from: `${nodeId}.warped`,
    })),
    ...savedAs('', 'itk-transform').map((file) => ({
      ...file,
      nodeId,
      from: `${nodeId}.${transformPort}`,
    })),
  ];
}

/**
 * The files that a run may write, before it is known which of its values there will be; with the node that
 * asks for each, which is a registration where nothing is saved.
 */
export function possibleFiles(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly SavedOutput[] {
  const saved = savedOutputs(document, registry);
  if (saved.length > 0) return saved;
  const isRegistration = (type: string) => registry.get(type)?.section === 'register';
  const last = Object.entries(document.nodes).findLast(([, { type }]) => isRegistration(type));
  return last === undefined ? [] : registrationFiles(last[0], 'transform');
}

/** Two save nodes must not write one file: whichever came last would win. */
export function sameNameProblems(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly Diagnostic[] {
  const writers = new Map<string, string>();
  return savedOutputs(document, registry).flatMap(({ nodeId, name }) => {
    // Case does not tell files apart on every machine.
    const key = name.toLowerCase();
    const other = writers.get(key);
    writers.set(key, other ?? nodeId);
    return other === undefined ? [] : [messages.sameFileTwice(nodeId, other, name)];
  });
}

/**
 * The bytes of a file; undefined where the run gave no such value: a node that was left out, or a
 * transform without a field or an inverse.
 */
export async function readOutput(
  engine: EngineApi,
  { name, from, format, words }: SavedOutput,
  outputs: readonly OutputHandle[],
): Promise<Uint8Array | undefined> {
  const output = outputs.find(({ nodeId, port }) => `${nodeId}.${port}` === from);
  if (output === undefined) return undefined;
  const read = await engine.read({
    handle: output.handle,
    as: 'file',
    format,
    ...(words ? { words } : {}),
  });
  if (read.kind !== 'file') return undefined;
  return bytesAsNamed(name, read.bytes);
}
