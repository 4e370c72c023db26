import type { PipelineDocument } from '../../pipeline/schema';
import { writeDocument } from '../../pipeline/write-document';
import type { NodeRegistry } from '../../runtime/api/define-node';
import type { EngineApi, OutputHandle, ReadRequest, RunResult } from '../../runtime/api/engine-api';
import type { InputStatus } from '../store/run-store';

/** The form in which a result leaves. */
export type FileFormat = Extract<ReadRequest, { as: 'file' }>['format'];

/** A file that a result can be kept as. */
export interface ResultFile {
  readonly name: string;
  readonly handle: string;
  readonly format: FileFormat;
  readonly says: string;
}

/**
 * The files that a run's results can be kept as: first those that the recipe's save nodes name, then
 * every other image and transform under the name of its node and port.
 */
export function resultFiles(
  document: PipelineDocument,
  registry: NodeRegistry,
  outputs: readonly OutputHandle[],
): readonly ResultFile[] {
  const isLoaded = (output: OutputHandle) =>
    registry.get(document.nodes[output.nodeId]?.type ?? '')?.source !== undefined;
  const made = outputs.filter((output) => !isLoaded(output));
  const named = savedFiles(document, registry).flatMap(({ from, name }) => {
    const output = made.find(({ nodeId, port }) => `${nodeId}.${port}` === from);
    return output === undefined ? [] : [{ output, name }];
  });
  const others = made.filter((output) => !named.some((saved) => saved.output === output));
  return [
    ...named.flatMap(({ output, name }) => filesOf(output, name)),
    ...others.flatMap((output) => filesOf(output, undefined)),
  ];
}

/** What save nodes write: the output that is wired to them, and its name (of transforms a prefix). */
function savedFiles(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly { readonly from: string; readonly name: string }[] {
  return Object.entries(document.nodes).flatMap(([nodeId, node]) => {
    const definition = registry.get(node.type);
    const params = definition?.files && definition.params.safeParse(node.params);
    if (!params?.success) return [];
    return (definition?.files?.(params.data) ?? []).flatMap(({ name, port }) =>
      document.edges
        .filter((edge) => edge.to === `${nodeId}.${port}`)
        .map((edge) => ({ from: edge.from, name })),
    );
  });
}

const fieldNames = {
  displacement: 'displacement field',
  'inverse-displacement': 'displacement field of the inverse',
} as const;

function filesOf(output: OutputHandle, name: string | undefined): readonly ResultFile[] {
  const { nodeId, port, kind, handle } = output;
  const says = `${nodeId}.${port}`;
  const base = `${nodeId}-${port}`;
  switch (kind) {
    case 'image':
    case 'labels':
      return [{ name: name ?? `${base}.nii.gz`, handle, format: `nifti-${kind}`, says }];
    case 'transform': {
      const prefix = name ?? `${base}-`;
      return [
        { name: `${prefix}affine.txt`, handle, format: 'itk-affine', says: `${says}, affine` },
        ...(output.fields ?? []).map((format) => ({
          name: `${prefix}${format}.nii.gz`,
          handle,
          format,
          says: `${says}, ${fieldNames[format]}`,
        })),
      ];
    }
    default:
      return [];
  }
}

/** The bytes of a result file, or a sentence about why there are none. */
export async function readResultFile(
  engine: EngineApi,
  file: ResultFile,
): Promise<
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly message: string }
> {
  const read = await engine.read({ handle: file.handle, as: 'file', format: file.format });
  if (read.kind === 'file') return { ok: true, bytes: read.bytes };
  const found = read.kind === 'missing' ? read.diagnostics[0] : undefined;
  return {
    ok: false,
    message: found ? `${found.message} ${found.remedy}` : 'The engine no longer has it. Run again.',
  };
}

/** What a result was made from and how it went, as JSON text. */
export function resultManifest(
  document: PipelineDocument,
  result: RunResult,
  inputs: Readonly<Record<string, InputStatus>>,
): string {
  const sources = Object.entries(inputs).map(([nodeId, input]) => [
    nodeId,
    input.state === 'ready' ? { sha256: input.sha256, grid: input.descriptor.grid } : null,
  ]);
  const { status, device, deviceName, metrics, seconds, peakBytes, levels, converged, turned } =
    result;
  const manifest = {
    app: 'weft',
    status,
    recipe: JSON.parse(writeDocument(document)) as unknown,
    inputs: Object.fromEntries(sources) as unknown,
    device: { kind: device, name: deviceName },
    metrics,
    seconds,
    peakBytes,
    levels,
    converged,
    turned,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
