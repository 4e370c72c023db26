import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import type { CompileRequest, CompileResult, EngineApi } from '../runtime/api/engine/engine-api';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import { type Arguments, checkpointsIn } from './arguments';
import { type BoundInputs, bindInputs } from './bind-inputs';
import { hasError } from './format-diagnostic';
import type { Host } from './host';
import { loadRecipe, type Recipe } from './load-recipe';
import { messages } from './messages';
import { sameNameProblems } from './output-files';
import { withoutEchoes } from './report-diagnostics';

/** A recipe that is ready to run: its data is open and it compiles. */
export interface OpenRecipe {
  readonly engine: EngineApi;
  readonly recipe: Recipe;
  readonly bound: BoundInputs;
  readonly request: CompileRequest;
  readonly compiled: CompileResult;
  readonly threads: number;
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a recipe, opens its data and compiles it. Everything that is wrong is found together: a file
 * that cannot be read does not hide a wire that does not fit.
 */
export async function openRecipe(
  options: Arguments,
  host: Host,
  registry: NodeRegistry,
): Promise<
  | { readonly ok: true; readonly opened: OpenRecipe }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }
> {
  const loaded = await loadRecipe(options.recipePath, options.settings, host.files, registry);
  if (!loaded.ok) return loaded;
  const { recipe } = loaded;
  const threads = options.threads ?? host.processors;
  const { command, out } = options;
  const engine = await host.openEngine({
    device: options.device,
    threads,
    ...(command === 'train' && out !== undefined ? { checkpoints: checkpointsIn(out) } : {}),
  });
  if (options.device !== 'auto') {
    const { devices, missing } = await engine.describe();
    const asked = missing.find(({ kind }) => kind === options.device);
    const others = devices.map(({ kind }) => kind);
    if (asked) return { ok: false, diagnostics: [messages.noDevice(asked, others)] };
  }
  const bound = await bindInputs(engine, recipe, options, host, registry);
  const request: CompileRequest = {
    documentText: recipe.text,
    bindings: bound.bindings,
    device: options.device,
    // Nobody looks at more than what is written.
    keep: 'needed',
    ...(options.printAfter ? { printAfter: options.printAfter } : {}),
  };
  const compiled = await engine.compile(request);
  const diagnostics = withoutEchoes([
    ...bound.diagnostics,
    ...sameNameProblems(recipe.document, registry),
    ...compiled.diagnostics,
  ]);
  if (hasError(diagnostics)) return { ok: false, diagnostics };
  return { ok: true, opened: { engine, recipe, bound, request, compiled, threads, diagnostics } };
}
