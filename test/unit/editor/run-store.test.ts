import { describe, expect, test } from 'vitest';
import { lossCharts } from '../../../src/editor/run/loss-series';
import { metricVerdict } from '../../../src/editor/run/metric-verdict';
import { connectPorts, moveNodes, setParam } from '../../../src/editor/store/document-edits';
import {
  allDiagnostics,
  initialRun,
  isBlocked,
  runEnded,
  runProgressed,
  runStarted,
  staleNodes,
} from '../../../src/editor/store/run-store';
import type { Diagnostic } from '../../../src/runtime/api/engine/diagnostics';
import type { LossPoints, RunResult } from '../../../src/runtime/api/engine/engine-api';
import { sampleRecipe } from './sample-recipe';

const points = (label: string, firstIteration: number, values: readonly number[]): LossPoints => ({
  nodeId: 'register',
  label,
  names: ['total', 'lncc', 'diffusion'],
  firstIteration,
  rows: values.map((value) => [value, value - 1, 1]),
});
const result: RunResult = {
  status: 'done',
  diagnostics: [],
  device: 'cpu',
  deviceName: 'CPU',
  metrics: {},
  seconds: { total: 2, nodes: { register: 1.5 } },
  peakBytes: 0,
  levels: [],
  converged: true,
  outputs: [],
  turned: [],
};
const started = runStarted(initialRun, 'run-1', 0);

describe('progress', () => {
  test('joins losses of one level and keeps levels apart', () => {
    const state = [points('1', 0, [5, 4]), points('1', 2, [3]), points('2', 0, [2])].reduce(
      (now, losses) => runProgressed(now, { runId: 'run-1', nodes: [], losses: [losses] }),
      started,
    );
    expect(state.curves.map(({ label, rows }) => [label, rows.map(([total]) => total)])).toEqual([
      ['1', [5, 4, 3]],
      ['2', [2]],
    ]);
  });

  test('of an earlier run changes nothing', () => {
    const late = { runId: 'run-0', nodes: [], losses: [points('1', 0, [1])] };
    expect(runProgressed(started, late)).toBe(started);
  });

  test('keeps the loop of a running node until it ends', () => {
    const loop = { label: 'level 1 of 3', iteration: 4, maxIterations: 9 };
    const running = { nodeId: 'register', state: 'running' } as const;
    const first = runProgressed(started, {
      runId: 'run-1',
      nodes: [{ ...running, loop }],
      losses: [],
    });
    const second = runProgressed(first, { runId: 'run-1', nodes: [running], losses: [] });
    expect(second.nodes.register?.loop).toEqual(loop);
    const done = { nodeId: 'register', state: 'done' } as const;
    const third = runProgressed(second, { runId: 'run-1', nodes: [done], losses: [] });
    expect(third.nodes.register).toEqual({ state: 'done' });
  });
});

test('what arrives after the end adds its losses and reopens no node', () => {
  const ended = runEnded(started, result, sampleRecipe);
  const running = { nodeId: 'register', state: 'running' } as const;
  const late = { runId: 'run-1', nodes: [running], losses: [points('1', 0, [5])] };
  const state = runProgressed(ended, late);
  expect(state.nodes).toEqual({});
  expect(state.curves).toHaveLength(1);
});

test('a cancelled run closes what was running and forgets what was waiting', () => {
  const nodes = {
    register: { state: 'running' },
    ncc: { state: 'waiting' },
    fixed: { state: 'done' },
  } as const;
  const ended = runEnded({ ...started, nodes }, { ...result, status: 'cancelled' }, sampleRecipe);
  expect(ended.status).toBe('idle');
  expect(ended.nodes).toEqual({
    register: { state: 'cancelled', seconds: 1.5 },
    fixed: { state: 'done' },
  });
});

