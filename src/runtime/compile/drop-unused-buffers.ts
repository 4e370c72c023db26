import { InternalError } from '../internal-error';
import { type BufferId, type KernelGraph, type Step, wholeOf } from '../ir/kernel-graph';
import { mapPasses, passesIn } from '../ir/repeats';

/** Buffers that a pass, a loop or a value names, and those of several planes of which one is named. */
export function usedBuffers(graph: KernelGraph): ReadonlySet<BufferId> {
  const used = new Set<BufferId>([...graph.buffersOfValue.values()].flat());
  for (const step of graph.steps) {
    for (const pass of passesIn(step.passes)) {
      for (const buffer of pass.buffers) if (buffer !== null) used.add(buffer);
    }
    if (step.kind !== 'loop') continue;
    used.add(step.trace);
    if (step.preview) used.add(step.preview.buffer);
  }
  for (const buffer of used) used.add(wholeOf(graph.buffers, buffer));
  return used;
}

/**
 * The same graph without the buffers that nothing names any more: those that gave their place to
 * another. They would have no lifetime, and so no memory of their own. The order stays.
 */
export function dropUnusedBuffers(graph: KernelGraph): KernelGraph {
  const used = usedBuffers(graph);
  if (used.size === graph.buffers.length) return graph;
  const kept = graph.buffers.map((_, id) => id as BufferId).filter((id) => used.has(id));
  const numberOf = new Map(kept.map((before, now) => [before, now as BufferId]));
  const renumber = (buffer: BufferId): BufferId => {
    const now = numberOf.get(buffer);
    if (now === undefined) throw new InternalError(`Buffer ${buffer} is used and was dropped.`);
    return now;
  };
  const renumberStep = (step: Step): Step => {
    const passes = mapPasses(step.passes, (pass) => ({
      ...pass,
      buffers: pass.buffers.map((buffer) => (buffer === null ? null : renumber(buffer))),
    }));
    if (step.kind === 'program') return { ...step, passes };
    const { preview } = step;
    return {
      ...step,
      passes,
      trace: renumber(step.trace),
      ...(preview ? { preview: { ...preview, buffer: renumber(preview.buffer) } } : {}),
    };
  };
  return {
    ...graph,
    buffers: kept.map((id) => {
      const buffer = graph.buffers[id] as KernelGraph['buffers'][number];
      const { within } = buffer;
      return within ? { ...buffer, within: { ...within, whole: renumber(within.whole) } } : buffer;
    }),
    steps: graph.steps.map(renumberStep),
    buffersOfValue: new Map(
      [...graph.buffersOfValue].map(([value, buffers]) => [value, buffers.map(renumber)]),
    ),
  };
}
