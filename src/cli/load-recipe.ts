import type { DocumentProblem } from '../pipeline/problems';
import type { PipelineDocument } from '../pipeline/schema';
import { writeDocument } from '../pipeline/write-document';
import type { Diagnostic } from '../runtime/api/engine/diagnostics';
import { messages as engineMessages } from '../runtime/api/engine/messages';
import { readRecipe } from '../runtime/api/engine/read-recipe';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import { applySettings } from './apply-settings';
import type { Setting } from './arguments';
import { failureReason } from './failure-reason';
import type { Files } from './host';
import { messages } from './messages';

/** A recipe as it is going to run: of today's versions, with `--set` applied. */
export interface Recipe {
  readonly path: string;
  readonly document: PipelineDocument;
  /** Canonical text of the document. */
  readonly text: string;
}

export type LoadRecipeResult =
  | { readonly ok: true; readonly recipe: Recipe }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads a recipe and changes it as the person asks. Nodes and wires are checked by the engine. */
export async function loadRecipe(
  path: string,
  settings: readonly Setting[],
  files: Files,
  registry: NodeRegistry,
): Promise<LoadRecipeResult> {
  let text: string;
  try {
    text = new TextDecoder().decode(await files.read(path));
  } catch (error) {
    return { ok: false, diagnostics: [messages.recipeUnreadable(path, failureReason(error))] };
  }
  const parsed = readRecipe(text, registry);
  if (!parsed.ok) return { ok: false, diagnostics: parsed.problems.map(documentDiagnostic) };
  const { document, diagnostics } = applySettings(parsed.document, settings, registry);
  // What could not be migrated is reported by the engine, which meets it again.
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, recipe: { path, document, text: writeDocument(document) } };
}

function documentDiagnostic({ path, message, remedy }: DocumentProblem): Diagnostic {
  return engineMessages.document(path, message, remedy);
}
