import { describe, expect, it } from 'vitest';
import { ProgressPrinter } from '../../../src/cli/progress-printer';
import type { RunProgress } from '../../../src/runtime/api/engine/engine-api';

/** @param everyMs how long after each other the messages come */
function print(isInteractive: boolean, messages: readonly RunProgress[], everyMs = 0): string {
  let text = '';
  let nowMs = 0;
  const terminal = {
    out: () => {
      throw new Error('Progress must not be on standard output.');
    },
    error: (more: string) => {
      text += more;
    },
    redraw: (line: string) => {
      text += `[${line}]`;
    },
    isInteractive,
  };
  const printer = new ProgressPrinter(terminal, () => nowMs);
  for (const message of messages) {
    nowMs += everyMs;
    printer.update(message);
  }
  printer.end();
  return text;
}

function iteration(label: string, count: number, loss: number, nodeId = 'greedy'): RunProgress {
  return {
    runId: 'run',
    nodes: [{ nodeId, state: 'running', loop: { label, iteration: count, maxIterations: 100 } }],
    losses: [
      { nodeId, label, names: ['total', 'lncc'], firstIteration: count - 1, rows: [[loss, loss]] },
    ],
    secondsLeft: 11.2,
  };
}

const done: RunProgress = {
  runId: 'run',
  nodes: [{ nodeId: 'greedy', state: 'done', seconds: 3.25 }],
  losses: [],
};

describe('ProgressPrinter', () => {
  it('redraws one line on a terminal and erases it at the end', () => {
    const text = print(true, [iteration('level 1 of 2', 7, -0.5), done]);
    expect(text).toBe('[greedy  level 1 of 2  7 of 100  total -0.5  lncc -0.5  12 s left][]');
  });

  it('writes a line for each level and each node into a log', () => {
    const text = print(false, [
      iteration('level 1 of 2', 1, -0.1),
      iteration('level 1 of 2', 50, -0.5),
      iteration('level 2 of 2', 1, -0.6),
      done,
    ]);
    expect(text).toBe(
      'greedy: level 1 of 2\ngreedy: level 2 of 2\ngreedy: done in 3.25 s, total -0.6  lncc -0.6\n',
    );
  });

  it('writes how far a long loop came into a log, once a minute', () => {
    const steps = [1, 2, 3, 4].map((count) => iteration('training', count, -0.5, 'train'));
    expect(print(false, steps, 40_000)).toBe(
      [
        'train: training',
        'train  training  2 of 100  total -0.5  lncc -0.5  12 s left',
        'train  training  4 of 100  total -0.5  lncc -0.5  12 s left',
        '',
      ].join('\n'),
    );
  });
});
