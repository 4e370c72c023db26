// Tries what must hold on inputs made at random: `npm run fuzz -- --count 50000 --seed 7`. Every property of
// test/fuzz gets as much of the time, so that those that start a program get fewer inputs than those that call a
// function. Each runs in processes of its own, so that one that hangs or crashes is found and the others go on.
// `--only NAME` runs one, all of `count` in one go, as a fault names it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable } from '../src/cli/format-table';
import type { FuzzProperty } from '../test/fuzz/fuzz-property';

type Outcome = Awaited<ReturnType<FuzzProperty['run']>>;

interface Row {
  readonly name: string;
  tried: number;
  hangs: number;
  seconds: number;
  readonly faults: string[];
}

/** Inputs by which it is measured how long one takes. */
const probeCount = 3;
const quickSeconds = 5;
const sliceSeconds = 60;
const leastLimitSeconds = 180;
const mark = 'weft-fuzz-outcome:';

const modules = import.meta.glob<Record<string, unknown>>('../test/fuzz/*.fuzz.ts', {
  eager: true,
});
const properties = Object.values(modules)
  .flatMap((module) => Object.values(module).flat())
  .filter(isProperty);

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    child: { type: 'boolean' },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || seed < 0) {
  throw new Error('--count takes a whole number above 0, --seed one from 0.');
}
const chosen = properties.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0)
  throw new Error(`There are: ${properties.map(({ name }) => name).join('; ')}`);

if (values.child) {
  const outcome = await chosen[0]?.run(count, seed);
  process.stdout.write(`\n${mark}${JSON.stringify(outcome)}\n`, () => process.exit(0));
} else await driveAll();

async function driveAll(): Promise<void> {
  const rows: Row[] = chosen.map(({ name }) => ({
    ...{ name, tried: 0, hangs: 0, seconds: 0, faults: [] },
  }));
  const rates: number[] = [];
  for (const row of rows) rates.push(await probed(row));
  // The same time for each: inputs in proportion to how many of them a second tries.
  const tried = rows.reduce((sum, row) => sum + row.tried, 0);
  const seconds = Math.max(0, count - tried) / rates.reduce((a, b) => a + b, 0);
  for (const [index, row] of rows.entries()) {
    const rate = rates[index] ?? 1;
    let left = row.hangs > 0 ? 0 : Math.round(seconds * rate);
    for (let slice = 2; left > 0; slice += 1) {
      const size = Math.min(left, Math.max(1, Math.ceil(rate * sliceSeconds)));
      const limit = Math.max(leastLimitSeconds, (5 * size) / rate);
      await runSlice(row, size, seed + slice, limit);
      left -= size;
    }
    console.log(`${row.name}: ${row.tried} tried, ${row.faults.length} faults`);
  }
  const table = rows.map(({ name, tried, hangs, faults, seconds: took }) => [
    ...[name, String(tried), String(faults.length), String(hangs), took.toFixed(1)],
  ]);
  const head = ['property', 'tried', 'faults', 'hangs', 'seconds'];
  console.log(`\n${formatTable([head, ...table], ['left', 'right', 'right', 'right', 'right'])}`);
  for (const { name, faults } of rows) for (const fault of faults) console.log(`${name}: ${fault}`);
  const isWrong = rows.some(({ faults, hangs }) => faults.length > 0 || hangs > 0);
  process.exitCode = isWrong ? 1 : 0;
}

/** Tries the first inputs of a property; gives how many a second tries. */
async function probed(row: Row): Promise<number> {
  const share = Math.ceil(count / chosen.length);
  let size = Math.min(probeCount, share);
  await runSlice(row, size, seed, leastLimitSeconds);
  let took = row.seconds;
  // Most of that may have been the start of a process.
  if (row.hangs === 0 && took < quickSeconds && size < share) {
    size = Math.min(share, 20 * probeCount);
    await runSlice(row, size, seed + 1, leastLimitSeconds);
    took = row.seconds - took;
  }
  return size / Math.max(took, 0.001);
}

async function runSlice(
  row: Row,
  size: number,
  sliceSeed: number,
  limitSeconds: number,
): Promise<void> {
  const again = `--only "${row.name}" --count ${size} --seed ${sliceSeed}`;
  const startedMs = performance.now();
  const { outcome, said } = await inChild(row.name, size, sliceSeed, limitSeconds);
  row.seconds += (performance.now() - startedMs) / 1000;
  if (outcome === 'hang') {
    row.hangs += 1;
    row.faults.push(`no end after ${Math.round(limitSeconds)} s: ${again}`);
  } else if (outcome === undefined) row.faults.push(`it broke: ${again}\n${said.slice(-2000)}`);
  else {
    row.tried += outcome.tried;
    row.hangs += outcome.faults.filter((fault) => /\bhang: /.test(fault)).length;
    row.faults.push(...outcome.faults);
  }
}

/** Runs a part of a property in a process that is ended, with all that it started, when its time is over. */
function inChild(name: string, size: number, sliceSeed: number, limitSeconds: number) {
  const words = ['--child', '--only', name, '--count', String(size), '--seed', String(sliceSeed)];
  return new Promise<{ outcome: Outcome | 'hang' | undefined; said: string }>((resolve) => {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', fileURLToPath(import.meta.url), ...words],
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    let said = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limitSeconds * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('close', () => {
      clearTimeout(timer);
      const line = said.split('\n').find((one) => one.startsWith(mark));
      const outcome =
        line === undefined ? undefined : (JSON.parse(line.slice(mark.length)) as Outcome);
      resolve({ outcome: isLate ? 'hang' : outcome, said });
    });
  });
}

function isProperty(value: unknown): value is FuzzProperty {
  return typeof value === 'object' && value !== null && 'name' in value && 'run' in value;
}
