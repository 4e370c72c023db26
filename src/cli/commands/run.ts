import { nodeRegistry } from '../../nodes/index';
import type { RunResult } from '../../runtime/api/engine/engine-api';
import type { Arguments } from '../arguments';
import { type ExitStatus, exitStatus } from '../exit-status';
import { failureReason } from '../failure-reason';
import { formatReport } from '../format-report';
import type { Host } from '../host';
import { jsonText } from '../manifest';
import { cancelledText } from '../messages';
import { type PreparedRecipe, prepareRecipe } from '../prepare-recipe';
import { ProgressPrinter } from '../progress-printer';
import { refuse, report, withoutEchoes } from '../report-diagnostics';
import { UsageError } from '../usage';
import { writeResults } from '../write-results';

/** `weft run`: registers images by a recipe, writes the results into a folder, says how it went. */
export async function run(options: Arguments, host: Host): Promise<ExitStatus> {
  const { terminal } = host;
  const { out: folder } = options;
  if (folder === undefined) throw new UsageError('"weft run" needs --out DIR.');
  // Before the work, not after it.
  await makeFolder(folder, host);
  const ready = await prepareRecipe(options, host, nodeRegistry);
  if (!ready.ok) return refuse(ready.diagnostics, options, host);
  const { engine, recipe, bound, compiled, threads } = ready.prepared;
  report(ready.prepared.diagnostics, host);

  const result = await runShowingProgress(ready.prepared, host);
  const told = new Set(ready.prepared.diagnostics.map((each) => JSON.stringify(each)));
  const news = withoutEchoes(result.diagnostics).filter((each) => !told.has(JSON.stringify(each)));
  if (result.status === 'failed') return refuse(news, options, host);
  report(news, host);
  const planPeakBytes = compiled.plan?.peakBytes;
  const sayAsJson = (): void =>
    terminal.out(
      jsonText(summary(result, planPeakBytes, [...ready.prepared.diagnostics, ...news])),
    );
  if (result.status === 'cancelled') {
    terminal.error(cancelledText);
    if (options.json) sayAsJson();
    return exitStatus.interrupted;
  }

  const finished = { recipe, bound, threads, planPeakBytes, result };
  const written = await writeResults(engine, finished, folder, host, nodeRegistry);
  if (!written.ok) return refuse([written.diagnostic], options, host);
  const { paths } = written;
  if (options.json) sayAsJson();
  else terminal.out(formatReport(recipe.document, result, paths, options.inputs.size === 0));
  return exitStatus.done;
}

async function runShowingProgress(
  { engine, request }: PreparedRecipe,
  { terminal, onInterrupt }: Host,
): Promise<RunResult> {
  const progress = new ProgressPrinter(terminal);
  const runId = 'run';
  onInterrupt(() => {
    progress.end();
    terminal.error('Cancelling; press Ctrl-C again to end at once.\n');
    void engine.cancel(runId);
  });
  const result = await engine.run({ ...request, runId, previewEveryMs: 0 }, (message) =>
    progress.update(message),
  );
  progress.end();
  return result;
}

/** What `--json` prints. */
function summary(
  { status, metrics, seconds, device, deviceName, converged, levels, peakBytes }: RunResult,
  planPeakBytes: number | undefined,
  diagnostics: RunResult['diagnostics'],
) {
  return {
    status,
    metrics,
    seconds: { ...seconds.nodes, total: seconds.total },
    device,
    deviceName,
    converged,
    levels,
    peakBytes,
    planPeakBytes,
    diagnostics,
  };
}

async function makeFolder(folder: string, { files }: Host): Promise<void> {
  try {
    await files.makeFolder(folder);
  } catch (error) {
    throw new UsageError(`--out ${folder}: nothing can be written there: ${failureReason(error)}.`);
  }
}
