import { spawn } from 'node:child_process';
import type { Stage } from './stages';
import { totalsFileVariable } from './totals';

const isWindows = process.platform === 'win32';

/** The process of a stage: what it prints is held back until the stage is shown. */
export interface StageProcess {
  /** Prints what was held back, and from then on what comes. */
  show(): void;
  /** True when the script ended with status 0 within its time. */
  readonly succeeded: Promise<boolean>;
}

/** Starts the script of a stage, whose reporter is to write its totals into the file. */
export function startStage(stage: Stage, totalsFile: string): StageProcess {
  const child = spawn('npm', ['run', '-s', stage.script, '--', ...(stage.scriptArguments ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
      [totalsFileVariable]: totalsFile,
    },
    shell: isWindows,
    // A group of its own, so that what the script started ends with it.
    detached: !isWindows,
  });

  const held: string[] = [];
  let isShown = false;
  const say = (text: string) => {
    if (isShown) process.stdout.write(text);
    else held.push(text);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', say);

  const end = (signal: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null) return;
    if (isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  };
  const onInterrupt = () => end('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  const timer = setTimeout(() => {
    say(`${stage.name} took more than ${stage.limitMinutes} minutes and was ended.\n`);
    end('SIGKILL');
  }, stage.limitMinutes * 60_000);

  const succeeded = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
      resolve(status === 0);
    });
  });
  const show = () => {
    isShown = true;
    process.stdout.write(held.splice(0).join(''));
  };
  return { show, succeeded };
}
