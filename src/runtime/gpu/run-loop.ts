import type { LoopOutcome, RunOptions } from '../devices';
import type { LoopStep } from '../ir/kernel-graph';
import { hasConverged, lossNeededAt } from '../stop-rule';
import type { DeviceWatch } from './device-watch';
import type { EncodedPass } from './encode';
import { iterationsToSubmit, submitsInFlight } from './loop-pace';
import type { PlanMemory } from './plan-memory';
import { PreviewReader } from './preview-reader';
import { recordPasses } from './record';
import { TraceReader } from './trace-reader';

export interface LoopContext {
  readonly device: GPUDevice;
  readonly memory: PlanMemory;
  readonly watch: DeviceWatch;
  readonly options: RunOptions;
  /** Records `count` iterations; replaced where passes are timed. */
  readonly record?: (encoder: GPUCommandEncoder, passes: readonly EncodedPass[]) => void;
  /** Called with the number of iterations submitted so far. */
  onSubmitted(iterations: number): void | Promise<void>;
}

/**
 * Runs a loop on the device: the recorded iteration is encoded many times a submit, and only losses
 * come back, behind the queue. Where the loop stops depends on losses alone, never on timing.
 */
export async function runLoop(
  context: LoopContext,
  stepIndex: number,
  step: LoopStep,
  passes: readonly EncodedPass[],
): Promise<LoopOutcome> {
  const { device, memory, watch, options } = context;
  const { observer, signal } = options;
  const { stop } = step;
  const trace = new TraceReader(device, memory, watch, step, (first, rows) =>
    observer.losses?.(stepIndex, first, rows),
  );
  const preview =
    step.preview && options.previewEveryMs > 0 && observer.preview
      ? new PreviewReader(device, memory, step.preview.buffer, options.previewEveryMs, (image) =>
          observer.preview?.(stepIndex, image),
        )
      : undefined;
  let submitted = 0;
  const decide = async (): Promise<LoopOutcome['outcome'] | undefined> => {
    if (signal.aborted) return 'cancelled';
    if (submitted >= stop.maxIterations) return 'cap';
    while (trace.arrived <= lossNeededAt(stop, submitted)) await trace.next();
    while (trace.underWay >= submitsInFlight(trace.secondsPerIteration)) await trace.next();
    if (signal.aborted) return 'cancelled';
    const isDone = hasConverged(stop, submitted, (iteration) => trace.lossAt(iteration));
    return isDone ? 'converged' : undefined;
  };
  try {
    let outcome = await decide();
    while (outcome === undefined) {
      const count = context.record
        ? 1
        : iterationsToSubmit(submitted, stop.maxIterations, trace.secondsPerIteration);
      const label = `${step.origin}/${step.label}`;
      const encoder = device.createCommandEncoder({ label });
      if (context.record) {
        context.record(encoder, passes);
      } else {
        const recorder = encoder.beginComputePass({ label });
        for (let i = 0; i < count; i += 1) recordPasses(recorder, passes);
        recorder.end();
      }
      const traceSubmitted = trace.record(encoder, submitted, count);
      const previewSubmitted = preview?.record(encoder);
      device.queue.submit([encoder.finish()]);
      traceSubmitted();
      previewSubmitted?.();
      submitted += count;
      await context.onSubmitted(submitted);
      outcome = await decide();
    }
    await trace.drain();
    return { iterations: submitted, outcome };
  } finally {
    await preview?.finish();
    trace.destroy();
  }
}
