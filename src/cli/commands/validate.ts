import { nodeRegistry } from '../../nodes/index';
import type { Arguments } from '../arguments';
import { loadersOf } from '../bind-inputs';
import { type ExitStatus, exitStatus } from '../exit-status';
import type { Host } from '../host';
import { loadRecipe } from '../load-recipe';
import { sameNameProblems } from '../output-files';
import { refuse, report, statusOf, withoutEchoes } from '../report-diagnostics';

/**
 * `weft validate`: prints everything that is wrong with a recipe. It is compiled on the generated
 * heads it names; data that somebody else has to bring is not missed.
 */
export async function validate(options: Arguments, host: Host): Promise<ExitStatus> {
  const loaded = await loadRecipe(options.recipePath, [], host.files, nodeRegistry);
  if (!loaded.ok) return refuse(loaded.diagnostics, options, host);
  const { document, text } = loaded.recipe;
  // Whether a recipe is right does not depend on the machine.
  const engine = await host.openEngine({ device: 'cpu', threads: 1 });
  const bindings: Record<string, string> = {};
  for (const { nodeId, source } of loadersOf(document, nodeRegistry)) {
    if (source.kind !== 'phantom') continue;
    const opened = await engine.openInput({ nodeId, source });
    if (opened.ok) bindings[nodeId] = opened.handle;
  }
  const compiled = await engine.compile({ documentText: text, bindings, device: 'cpu' });
  const diagnostics = withoutEchoes([
    ...sameNameProblems(document, nodeRegistry),
    ...compiled.diagnostics.filter(({ code }) => code !== 'input-missing'),
  ]);
  report(diagnostics, host);
  const status = statusOf(diagnostics);
  if (status === exitStatus.done) {
    const count = Object.keys(document.nodes).length;
    host.terminal.out(`${options.recipePath}: ${count} nodes, nothing wrong\n`);
  }
  return status;
}
