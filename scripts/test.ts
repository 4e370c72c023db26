// Runs the whole suite, or the stages named: `npm test`, `npm test -- unit gpu`. Goes on after a
// failure, so that one run shows all of them. The last line holds the totals, alone.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stage, stages } from './stages';
import { addTotals, noTotals, readTotals, type Totals, totalsFileVariable } from './totals';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`No stage is called ${unknown.join(', ')}. There are:`);
  for (const { name } of stages) console.error(`  ${name}`);
  process.exit(2);
}

const results = new Map<string, Totals>();
for (const stage of stages) {
  if (names.length > 0 && !names.includes(stage.name)) continue;
  console.log(`\n━━ ${stage.name}`);
  const started = performance.now();
  const totals = await totalsOf(stage);
  results.set(stage.name, totals);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`━━ ${stage.name}: ${countsOf(totals)} in ${seconds} s`);
}

const failedStages = [...results].filter(([, { failed }]) => failed > 0).map(([name]) => name);
const total = [...results.values()].reduce(addTotals, noTotals);
console.log('');
for (const { name, reason } of total.skipped) console.log(`skipped: ${name} (${reason})`);
if (failedStages.length > 0) console.log(`failed: ${failedStages.join(', ')}`);
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(countsOf(total));

async function totalsOf(stage: Stage): Promise<Totals> {
  const blocked = stage.after !== undefined && (results.get(stage.after)?.failed ?? 0) > 0;
  const reason = blocked ? `the stage "${stage.after}" failed` : stage.reasonToSkip?.();
  if (reason !== undefined) {
    return { passed: 0, failed: 0, skipped: [{ name: `stage ${stage.name}`, reason }] };
  }
  const totalsFile = join(tmpdir(), `weft-totals-${process.pid}.json`);
  const succeeded = await runScript(stage, totalsFile);
  const counted = readTotals(totalsFile);
  rmSync(totalsFile, { force: true });
  if (stage.counts === 'one check' || counted === undefined) {
    return succeeded ? { ...noTotals, passed: 1 } : { ...noTotals, failed: 1 };
  }
  // A runner can fail with every test passed, when its process ends badly.
  const onlyRunnerFailed = !succeeded && counted.failed === 0;
  return onlyRunnerFailed ? { ...counted, failed: 1 } : counted;
}

/** True when the script ended with status 0 within its time. */
function runScript(stage: Stage, totalsFile: string): Promise<boolean> {
  const isWindows = process.platform === 'win32';
  const child = spawn('npm', ['run', '-s', stage.script, '--', ...(stage.scriptArguments ?? [])], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [totalsFileVariable]: totalsFile },
    shell: isWindows,
    // A group of its own, so that what the script started ends with it.
    detached: !isWindows,
  });
  const end = (signal: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null) return;
    if (isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  };
  const onInterrupt = () => {
    end('SIGTERM');
    process.exit(130);
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const timer = setTimeout(() => {
    console.error(`${stage.name} took more than ${stage.limitMinutes} minutes and was ended.`);
    end('SIGKILL');
  }, stage.limitMinutes * 60_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      clearTimeout(timer);
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
      resolve(status === 0);
    });
  });
}

function countsOf({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}
