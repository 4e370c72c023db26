// Runs the whole suite, or the stages named: `npm test`, `npm test -- unit gpu`. Goes on after a
// failure, so that one run shows all of them. Two stages run side by side, as hardly one keeps two
// processors busy; `--lanes 1` runs one after the other. The last line holds the totals, alone.
import { rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inLanes } from './lanes';
import { type StageProcess, startStage } from './stage-process';
import { type Stage, stages } from './stages';
import { addTotals, noTotals, readTotals, type Totals } from './totals';

const { values: options, positionals: names } = parseArgs({
  options: { lanes: { type: 'string' } },
  allowPositionals: true,
});
const lanes = Number(options.lanes ?? Math.min(2, availableParallelism()));
const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0 || !(Number.isInteger(lanes) && lanes > 0)) {
  if (unknown.length > 0) console.error(`No stage is called ${unknown.join(', ')}. There are:`);
  else console.error('--lanes takes a whole number of 1 or more. The stages are:');
  for (const { name } of stages) console.error(`  ${name}`);
  process.exit(2);
}

/** A stage that is under way, or has ended while an older one was shown. */
interface Started {
  readonly stage: Stage;
  readonly process: StageProcess;
  result?: string;
}

let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isInterrupted = true;
  });
}

/** The first of them is on the screen. */
const started: Started[] = [];
const results = new Map<string, Totals>();
const chosen = stages.filter(({ name }) => names.length === 0 || names.includes(name));
await inLanes(chosen, lanes, async (stage) => {
  if (!isInterrupted) results.set(stage.name, await totalsOf(stage));
});
if (isInterrupted) process.exit(130);

// In their order, whichever ended first.
const ran = chosen.map(({ name }) => ({ name, totals: results.get(name) ?? noTotals }));
const failedStages = ran.filter(({ totals }) => totals.failed > 0).map(({ name }) => name);
const total = ran.reduce((sum, { totals }) => addTotals(sum, totals), noTotals);
console.log('');
for (const { name, reason } of total.skipped) console.log(`skipped: ${name} (${reason})`);
for (const name of total.failedNames) console.log(`failed test: ${name}`);
if (failedStages.length > 0) console.log(`failed: ${failedStages.join(', ')}`);
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(countsOf(total));

async function totalsOf(stage: Stage): Promise<Totals> {
  const blocked = stage.after !== undefined && (results.get(stage.after)?.failed ?? 0) > 0;
  const reason = blocked ? `the stage "${stage.after}" failed` : stage.reasonToSkip?.();
  if (reason !== undefined) {
    return { ...noTotals, skipped: [{ name: `stage ${stage.name}`, reason }] };
  }
  const totalsFile = join(tmpdir(), `weft-totals-${process.pid}-${stage.name}.json`);
  const began = performance.now();
  const entry: Started = { stage, process: startStage(stage, totalsFile) };
  started.push(entry);
  if (started.length === 1) show(entry);
  const succeeded = await entry.process.succeeded;
  const counted = readTotals(totalsFile);
  rmSync(totalsFile, { force: true });
  const totals = judge(stage, succeeded, counted);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  entry.result = `━━ ${stage.name}: ${countsOf(totals)} in ${seconds} s`;
  showEnded();
  return totals;
}

function judge(stage: Stage, succeeded: boolean, counted: Totals | undefined): Totals {
  if (stage.counts === 'one check' || counted === undefined) {
    return succeeded ? { ...noTotals, passed: 1 } : { ...noTotals, failed: 1 };
  }
  // A runner can fail with every test passed, when its process ends badly.
  const onlyRunnerFailed = !succeeded && counted.failed === 0;
  return onlyRunnerFailed ? { ...counted, failed: 1 } : counted;
}

function show({ stage, process }: Started): void {
  console.log(`\n━━ ${stage.name}`);
  process.show();
}

/** Closes the stages that have ended, as far as the one that still runs, which is shown from here on. */
function showEnded(): void {
  for (let first = started[0]; first?.result !== undefined; first = started[0]) {
    console.log(first.result);
    started.shift();
    if (started[0] !== undefined) show(started[0]);
  }
}

function countsOf({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}
