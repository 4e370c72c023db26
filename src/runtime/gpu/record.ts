import type { Work } from '../ir/kernel-graph';
import { inOrder } from '../ir/repeats';
import type { EncodedPass } from './encode';

/**
 * Passes that are submitted without a look at whether anybody wants to stop. Only a counted loop gets
 * there; its iterations then go to the device in parts.
 */
export const mostPassesUnheard = 1024;

/**
 * The passes of a step in the order of a run, what is repeated as often as it says, in parts of at most
 * `most` passes. Never nothing: a step without passes is one empty part.
 */
export function* partsOf(
  works: readonly Work<EncodedPass>[],
  most: number,
): Generator<readonly EncodedPass[]> {
  let part: EncodedPass[] = [];
  for (const pass of inOrder(works)) {
    if (part.length === most) {
      yield part;
      part = [];
    }
    part.push(pass);
  }
  yield part;
}

/** Records passes into an open compute pass, in order; the device keeps their order of memory use. */
export function recordPasses(recorder: GPUComputePassEncoder, passes: Iterable<EncodedPass>): void {
  let current: GPUComputePipeline | undefined;
  for (const { dispatches } of passes) {
    for (const { pipeline, bindGroup, groups } of dispatches) {
      if (pipeline !== current) recorder.setPipeline(pipeline);
      current = pipeline;
      recorder.setBindGroup(0, bindGroup);
      recorder.dispatchWorkgroups(groups[0], groups[1]);
    }
  }
}
