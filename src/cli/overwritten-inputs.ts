import type { PipelineDocument } from '../pipeline/schema';
import type { NodeRegistry } from '../runtime/api/nodes/define-node';
import type { Diagnostic, DiagnosticPlace } from '../runtime/api/engine/diagnostics';
import type { ReadFile } from './bind-inputs';
import type { Files } from './host';
import type { Recipe } from './load-recipe';
import { messages } from './messages';
import { possibleFiles } from './output-files';

/**
 * The files that a run would write in place of one that it reads, or of its own recipe. Files are compared as
 * the system tells them apart, so that links and other spellings of a path do not hide one. Asked before the
 * run: afterwards it would be too late, or the work in vain.
 */
export async function overwrittenInputs(
  { path: recipePath, document }: Recipe,
  reads: readonly ReadFile[],
  folder: string,
  files: Files,
  registry: NodeRegistry,
): Promise<readonly Diagnostic[]> {
  const readers = new Map<string, string>();
  for (const { nodeId, path } of [...reads, { nodeId: undefined, path: recipePath }]) {
    const identity = await files.identityOf(path);
    const what = nodeId === undefined ? 'the recipe itself' : `the input of "${nodeId}"`;
    if (identity !== undefined && !readers.has(identity)) readers.set(identity, what);
  }
  const problems: Diagnostic[] = [];
  for (const { name, at } of writtenFiles(document, registry)) {
    const path = files.join(folder, name);
    const identity = await files.identityOf(path);
    const what = identity === undefined ? undefined : readers.get(identity);
    if (what !== undefined) problems.push(messages.overwritesInput(at, path, what));
  }
  return problems;
}

/** Everything that a run may write, with the node and port that ask for it. */
function writtenFiles(
  document: PipelineDocument,
  registry: NodeRegistry,
): readonly { readonly name: string; readonly at: DiagnosticPlace }[] {
  return [
    ...possibleFiles(document, registry).map(({ name, nodeId, from }) => {
      const wire = document.edges.find(
        (edge) => edge.from === from && edge.to.startsWith(`${nodeId}.`),
      );
      const port = (wire?.to ?? from).slice(nodeId.length + 1);
      return { name, at: { nodeId, port } };
    }),
    ...['metrics.json', 'manifest.json'].map((name) => ({ name, at: { path: '--out' } })),
  ];
}
