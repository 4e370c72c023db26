import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brokenFiles, inTemporaryFolder, shortRun, startWeft } from './built-program';
import type { FuzzProperty } from './fuzz-property';
import { type SeededChoices, seededChoices } from './seeded-choices';

const statusOf = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: null } as const;
const signals = Object.keys(statusOf) as readonly (keyof typeof statusOf)[];

/** A busy machine takes longer than the second that is promised. */
const slowMs = 5000;

/**
 * A run that is ended at any moment, or just as it writes, leaves a whole result or none, beside or over one
 * of an earlier run; and nothing that keeps the next run out.
 */
export const signalsEndRuns: FuzzProperty = {
  name: 'runs ended by signals',
  async run(count, seed) {
    const faults: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const found = await inTemporaryFolder((folder) =>
        faultsOf(folder, seededChoices(seed * 1_000_003 + i)),
      );
      faults.push(...found.map((fault) => `seed ${seed}, input ${i}: ${fault}`));
    }
    return { tried: count, faults };
  },
};

async function faultsOf(folder: string, { pick, next, below }: SeededChoices): Promise<string[]> {
  const faults: string[] = [];
  const out = join(folder, 'out');
  const isOver = next() < 0.3;
  if (isOver) await startWeft(shortRun('out', 1), folder).ended;
  const signal = pick(signals);
  const isWhileWriting = next() < 0.5;
  const { child, ended } = startWeft(shortRun('out', 2), folder);
  const isTime = isWhileWriting
    ? () => existsSync(out) && readdirSync(out).some((name) => name.endsWith('.part'))
    : () => true;
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!hasEnded && !isTime()) await new Promise((go) => setTimeout(go, 1));
  await new Promise((go) => setTimeout(go, isWhileWriting ? below(12) : below(3000)));
  const sentMs = performance.now();
  child.kill(signal);
  const { status, by, error } = await ended;
  const tookMs = performance.now() - sentMs;
  if (tookMs > slowMs) faults.push(`hang: ${signal} was heard after ${Math.round(tookMs)} ms`);
  // Before it listens, a program is ended by the signal itself; too late, it has done its work.
  const expected: unknown[] = [0, statusOf[signal]];
  if (by !== signal && !expected.includes(status))
    faults.push(`${signal}: exit ${status}: ${error}`);
  const names = existsSync(out) ? readdirSync(out) : [];
  if (signal !== 'SIGKILL' && by === null && names.some((name) => name.startsWith('.weft'))) {
    faults.push(`${signal} leaves ${names.join(', ')}`);
  }
  const broken = existsSync(out) ? brokenFiles(out) : undefined;
  if (broken !== undefined && broken.length > 0)
    faults.push(`${signal}: the manifest lies about ${broken}`);
  if (status === 0 && broken === undefined) faults.push('exit 0 without a manifest');
  const after = await startWeft(shortRun('out', 3), folder).ended;
  if (after.status !== 0)
    faults.push(`after ${signal} the next run ends with ${after.status}: ${after.error}`);
  else if (readdirSync(out).some((name) => name.startsWith('.weft')))
    faults.push('the next run leaves a mess');
  return faults;
}
