import type { LoopOutcome, RunOptions } from '../devices';
import type { LoopStep, Work } from '../ir/kernel-graph';
import { countedPasses } from '../ir/repeats';
import { hasConverged, rowNeededAt } from '../stop-rule';
import type { DeviceWatch } from './device-watch';
import type { EncodedPass } from './encode';
import { iterationsToSubmit, submitsInFlight } from './loop-pace';
import type { PassTimer } from './pass-timer';
import type { PlanMemory } from './plan-memory';
import { PreviewReader } from './preview-reader';
import { mostPassesUnheard, partsOf, recordPasses } from './record';
import { TraceReader } from './trace-reader';

export interface LoopContext {
  readonly device: GPUDevice;
  readonly memory: PlanMemory;
  readonly watch: DeviceWatch;
  readonly options: RunOptions;
  /** Present where passes are timed. */
  readonly timer?: PassTimer;
  /** Called with the number of iterations submitted so far. */
  onSubmitted(iterations: number): void;
}

/**
 * Runs a loop on the device: the recorded iteration is encoded many times a submit, and only losses
 * come back, behind the queue. Where the loop stops depends on them alone, never on timing.
 */
export async function runLoop(
  context: LoopContext,
  stepIndex: number,
  step: LoopStep,
  passes: readonly Work<EncodedPass>[],
): Promise<LoopOutcome> {
  const { device, memory, watch, options, timer } = context;
  const mostInPart = timer?.most ?? mostPassesUnheard;
  const length = countedPasses(passes).reduce((sum, { times }) => sum + times, 0);
  // Iterations that are submitted whole can share a submit.
  const whole = !timer && length <= mostInPart ? [...partsOf(passes, mostInPart)][0] : undefined;
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
    while (trace.arrived <= rowNeededAt(stop, submitted)) await trace.next();
    while (trace.underWay >= submitsInFlight(trace.secondsPerIteration)) await trace.next();
    if (signal.aborted) return 'cancelled';
    const isDone = hasConverged(stop, submitted, (...place) => trace.at(...place));
    return isDone ? 'converged' : undefined;
  };
  try {
    let outcome = await decide();
    while (outcome === undefined) {
      const count = whole
        ? iterationsToSubmit(submitted, stop.maxIterations, trace.secondsPerIteration)
        : 1;
      const label = `${step.origin}/${step.label}`;
      const encoder = device.createCommandEncoder({ label });
      if (whole) {
        const recorder = encoder.beginComputePass({ label });
        for (let i = 0; i < count; i += 1) recordPasses(recorder, whole);
        recorder.end();
      } else if (await submitInParts(context, stepIndex, label, partsOf(passes, mostInPart))) {
        outcome = 'cancelled';
        break;
      }
      const traceSubmitted = trace.record(encoder, submitted, count);
      const previewSubmitted = preview?.record(encoder);
      device.queue.submit([encoder.finish()]);
      traceSubmitted();
      previewSubmitted?.();
      submitted += count;
      context.onSubmitted(submitted);
      outcome = await decide();
    }
    await trace.drain();
    return { iterations: submitted, outcome };
  } finally {
    await preview?.finish();
    trace.destroy();
  }
}

/**
 * Submits passes part by part, each once the one before it is done, so that a wish to stop is heard
 * between them and no submit takes long.
 * @returns whether somebody wants to stop: then they were not all submitted
 */
export async function submitInParts(
  { device, watch, options, timer }: Pick<LoopContext, 'device' | 'watch' | 'options' | 'timer'>,
  stepIndex: number,
  label: string,
  parts: Iterable<readonly EncodedPass[]>,
): Promise<boolean> {
  let isFirst = true;
  for (const part of parts) {
    if (!isFirst) {
      if (!timer) await watch.wait(device.queue.onSubmittedWorkDone());
      if (options.signal.aborted) return true;
    }
    isFirst = false;
    const encoder = device.createCommandEncoder({ label });
    if (timer) {
      timer.record(encoder, part);
    } else {
      const recorder = encoder.beginComputePass({ label });
      recordPasses(recorder, part);
      recorder.end();
    }
    device.queue.submit([encoder.finish()]);
    if (timer) await watch.wait(timer.collect(stepIndex, part));
  }
  return false;
}
