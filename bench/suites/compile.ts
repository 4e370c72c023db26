import { nodeRegistry } from '../../src/nodes/index';
import { allocate } from '../../src/runtime/compile/allocate';
import { differentiate } from '../../src/runtime/compile/differentiate';
import { fuse } from '../../src/runtime/compile/fuse';
import { lower } from '../../src/runtime/compile/lower';
import { parse } from '../../src/runtime/compile/parse';
import { schedule } from '../../src/runtime/compile/schedule';
import { simplify } from '../../src/runtime/compile/simplify';
import { leaveOutUnbound, validate } from '../../src/runtime/compile/validate';
import type { Plan } from '../../src/runtime/ir/plan';
import { type OpenedRecipe, openRecipe } from '../compiled-recipe';
import type { BenchHost } from '../host';
import { phantomPair } from '../pairs';
import { readRecipe } from '../recipe';
import { msText, type Section } from '../report';
import { spreadCells, spreadOf } from '../statistics';

/** What the whole should take at most, seconds. */
const target = 0.05;

/** Times every phase of the compiler on the greedy recipe, from text to plan. */
export async function compile(host: BenchHost): Promise<readonly Section[]> {
  const { quick } = host.options;
  const recipe = await openRecipe(readRecipe('brain-t1-greedy', { quick }), phantomPair);
  const repetitions = host.options.quick ? 5 : 30;
  const first = timePhases(recipe);
  const all = Array.from({ length: repetitions }, () => timePhases(recipe));
  const totals = all.map(({ seconds }) => totalOf(seconds));
  const total = spreadOf(totals);
  const phases = [...first.seconds.keys()].map((phase) => ({
    phase,
    spread: spreadOf(all.map(({ seconds }) => seconds.get(phase) ?? 0)),
    first: first.seconds.get(phase) ?? 0,
  }));
  return [
    {
      title: 'Compiling brain-t1-greedy',
      columns: ['phase', 'median', 'min', 'max', 'n', 'first time'],
      rows: [
        ...phases.map(({ phase, spread, first: cold }) => [
          phase,
          ...spreadCells(spread, msText),
          msText(cold),
        ]),
        ['all', ...spreadCells(total, msText), msText(totalOf(first.seconds))],
      ],
      notes: [
        `${first.plan.steps.length} steps, ${first.plan.steps.flatMap(({ passes }) => passes).length} passes, ${first.plan.buffers.length} buffers`,
        `target: under ${msText(target)}; ${total.median < target ? 'reached' : 'not reached'}`,
      ],
      data: { phases, total, first: totalOf(first.seconds) },
    },
  ];
}

function timePhases({ text, descriptors }: OpenedRecipe): {
  readonly plan: Plan;
  readonly seconds: ReadonlyMap<string, number>;
} {
  const seconds = new Map<string, number>();
  const timed = <Result>(phase: string, work: () => Result): Result => {
    const startedMs = performance.now();
    const result = work();
    seconds.set(phase, (performance.now() - startedMs) / 1000);
    return result;
  };
  const { document } = timed('parse', () => parse(text, nodeRegistry));
  if (!document) throw new Error('The recipe does not parse.');
  const graph = timed('validate', () => {
    const validated = validate(document, nodeRegistry);
    if (!validated.graph) throw new Error('The recipe is not valid.');
    return leaveOutUnbound(validated.graph, (nodeId) => descriptors.has(nodeId)).graph;
  });
  const lowered = timed('lower', () => lower(graph, { descriptors }));
  if (!lowered.graph) throw new Error(lowered.diagnostics.map(({ message }) => message).join('\n'));
  const ops = lowered.graph;
  const differentiated = timed('differentiate', () => differentiate(ops));
  const simple = timed('simplify', () => simplify(differentiated));
  const fused = timed('fuse', () => fuse(simple));
  const kernels = timed('schedule', () => schedule(fused));
  const plan = timed('allocate', () => allocate(kernels));
  return { plan, seconds };
}

function totalOf(seconds: ReadonlyMap<string, number>): number {
  return [...seconds.values()].reduce((sum, phase) => sum + phase, 0);
}
