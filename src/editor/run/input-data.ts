import type { Diagnostic } from '../../runtime/api/engine/diagnostics';
import type { OpenInputRequest } from '../../runtime/api/engine/engine-api';

/** An image file, or the header of a pair and its voxels (.hdr and .img). */
export type ImageFiles = readonly [file: File, voxels?: File];

/** Where the bytes of what was opened are found again, once an engine has ended that had them. */
export type KeptData =
  | { readonly files: ImageFiles }
  | { readonly fetched: Blob; readonly name?: string };

/** What goes to the engine beside the source. */
export type SourceData = Pick<OpenInputRequest, 'bytes' | 'voxelBytes' | 'fileName'>;

/** The bytes of kept data. Rejects where a file cannot be read any more. */
export async function dataOf(kept: KeptData | undefined): Promise<SourceData> {
  if (kept === undefined) return {};
  if ('fetched' in kept) {
    const bytes = await bytesOf(kept.fetched);
    return { bytes, ...(kept.name !== undefined && { fileName: kept.name }) };
  }
  const [file, voxels] = kept.files;
  return {
    bytes: await bytesOf(file),
    ...(voxels && { voxelBytes: await bytesOf(voxels) }),
    fileName: file.name,
  };
}

async function bytesOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

/** Says that a file was moved, changed or taken away since it was chosen. */
export function unreadable(
  nodeId: string,
  error: unknown,
): { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  const reason = error instanceof Error ? error.message : String(error);
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'input-problem',
    at: { nodeId, parameter: 'source' },
    message: `The browser cannot read the file: ${reason}`,
    remedy: 'It may have been changed or moved since it was chosen: choose it again.',
  };
  return { ok: false, diagnostics: [diagnostic] };
}