describe('stale nodes', () => {
  const stale = (now: typeof sampleRecipe) => [...staleNodes(sampleRecipe, now)].sort();

  test('are those that changed and all that depend on them', () => {
    expect(stale(setParam(sampleRecipe, 'lncc', 'weight', 2))).toEqual([
      'keep',
      'lncc',
      'ncc',
      'register',
    ]);
    const from = { nodeId: 'moving', port: 'image' };
    const rewired = connectPorts(sampleRecipe, from, { nodeId: 'ncc', port: 'fixed' }, false);
    expect(stale(rewired)).toEqual(['ncc']);
  });

  test('are none after a move, and none once a change is taken back', () => {
    expect(stale(moveNodes(sampleRecipe, { lncc: [9, 9] }))).toEqual([]);
    const back = setParam(
      setParam(sampleRecipe, 'keep', 'name', 'b'),
      'keep',
      'name',
      'result.nii.gz',
    );
    expect(stale(back)).toEqual([]);
  });
});

describe('diagnostics', () => {
  const wrong: Diagnostic = {
    severity: 'error',
    code: 'recipe',
    at: { nodeId: 'register' },
    message: 'No.',
    remedy: 'Mend it.',
  };

  test('that come from compiling and from running are shown once', () => {
    const state = { ...initialRun, compileDiagnostics: [wrong], runDiagnostics: [wrong] };
    expect(allDiagnostics(state)).toEqual([wrong]);
  });

  test('say why a loader has no data, and not that it has none besides', () => {
    const at = { nodeId: 'fixed' };
    const unread: Diagnostic = { ...wrong, code: 'input-problem', at };
    const none: Diagnostic = { ...wrong, code: 'input-missing', at };
    const inputs = { fixed: { state: 'failed', key: 'k', diagnostics: [unread] } } as const;
    expect(allDiagnostics({ ...initialRun, inputs, compileDiagnostics: [none] })).toEqual([unread]);
    expect(allDiagnostics({ ...initialRun, compileDiagnostics: [none] })).toEqual([none]);
  });

  test('do not say that data is missing while it is on its way', () => {
    const none: Diagnostic = { ...wrong, code: 'input-missing', at: { nodeId: 'fixed' } };
    const inputs = { fixed: { state: 'opening', key: 'k' } } as const;
    const opening = { ...initialRun, inputs, compileDiagnostics: [none] };
    expect(allDiagnostics(opening)).toEqual([]);
    expect(isBlocked(opening)).toBe(false);
  });

  test('of the recipe block a run, those of the last run do not', () => {
    expect(isBlocked({ ...initialRun, compileDiagnostics: [wrong] })).toBe(true);
    expect(isBlocked({ ...initialRun, runDiagnostics: [wrong] })).toBe(false);
  });
});

describe('charts', () => {
  test('draw one line a level, one after the other, for every loss', () => {
    const curves = [points('1', 0, [5, 4]), points('2', 0, [3])];
    const charts = lossCharts(curves);
    expect(charts.map(({ lossName }) => lossName)).toEqual(['total', 'lncc', 'diffusion']);
    expect(charts[0]).toMatchObject({
      iterations: [1, 2, 3],
      latest: 3,
      series: [
        { name: '1', values: [5, 4, null] },
        { name: '2', values: [null, null, 3] },
      ],
    });
  });

  test('leave the sum out where it repeats its only term', () => {
    const curve = { nodeId: 'r', label: '1', names: ['total', 'lncc'], rows: [[2, 2]] };
    expect(lossCharts([curve]).map(({ lossName }) => lossName)).toEqual(['lncc']);
  });

  test('leave a gap where a loss is not a number', () => {
    expect(lossCharts([points('1', 0, [5, Number.NaN])])[0]?.series[0]?.values).toEqual([5, null]);
  });
});

test('a metric is judged by the bounds that the recipe states', () => {
  expect(metricVerdict(0.9, { atLeast: 0.9 })).toBe('met');
  expect(metricVerdict(0.89, { atLeast: 0.9 })).toBe('missed');
  expect(metricVerdict(0.2, { atMost: 0.1 })).toBe('missed');
  expect(metricVerdict(0.2, undefined)).toBeUndefined();
});
