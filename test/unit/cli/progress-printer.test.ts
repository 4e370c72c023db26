import { describe, expect, it } from 'vitest';
import { ProgressPrinter } from '../../../src/cli/progress-printer';
import type { RunProgress } from '../../../src/runtime/api/engine/engine-api';

const escapeCharacter = String.fromCharCode(27);

function print(isInteractive: boolean, columns: number, messages: readonly RunProgress[]): string {
  let text = '';
  const terminal = {
    out: () => {
      throw new Error('Progress must not be on standard output.');
    },
    error: (more: string) => {
      text += more;
    },
    isInteractive,
    columns,
  };
  const printer = new ProgressPrinter(terminal);
  for (const message of messages) printer.update(message);
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
    const text = print(true, 80, [iteration('level 1 of 2', 7, -0.5), done]);
    const erase = `\r${escapeCharacter}[2K`;
    expect(text).toBe(
      `${erase}greedy  level 1 of 2  7 of 100  total -0.5  lncc -0.5  12 s left${erase}`,
    );
  });

  it('never wraps, and lets no escape sequence of a recipe through', () => {
    const lines = print(true, 20, [
      iteration(`${escapeCharacter}[31m level 1 of 2`, 7, -0.5),
    ]).split('\r');
    expect(lines[1]?.replace(`${escapeCharacter}[2K`, '')).toHaveLength(19);
    expect(lines[1]?.replace(`${escapeCharacter}[2K`, '')).not.toContain(escapeCharacter);
  });

  it('writes a line for each level and each node into a log', () => {
    const text = print(false, 80, [
      iteration('level 1 of 2', 1, -0.1),
      iteration('level 1 of 2', 50, -0.5),
      iteration('level 2 of 2', 1, -0.6),
      done,
    ]);
    expect(text).toBe(
      'greedy: level 1 of 2\ngreedy: level 2 of 2\ngreedy: done in 3.25 s, total -0.6  lncc -0.6\n',
    );
  });
});
