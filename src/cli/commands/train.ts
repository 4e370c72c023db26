import { nodeRegistry } from '../../nodes/index';
import { type Arguments, checkpointsIn, type Setting } from '../arguments';
import type { ExitStatus } from '../exit-status';
import type { Host } from '../host';
import { loadRecipe } from '../load-recipe';
import { messages } from '../messages';
import { refuse } from '../report-diagnostics';
import { UsageError } from '../usage';
import { run } from './run';

/**
 * `weft train`: runs a recipe in which a network learns, and leaves what it learned so far in the folder, so that a
 * training that was stopped, or is to go on for more steps, begins where it ended.
 */
export async function train(options: Arguments, host: Host): Promise<ExitStatus> {
  const { out: folder, recipePath, settings, steps, resume } = options;
  if (folder === undefined) throw new UsageError('"weft train" needs --out DIR.');
  const loaded = await loadRecipe(recipePath, settings, host.files, nodeRegistry);
  if (!loaded.ok) return refuse(loaded.diagnostics, options, host);
  const learning = Object.entries(loaded.recipe.document.nodes).flatMap(([nodeId, { type }]) =>
    nodeRegistry.get(type)?.train ? [nodeId] : [],
  );
  if (learning.length === 0) return refuse([messages.nothingLearns(recipePath)], options, host);
  const left = await host.files.startsIn(checkpointsIn(folder));
  if (left.length > 0 && !resume) return refuse([messages.trainingLeft(folder)], options, host);
  if (left.length === 0 && resume) {
    host.terminal.error(`warning: ${folder} holds no training to go on with; it begins anew.\n`);
  }
  const more: readonly Setting[] =
    steps === undefined
      ? []
      : learning.map((nodeId) => ({ nodeId, path: ['steps'], value: String(steps) }));
  return run({ ...options, settings: [...settings, ...more] }, host);
}
