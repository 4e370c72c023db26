import type { NodeRun } from '../store/run-store';

const words = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  cached: 'unchanged, taken from before',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

/** The state of a node as a dot: known by form as well as by colour. */
export function NodeDot({ run, isStale }: { run: NodeRun | undefined; isStale: boolean }) {
  if (run === undefined) return null;
  const isOutdated = isStale && (run.state === 'done' || run.state === 'cached');
  const state = isOutdated ? 'stale' : run.state;
  const word = isOutdated ? 'changed since it ran' : words[run.state];
  return <span className="node-dot" data-state={state} title={word} role="img" aria-label={word} />;
}

/** Seconds as short as they can be read: `12 ms`, `3.4 s`, `2:05`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
