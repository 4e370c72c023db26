import type { DialMoment, LoopOutcome, RunOptions, SharedExecution } from '../devices';
import type { HeldPlane } from '../held-plane';
import { HostPlane } from '../held-plane';
import { InternalError } from '../internal-error';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { DeviceWatch } from './device-watch';
import type { EncodedPass, EncodedPlan } from './encode';
import { GpuPlane } from './gpu-plane';
import { runOnHost } from './host-pass';
import { PassTimer } from './pass-timer';
import type { PlanMemory } from './plan-memory';
import { recordPasses } from './record';
import { runLoop } from './run-loop';

/** A plan on a GPU: its memory, and everything that recording it needs. */
export class GpuExecution implements SharedExecution {
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #memory: PlanMemory;
  readonly #encoded: EncodedPlan;
  readonly #watch: DeviceWatch;
  readonly #held = new Map<BufferId, GpuPlane>();
  /** First step and iteration that are not submitted yet. */
  #step = 0;
  #iteration = 0;
  #timer: PassTimer | undefined;

  constructor(
    device: GPUDevice,
    plan: Plan,
    memory: PlanMemory,
    encoded: EncodedPlan,
    watch: DeviceWatch,
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#memory = memory;
    this.#encoded = encoded;
    this.#watch = watch;
    for (const { value, initial } of plan.dials) {
      for (const buffer of plan.buffersOfValue.get(value) ?? []) {
        memory.write(buffer, Float32Array.of(initial));
      }
    }
  }

  get allocatedBytes(): number {
    return this.#memory.allocatedBytes;
  }

  write(buffer: BufferId, data: Float32Array): void {
    this.#memory.write(buffer, data);
  }

  async take(buffer: BufferId, plane: HeldPlane): Promise<void> {
    if (!(plane instanceof GpuPlane) || plane.device !== this.#device) {
      this.write(buffer, plane instanceof HostPlane ? plane.values : await plane.read());
      return;
    }
    const target = this.#memory.bindingOf(buffer);
    const encoder = this.#device.createCommandEncoder({ label: 'kept result' });
    encoder.copyBufferToBuffer(plane.buffer, 0, target.buffer, 0, target.size);
    this.#device.queue.submit([encoder.finish()]);
  }

  setDial(buffer: BufferId, value: number): DialMoment {
    // The queue keeps its order: what is submitted already runs with the old value.
    this.#memory.write(buffer, Float32Array.of(value));
    return { step: this.#step, iteration: this.#iteration };
  }

  async run(options: RunOptions): Promise<{ readonly cancelled: boolean }> {
    this.#watch.begin();
    this.#step = 0;
    this.#iteration = 0;
    this.#writeConstants();
    if (options.profile && this.#device.features.has('timestamp-query')) {
      this.#timer ??= new PassTimer(
        this.#device,
        this.#memory,
        this.#encoded.map((passes) => passes.length),
      );
    }
    const timer = options.profile ? this.#timer : undefined;
    try {
      for (let index = 0; index < this.#plan.steps.length; index += 1) {
        if (options.signal.aborted) return { cancelled: true };
        this.#watch.origin = this.#plan.steps[index]?.origin;
        // A program is submitted before anybody could turn something in it.
        this.#step = this.#plan.steps[index]?.kind === 'loop' ? index : index + 1;
        this.#iteration = 0;
        options.observer.stepStarted?.(index);
        const beganMs = performance.now();
        const outcome = await this.#runStep(index, options, timer);
        const seconds = (performance.now() - beganMs) / 1000;
        this.#step = index + 1;
        this.#iteration = 0;
        options.observer.stepFinished?.(index, seconds, outcome);
        if (outcome?.outcome === 'cancelled') return { cancelled: true };
      }
      return { cancelled: false };
    } finally {
      this.#watch.origin = undefined;
    }
  }

  async read(buffer: BufferId): Promise<Float32Array> {
    const [bytes] = await this.#watch.wait(this.#memory.read([buffer]));
    return new Float32Array(bytes as ArrayBuffer);
  }

  hold(buffer: BufferId): HeldPlane {
    const known = this.#held.get(buffer);
    known?.retain();
    if (known) return known;
    const { buffer: memory, size } = this.#memory.takeOut(buffer);
    const plane = new GpuPlane(this.#device, memory, size, this.#watch);
    this.#held.set(buffer, plane);
    return plane;
  }

  submit(): void {
    this.#writeConstants();
    const encoder = this.#device.createCommandEncoder({ label: 'program' });
    const recorder = encoder.beginComputePass({ label: 'program' });
    this.#encoded.forEach((passes, index) => {
      const isPlain = passes.every(({ kernel }) => kernel.gpu !== 'host');
      if (this.#plan.steps[index]?.kind !== 'program' || !isPlain) {
        throw new InternalError('A plan with loops or host kernels cannot be submitted at once.');
      }
      recordPasses(recorder, passes);
    });
    recorder.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  gpuBuffer(buffer: BufferId): GPUBuffer {
    return this.#memory.bindingOf(buffer).buffer;
  }

  passSeconds(): readonly (readonly number[])[] {
    return this.#timer?.seconds ?? [];
  }

  destroy(): void {
    this.#timer?.destroy();
    this.#memory.destroy();
  }

  async #runStep(
    index: number,
    options: RunOptions,
    timer: PassTimer | undefined,
  ): Promise<LoopOutcome | undefined> {
    const step = this.#plan.steps[index];
    const passes = this.#encoded[index];
    if (!step || !passes) throw new InternalError(`Step ${index} is not encoded.`);
    if (step.kind === 'program') {
      await this.#runProgram(index, passes, timer);
      return undefined;
    }
    return runLoop(
      {
        device: this.#device,
        memory: this.#memory,
        watch: this.#watch,
        options,
        ...(timer ? { record: (encoder, list) => timer.record(encoder, list) } : {}),
        onSubmitted: async (iterations) => {
          this.#iteration = iterations;
          if (timer) await this.#watch.wait(timer.collect(index, 0, passes.length));
        },
      },
      index,
      step,
      passes,
    );
  }

  /** Runs of device kernels share a compute pass; a host kernel waits for what came before it. */
  async #runProgram(
    index: number,
    passes: readonly EncodedPass[],
    timer: PassTimer | undefined,
  ): Promise<void> {
    let begin = 0;
    while (begin < passes.length) {
      const first = passes[begin] as EncodedPass;
      if (first.kernel.gpu === 'host') {
        await this.#watch.wait(runOnHost(first, this.#memory));
        begin += 1;
        continue;
      }
      const nextHost = passes.findIndex(
        ({ kernel }, place) => place > begin && kernel.gpu === 'host',
      );
      const end = nextHost < 0 ? passes.length : nextHost;
      const run = passes.slice(begin, end);
      const encoder = this.#device.createCommandEncoder({ label: first.pass.origin });
      if (timer) {
        timer.record(encoder, run);
      } else {
        const recorder = encoder.beginComputePass({ label: first.pass.origin });
        recordPasses(recorder, run);
        recorder.end();
      }
      this.#device.queue.submit([encoder.finish()]);
      if (timer) await this.#watch.wait(timer.collect(index, begin, run.length));
      begin = end;
    }
    await this.#watch.wait(this.#device.queue.onSubmittedWorkDone());
  }

  /** Constants may share memory with what comes after their last use, so every run sets them anew. */
  #writeConstants(): void {
    for (const { value, numbers } of this.#plan.constants) {
      for (const buffer of this.#plan.buffersOfValue.get(value) ?? []) {
        this.#memory.write(buffer, Float32Array.from(numbers));
      }
    }
  }
}
