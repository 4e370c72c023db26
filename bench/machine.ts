import { availableParallelism, cpus, loadavg } from 'node:os';

/** Filled in when the benchmark is built: the commit, with `-dirty` where files differ from it. */
declare const builtFromCommit: string;

/** What the figures were measured on. */
export interface Machine {
  readonly commit: string;
  readonly date: string;
  readonly processor: string;
  readonly processors: number;
  readonly node: string;
  /** Mean number of running processes over 1, 5 and 15 minutes, before the first measurement. */
  readonly loadAverage: readonly number[];
}

/** The machine as it is now. */
export function describeMachine(): Machine {
  return {
    commit: builtFromCommit,
    date: new Date().toISOString(),
    processor: cpus()[0]?.model ?? 'unknown',
    processors: availableParallelism(),
    node: process.version,
    loadAverage: currentLoad(),
  };
}

/** Load averages over 1, 5 and 15 minutes. */
export function currentLoad(): readonly number[] {
  return loadavg().map((load) => Number(load.toFixed(2)));
}
