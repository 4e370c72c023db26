import type { EncodedPass } from './encode';

/** Records passes into an open compute pass, in order; the device keeps their order of memory use. */
export function recordPasses(
  recorder: GPUComputePassEncoder,
  passes: readonly EncodedPass[],
): void {
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
