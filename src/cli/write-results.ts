import { sha256Hex } from '../imaging/volume-digest';
import type { NodeRegistry } from '../runtime/api/define-node';
import type { EngineApi, RunResult } from '../runtime/api/engine-api';
import type { BoundInputs } from './bind-inputs';
import type { Host } from './host';
import type { Recipe } from './load-recipe';
import { jsonText, manifestText } from './manifest';
import { outputFiles, readOutput } from './output-files';

/** A finished run and what belongs into its manifest. */
export interface FinishedRun {
  readonly recipe: Recipe;
  readonly bound: BoundInputs;
  readonly threads: number;
  readonly planPeakBytes: number | undefined;
  readonly result: RunResult;
}

/**
 * Writes the files that the recipe asks for, `metrics.json`, and `manifest.json` last: where it lies,
 * the others are complete. Returns the paths.
 */
export async function writeResults(
  engine: EngineApi,
  { recipe, bound, threads, planPeakBytes, result }: FinishedRun,
  folder: string,
  { files, terminal, version, now }: Host,
  registry: NodeRegistry,
): Promise<readonly string[]> {
  const written: { readonly name: string; readonly sha256: string }[] = [];
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await files.write(files.join(folder, name), bytes);
    written.push({ name, sha256: await sha256Hex(bytes) });
  };
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
  return written.map(({ name }) => files.join(folder, name));
}
