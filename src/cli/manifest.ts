import type { PipelineDocument } from '../pipeline/schema';
import type { RunResult } from '../runtime/api/engine/engine-api';
import type { BoundInput } from './bind-inputs';

/** Everything that a manifest is made from. */
export interface ManifestParts {
  readonly version: string;
  readonly date: Date;
  readonly recipe: {
    /** Name of the file, without its folder. */
    readonly file: string;
    /** Of the canonical text of `document`. */
    readonly sha256: string;
    /** As it ran, with what was changed on the command line. */
    readonly document: PipelineDocument;
  };
  readonly inputs: readonly BoundInput[];
  readonly leftOut: readonly string[];
  readonly threads: number;
  readonly planPeakBytes: number | undefined;
  readonly result: RunResult;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

/** What a result was made from, with what, and how it went: enough to make it again, as JSON text. */
export function manifestText(parts: ManifestParts): string {
  const { result, recipe } = parts;
  return jsonText({
    weft: parts.version,
    date: parts.date.toISOString(),
    recipe,
    inputs: Object.fromEntries(
      // Names only: where a file lay is nobody's business but its owner's.
      parts.inputs.map(({ nodeId, source, sha256 }) => [nodeId, { ...source, sha256 }]),
    ),
    leftOut: parts.leftOut,
    device: { kind: result.device, name: result.deviceName, threads: parts.threads },
    levels: result.levels,
    converged: result.converged,
    warnings: result.diagnostics
      .filter(({ code }) => code === 'doubtful-result')
      .map(({ at, message, remedy }) => ({ ...at, message, remedy })),
    turned: result.turned,
    metrics: result.metrics,
    seconds: result.seconds,
    peakBytes: result.peakBytes,
    ...(parts.planPeakBytes === undefined ? {} : { planPeakBytes: parts.planPeakBytes }),
    files: parts.files,
  });
}

/** JSON for a person and a final newline; numbers that are not finite become null. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
