import { nodeRegistry } from '../../nodes/index';
import { writeDocument } from '../../pipeline/write-document';
import type { Arguments } from '../arguments';
import { type ExitStatus, exitStatus } from '../exit-status';
import { formatPlan } from '../format-plan';
import type { Host } from '../host';
import { jsonText } from '../manifest';
import { openRecipe } from '../open-recipe';
import { refuse, report, toldSafely } from '../report-diagnostics';

/** `weft plan`: prints what a recipe would do, or its program after a phase of the compiler. */
export async function plan(options: Arguments, host: Host): Promise<ExitStatus> {
  const { terminal } = host;
  const ready = await openRecipe(options, host, nodeRegistry);
  if (!ready.ok) return refuse(ready.diagnostics, options, host);
  const { recipe, compiled, diagnostics } = ready.opened;
  report(diagnostics, host);
  if (options.printAfter !== undefined) {
    // Before it is lowered, the program is the document.
    const printed = compiled.printed ?? writeDocument(recipe.document);
    terminal.out(printed.endsWith('\n') ? printed : `${printed}\n`);
  } else if (options.json) {
    terminal.out(jsonText({ ...compiled.plan, diagnostics: diagnostics.map(toldSafely) }));
  } else if (compiled.plan) {
    terminal.out(formatPlan(recipe.document.name, compiled.plan));
  }
  return exitStatus.done;
}
