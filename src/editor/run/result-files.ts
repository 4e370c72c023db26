import type { PipelineDocument } from '../../pipeline/schema';
import { writeDocument } from '../../pipeline/write-document';
import type { EngineApi, OutputHandle, RunResult } from '../../runtime/api/engine/engine-api';
import { type FileFormat, fileWriters } from '../../runtime/api/engine/file-writers/index';
import { bytesAsNamed, savedOutputs } from '../../runtime/api/engine/saved-files';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import type { InputStatus } from '../store/run-store';

/** A file that a result can be kept as. */
export interface ResultFile {
  readonly name: string;
  readonly handle: string;
  readonly format: FileFormat;
  readonly says: string;
  /** What only a person can say of it, for formats that hold such words. */
  readonly words?: Readonly<Record<string, string>>;
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
  const saved = savedOutputs(document, registry);
  const named = saved.flatMap(({ from, name, format, words }) =>
    made
      .filter((output) => `${output.nodeId}.${output.port}` === from && has(output, format))
      .map((output) => ({ ...fileOf(output, name, format), ...(words ? { words } : {}) })),
  );
  const isSaved = ({ nodeId, port }: OutputHandle) =>
    saved.some(({ from }) => from === `${nodeId}.${port}`);
  return [...named, ...made.filter((output) => !isSaved(output)).flatMap(filesOf)];
}

const says: Readonly<Partial<Record<FileFormat, string>>> = {
  'itk-affine': 'affine',
  displacement: 'displacement field',
  'inverse-displacement': 'displacement field of the inverse',
};

function fileOf(output: OutputHandle, name: string, format: FileFormat): ResultFile {
  const { nodeId, port, handle } = output;
  const part = says[format];
  const value = `${nodeId}.${port}`;
  return { name, handle, format, says: part === undefined ? value : `${value}, ${part}` };
}

/** Whether a value has what a file of that format holds. */
function has({ kind, fields = [] }: OutputHandle, format: FileFormat): boolean {
  const writer = fileWriters.find((one) => one.format === format);
  if (writer?.of !== kind) return false;
  return !('isIn' in writer) || fields.some((field) => field === format);
}

/** Every file that a value can be kept as, under the name of its node and port. */
function filesOf(output: OutputHandle): readonly ResultFile[] {
  const base = `${output.nodeId}-${output.port}`;
  return fileWriters
    .filter(({ format }) => has(output, format))
    .map((writer) => {
      const [ending] = writer.endings;
      return fileOf(
        output,
        'partOf' in writer ? `${base}-${ending}` : `${base}${ending}`,
        writer.format,
      );
    });
}

/** The bytes of a result file, or a sentence about why there are none. */
export async function readResultFile(
  engine: EngineApi,
  file: ResultFile,
): Promise<
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly message: string }
> {
  const { handle, format, words } = file;
  const read = await engine.read({ handle, as: 'file', format, ...(words ? { words } : {}) });
  if (read.kind === 'file') return { ok: true, bytes: bytesAsNamed(file.name, read.bytes) };
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
    input.state === 'ready'
      ? {
          sha256: input.sha256,
          ...('grid' in input.descriptor ? { grid: input.descriptor.grid } : {}),
        }
      : null,
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
