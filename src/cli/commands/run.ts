import { nodeRegistry } from '../../nodes/index';
import type { RunResult } from '../../runtime/api/engine/engine-api';
import type { Arguments } from '../arguments';
import { type ExitStatus, exitStatus } from '../exit-status';
import { failureReason } from '../failure-reason';
import { formatReport } from '../format-report';
import type { ClaimResult, FolderClaim, Host } from '../host';
import { jsonText } from '../manifest';
import { cancelledText, messages, trainingCancelledText } from '../messages';
import { type OpenRecipe, openRecipe } from '../open-recipe';
import { overwrittenInputs } from '../overwritten-inputs';
import { ProgressPrinter } from '../progress-printer';
import { refuse, report, toldSafely, withoutEchoes } from '../report-diagnostics';
import { UsageError } from '../usage';
import { writeResults } from '../write-results';

/** Of a second, what a run may take to say how far it came once it is told to end. */
const graceMs = 700;
/** The same of a training, whose step may take seconds, and which keeps what it learned. */
const trainingGraceMs = 60_000;

/** `weft run`: registers images by a recipe, writes the results into a folder, says how it went. */
export async function run(options: Arguments, host: Host): Promise<ExitStatus> {
  const { out: folder } = options;
  if (folder === undefined) throw new UsageError('"weft run" needs --out DIR.');
  // Before the work, not after it.
  const claimed = await claimFolder(folder, host);
  if (!claimed.ok) {
    const { holder, lockPath } = claimed;
    return refuse([messages.folderTaken(folder, holder, lockPath)], options, host);
  }
  try {
    return await runInto(folder, claimed.claim, options, host);
  } finally {
    claimed.claim.release();
  }
}

async function runInto(
  folder: string,
  claim: FolderClaim,
  options: Arguments,
  host: Host,
): Promise<ExitStatus> {
  const { terminal, files } = host;
  const ready = await openRecipe(options, host, nodeRegistry);
  if (!ready.ok) return refuse(ready.diagnostics, options, host);
  const { engine, recipe, bound, compiled, threads } = ready.opened;
  report(ready.opened.diagnostics, host);
  const overwritten = await overwrittenInputs(recipe, bound.reads, folder, files, nodeRegistry);
  if (overwritten.length > 0) return refuse(overwritten, options, host);

  const learns = options.command === 'train';
  const ran = await runShowingProgress(ready.opened, host, learns ? trainingGraceMs : graceMs);
  const sayCancelled = (): void => terminal.error(learns ? trainingCancelledText : cancelledText);
  if (ran.result === undefined) {
    sayCancelled();
    if (options.json) terminal.out(jsonText({ status: 'cancelled', diagnostics: [] }));
    return ran.status;
  }
  const { result } = ran;
  const told = new Set(ready.opened.diagnostics.map((each) => JSON.stringify(each)));
  const news = withoutEchoes(result.diagnostics).filter((each) => !told.has(JSON.stringify(each)));
  if (result.status === 'failed') return refuse(news, options, host);
  report(news, host);
  const planPeakBytes = compiled.plan?.peakBytes;
  const sayAsJson = (): void =>
    terminal.out(
      jsonText(
        summary(result, planPeakBytes, [...ready.opened.diagnostics, ...news].map(toldSafely)),
      ),
    );
  if (result.status === 'cancelled') {
    sayCancelled();
    if (options.json) sayAsJson();
    return ran.status;
  }

  const finished = { recipe, bound, threads, planPeakBytes, result };
  const written = await writeResults(engine, finished, folder, claim, host, nodeRegistry);
  if (!written.ok) return refuse([written.diagnostic], options, host);
  const { paths } = written;
  if (options.json) sayAsJson();
  else terminal.out(formatReport(recipe.document, result, paths, options.inputs.size === 0));
  return exitStatus.done;
}

/** What a run gave; nothing where it was told to end and did not say in time how far it came. */
interface Ran {
  readonly result: RunResult | undefined;
  /** How the program ends where the run was cancelled. */
  readonly status: ExitStatus;
}

async function runShowingProgress(
  { engine, request }: OpenRecipe,
  { terminal, onInterrupt }: Host,
  graceMs: number,
): Promise<Ran> {
  const progress = new ProgressPrinter(terminal);
  const runId = 'run';
  let status: ExitStatus = exitStatus.interrupted;
  let giveUp: (nothing: undefined) => void = () => {};
  const tooLate = new Promise<undefined>((resolve) => {
    giveUp = resolve;
  });
  const restore = onInterrupt((given) => {
    status = given;
    progress.end();
    terminal.error('Cancelling; press Ctrl-C again to end at once.\n');
    // Where its thread has ended, the run says so.
    engine.cancel(runId).catch(() => {});
    setTimeout(giveUp, graceMs, undefined);
  });
  const running = engine.run({ ...request, runId, previewEveryMs: 0 }, (message) =>
    progress.update(message),
  );
  const result = await Promise.race([running, tooLate]);
  progress.end();
  restore();
  return { result, status };
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

async function claimFolder(folder: string, { files }: Host): Promise<ClaimResult> {
  try {
    await files.makeFolder(folder);
    return await files.claim(folder);
  } catch (error) {
    throw new UsageError(`--out ${folder}: nothing can be written there: ${failureReason(error)}.`);
  }
}
