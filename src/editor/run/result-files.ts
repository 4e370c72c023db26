import type { PipelineDocument } from '../../pipeline/schema';
import { writeDocument } from '../../pipeline/write-document';
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

/** The files that a run's outputs can be kept as. */
export function resultFiles(outputs: readonly OutputHandle[]): readonly ResultFile[] {
  return outputs.flatMap((output): ResultFile[] => {
    const { nodeId, port, kind, handle } = output;
    const base = `${nodeId}-${port}`;
    const says = `${nodeId}.${port}`;
    switch (kind) {
      case 'image':
        return [{ name: `${base}.nii.gz`, handle, format: 'nifti-image', says }];
      case 'labels':
        return [{ name: `${base}.nii.gz`, handle, format: 'nifti-labels', says }];
      case 'transform':
        return [
          {
            name: `${base}-affine.txt`,
            handle,
            format: 'itk-affine',
            says: `${says}, affine part`,
          },
          {
            name: `${base}-displacement.nii.gz`,
            handle,
            format: 'displacement',
            says: `${says}, displacement field`,
          },
        ];
      case 'table':
        return [];
    }
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
