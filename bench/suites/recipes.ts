import { secondsText } from '../../src/cli/format-table';
import type { RunResult } from '../../src/runtime/api/engine/engine-api';
import type { LoopStep } from '../../src/runtime/ir/kernel-graph';
import type { Plan } from '../../src/runtime/ir/plan';
import { compileRecipe, openRecipe } from '../compiled-recipe';
import type { BenchHost } from '../host';
import { type Pair, phantomPair, realPair } from '../pairs';
import { speedTarget, targets } from '../peers';
import { readRecipe } from '../recipe';
import type { Section } from '../report';
import { runRecipe, unmet } from '../run-recipe';
import { spreadCells, spreadOf } from '../statistics';
import { voxelsOf } from './kernels';

/** Runs the greedy recipe on a generated and a real pair: seconds by node, iterations, metrics. */
export async function recipes(host: BenchHost): Promise<readonly Section[]> {
  const { quick, fullIterations } = host.options;
  const real = realPair('head-2mm');
  const pairs: Pair[] = [phantomPair];
  if (!quick && !('skipped' in real)) pairs.push(real);
  const sections: Section[] = [];
  for (const pair of pairs) {
    for (const full of fullIterations ? [false, true] : [false]) {
      sections.push(await measure(host, pair, full));
    }
  }
  const skipped = quick ? [] : 'skipped' in real ? [`skipped ${real.skipped}`] : [];
  const last = sections.at(-1);
  return last
    ? [...sections.slice(0, -1), { ...last, notes: [...(last.notes ?? []), ...skipped] }]
    : [];
}

async function measure(host: BenchHost, pair: Pair, fullIterations: boolean): Promise<Section> {
  const { quick } = host.options;
  const document = readRecipe('brain-t1-greedy', { quick, fullIterations });
  const plan = compileRecipe(await openRecipe(document, pair));
  const results: RunResult[] = [];
  const repetitions = host.options.quick ? 1 : 3;
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    results.push(await runRecipe(host, document, pair));
  }
  const [result] = results as [RunResult, ...RunResult[]];
  const work = voxelIterations(plan, result, 'greedy');
  const perVoxel = spreadOf(
    results.map(({ seconds }) => (1e9 * (seconds.nodes.greedy ?? 0)) / work),
  );
  const total = spreadOf(results.map(({ seconds }) => seconds.total));
  const nodes = Object.keys(result.seconds.nodes)
    .map((nodeId) => ({
      nodeId,
      spread: spreadOf(results.map(({ seconds }) => seconds.nodes[nodeId] ?? 0)),
      levels: result.levels.filter((level) => level.nodeId === nodeId),
    }))
    .sort((a, b) => b.spread.median - a.spread.median);
  const expected = quick
    ? {}
    : pair === phantomPair
      ? (document.expects?.metrics ?? {})
      : (targets[pair.name] ?? {});
  const rule = fullIterations ? 'stop rule off' : 'with its stop rule';
  return {
    title: `brain-t1-greedy, ${pair.name}, ${rule}, ${result.deviceName}`,
    columns: ['node', 'median', 'min', 'max', 'n', 'iterations (* met its cap)'],
    rows: [
      ...nodes
        .filter(({ spread, levels }) => levels.length > 0 || spread.median > 0.01 * total.median)
        .map(({ nodeId, spread, levels }) => [
          nodeId,
          ...spreadCells(spread, secondsText),
          levels
            .map(({ iterations, outcome }) => `${iterations}${outcome === 'cap' ? '*' : ''}`)
            .join('/'),
        ]),
      ['all', ...spreadCells(total, secondsText), ''],
    ],
    notes: [
      metricsText(result.metrics),
      `greedy: ${(1e3 / perVoxel.median).toFixed(1)} million voxel iterations a second, ` +
        `${perVoxel.median.toFixed(0)} ns each (${perVoxel.min.toFixed(0)} to ${perVoxel.max.toFixed(0)})`,
      ...(pair.name === 'head-2mm' && host.options.device === 'cpu'
        ? [`target: under ${speedTarget.seconds} s on two cores; ${speedTarget.peer}`]
        : []),
    ],
    failures: unmet(result.metrics, expected),
    data: {
      pair: pair.name,
      fullIterations,
      total,
      nodes,
      nanosecondsPerVoxelIteration: perVoxel,
      voxelIterations: work,
      metrics: scalarMetrics(result.metrics),
      converged: result.converged,
    },
  };
}

/** Σ voxels × iterations over the levels of a node. */
function voxelIterations(plan: Plan, { levels }: RunResult, nodeId: string): number {
  const loops = plan.steps.filter(
    (step): step is LoopStep => step.kind === 'loop' && step.origin === nodeId,
  );
  const ofNode = levels.filter((level) => level.nodeId === nodeId);
  return loops.reduce(
    (sum, loop, index) => sum + voxelsOf(plan, loop) * (ofNode[index]?.iterations ?? 0),
    0,
  );
}

/** Metrics of the whole, without those of single labels. */
export function scalarMetrics(metrics: Readonly<Record<string, number>>): Record<string, number> {
  const wanted = ['dice.mean', 'ncc', 'jacobian.minimum', 'jacobian.nonPositivePercent'];
  return Object.fromEntries(
    wanted.flatMap((name) => (metrics[name] === undefined ? [] : [[name, metrics[name]]])),
  );
}

function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(scalarMetrics(metrics))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
}
