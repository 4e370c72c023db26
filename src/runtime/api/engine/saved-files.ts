import { gunzipSync } from 'fflate';
import type { PipelineDocument } from '../../../pipeline/schema';
import type { NodeRegistry } from '../nodes/define-node';
import { type FileFormat, savedAs } from './file-writers/index';

/** A file that a recipe asks for. */
export interface SavedOutput {
  /** The node that saves it. */
  readonly nodeId: string;
  readonly name: string;
  /** The output whose value is written, `node.port`. */
  readonly from: string;
  readonly format: FileFormat;
  /** What only a person can say of it, for formats that hold such words. */
  readonly words?: Readonly<Record<string, string>>;
}

/** What a recipe's save nodes write, in the page as on the command line; those with unfit parameters nothing. */
export function savedOutputs(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly SavedOutput[] {
  return Object.entries(document.nodes).flatMap(([nodeId, { type, params }]) => {
    const definition = registry.get(type);
    const parsed = definition?.files && definition.params.safeParse(params);
    if (!parsed?.success) return [];
    return (definition?.files?.(parsed.data) ?? []).flatMap(({ name, port, format, words }) => {
      const wire = document.edges.find(({ to }) => to === `${nodeId}.${port}`);
      if (wire === undefined) return [];
      return savedAs(name, format).map((file) => ({
        nodeId,
        ...file,
        from: wire.from,
        ...(words ? { words } : {}),
      }));
    });
  });
}

/** A file's bytes as its name promises them: the engine compresses all NIfTI that it writes. */
export function bytesAsNamed(name: string, bytes: Uint8Array): Uint8Array {
  return /\.nii$/i.test(name) ? gunzipSync(bytes) : bytes;
}
