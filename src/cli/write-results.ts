import { sha256Hex } from '../imaging/volume-digest';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import type { EngineApi, RunResult } from '../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { BoundInputs } from './bind-inputs';
import { failureReason, isFromSystem } from './failure-reason';
import type { FolderClaim, Host } from './host';
import type { Recipe } from './load-recipe';
import { jsonText, manifestText } from './manifest';
import { messages } from './messages';
import { outputFiles, readOutput } from './output-files';

/** A finished run and what belongs into its manifest. */
export interface FinishedRun {
  readonly recipe: Recipe;
  readonly bound: BoundInputs;
  readonly threads: number;
  readonly planPeakBytes: number | undefined;
  readonly result: RunResult;
}

export type WriteResult =
  | { readonly ok: true; readonly paths: readonly string[] }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/**
 * Writes the files that the recipe asks for, `metrics.json` and `manifest.json`. All of them are
 * written before the first gets its name: half of a transform would be taken for a whole one. The
 * manifest comes last: where it lies, the others are complete.
 */
export async function writeResults(
  engine: EngineApi,
  { recipe, bound, threads, planPeakBytes, result }: FinishedRun,
  folder: string,
  claim: FolderClaim,
  { files, terminal, version, now, onInterrupt }: Host,
  registry: NodeRegistry,
): Promise<WriteResult> {
  const written: { readonly name: string; readonly sha256: string }[] = [];
  let writing = folder;
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    writing = files.join(folder, name);
    const [sha256] = await Promise.all([sha256Hex(bytes), claim.stage(name, bytes)]);
    written.push({ name, sha256 });
  };
  try {
    await writeAll();
  } catch (error) {
    if (!isFromSystem(error)) throw error;
    return { ok: false, diagnostic: messages.unwritable(writing, failureReason(error)) };
  }
  // From here on it would be a lie that nothing was written; what is left is done at once.
  onInterrupt(() => {});
  // The manifest of an earlier run does not describe what is about to lie beside it.
  const published = claim.publish(['manifest.json']);
  if (published.ok) return published;
  return { ok: false, diagnostic: messages.unwritable(published.path, published.reason) };

  async function writeAll(): Promise<void> {
    const wanted = outputFiles(recipe.document, result.outputs, registry);
    // All at once: compressing takes longest, and goes on beside the others.
    const contents = await Promise.all(
      wanted.map((file) => readOutput(engine, file, result.outputs)),
    );
    for (const [index, file] of wanted.entries()) {
      const bytes = contents[index];
      const path = files.join(folder, file.name);
      if (bytes) await write(file.name, bytes);
      // Yesterday's displacement field beside today's affine would be taken for one transform.
      else if (await files.exists(path)) {
        terminal.error(`warning: ${path} is from an earlier run; this one does not write it.\n`);
      }
    }
    await write('metrics.json', jsonText(result.metrics));
    const manifest = manifestText({
      version,
      date: now(),
      recipe: {
        file: recipe.path.split(/[/\\]/).at(-1) ?? '',
        sha256: await sha256Hex(new TextEncoder().encode(recipe.text)),
        document: recipe.document,
      },
      inputs: bound.inputs,
      leftOut: bound.leftOut,
      threads,
      planPeakBytes,
      result,
      files: [...written],
    });
    await write('manifest.json', manifest);
  }
}
