import { sha256Hex } from '../imaging/volume-digest';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import type { EngineApi, RunResult } from '../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { BoundInputs } from './bind-inputs';
import { failureReason, isFromSystem } from './failure-reason';
import type { Host, StagedFile } from './host';
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
  { files, terminal, version, now }: Host,
  registry: NodeRegistry,
): Promise<WriteResult> {
  const written: { readonly name: string; readonly sha256: string }[] = [];
  const staged: StagedFile[] = [];
  const kept: string[] = [];
  let writing = folder;
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    writing = files.join(folder, name);
    staged.push(await files.stage(writing, bytes));
    written.push({ name, sha256: await sha256Hex(bytes) });
  };
  try {
    await writeAll();
    // The manifest of an earlier run does not describe what is about to lie beside it.
    await files.remove(files.join(folder, 'manifest.json'));
    for (const file of staged) {
      writing = file.path;
      await file.keep();
      kept.push(file.path);
    }
  } catch (error) {
    await Promise.all([...staged.map((file) => file.drop()), ...kept.map(files.remove)]);
    if (!isFromSystem(error)) throw error;
    return { ok: false, diagnostic: messages.unwritable(writing, failureReason(error)) };
  }
  return { ok: true, paths: staged.map(({ path }) => path) };

  async function writeAll(): Promise<void> {
    for (const file of outputFiles(recipe.document, result.outputs, registry)) {
      const bytes = await readOutput(engine, file, result.outputs);
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
