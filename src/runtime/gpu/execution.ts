import type { DialMoment, LoopOutcome, RunOptions, SharedExecution } from '../devices';
import type { HeldPlane } from '../held-plane';
import { HostPlane } from '../held-plane';
import { InternalError } from '../internal-error';
import type { BufferId, Work } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { inOrder, isRepeat, passesIn } from '../ir/repeats';
import type { DeviceWatch } from './device-watch';
import type { EncodedPass, EncodedPlan } from './encode';
import { GpuPlane } from './gpu-plane';
import { runOnHost } from './host-pass';
import { PassTimer } from './pass-timer';
import type { PlanMemory } from './plan-memory';
import { mostPassesUnheard, partsOf, recordPasses } from './record';
import { runLoop, submitInParts } from './run-loop';

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
        this.#encoded.map((passes) => passesIn(passes).length),
      );
    }
    const timer = options.profile ? this.#timer : undefined;
    try {
      for (let index = 0; index < this.#plan.steps.length; index += 1) {
        if (options.signal.aborted) return { cancelled: true };
        this.#watchStep(index);
        // A program is submitted before anybody could turn something in it.
        this.#step = this.#plan.steps[index]?.kind === 'loop' ? index : index + 1;
        this.#iteration = 0;
        options.observer.stepStarted?.(index);
        const beganMs = performance.now();
        const outcome = await this.#runStep(index, options, timer);
        const isProgram = this.#plan.steps[index]?.kind === 'program';
        if (isProgram && outcome?.outcome === 'cancelled') return { cancelled: true };
        const seconds = (performance.now() - beganMs) / 1000;
        this.#step = index + 1;
        this.#iteration = 0;
        options.observer.stepFinished?.(index, seconds, outcome);
        if (outcome?.outcome === 'cancelled') return { cancelled: true };
      }
      return { cancelled: false };
    } finally {
      this.#watch.origin = undefined;
      this.#watch.originOfLabel = new Map();
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
      const isPlain = passesIn(passes).every(({ kernel }) => kernel.gpu !== 'host');
      if (this.#plan.steps[index]?.kind !== 'program' || !isPlain) {
        throw new InternalError('A plan with loops or host kernels cannot be submitted at once.');
      }
      recordPasses(recorder, inOrder(passes));
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
      const isCutShort = await this.#runProgram(index, passes, options, timer);
      return isCutShort ? { iterations: 0, outcome: 'cancelled' } : undefined;
    }
    return runLoop(
      {
        device: this.#device,
        memory: this.#memory,
        watch: this.#watch,
        options,
        ...(timer ? { timer } : {}),
        onSubmitted: (iterations) => {
          this.#iteration = iterations;
        },
      },
      index,
      step,
      passes,
    );
  }

  /**
   * Runs of device kernels share a compute pass; a host kernel waits for what came before it.
   * @returns whether somebody wanted to stop before all was submitted
   */
  async #runProgram(
    index: number,
    works: readonly Work<EncodedPass>[],
    options: RunOptions,
    timer: PassTimer | undefined,
  ): Promise<boolean> {
    const context = {
      device: this.#device,
      watch: this.#watch,
      options,
      ...(timer ? { timer } : {}),
    };
    const most = timer?.most ?? mostPassesUnheard;
    let together: Work<EncodedPass>[] = [];
    const submit = async (): Promise<boolean> => {
      const [first] = passesIn(together);
      const parts = partsOf(together, most);
      together = [];
      return first ? submitInParts(context, index, first.pass.origin, parts) : false;
    };
    for (const work of works) {
      if (isRepeat(work) || work.kernel.gpu !== 'host') {
        together.push(work);
        continue;
      }
      if (await submit()) return true;
      // Whose kernel it is, not whose step: it may throw.
      this.#watch.origin = work.pass.origin;
      await this.#watch.wait(runOnHost(work, this.#memory));
      this.#watchStep(index);
    }
    if (await submit()) return true;
    await this.#watch.wait(this.#device.queue.onSubmittedWorkDone());
    return false;
  }

  /**
   * From now on a failure is that of the pass it names; where it names none, that of the node of all
   * passes, or of the step where they are of several.
   */
  #watchStep(index: number): void {
    const passes = passesIn(this.#encoded[index] ?? []);
    const origins = new Set(passes.map(({ pass }) => pass.origin));
    const [only] = origins;
    this.#watch.origin = origins.size === 1 ? only : this.#plan.steps[index]?.origin;
    this.#watch.originOfLabel = new Map(passes.map(({ label, pass }) => [label, pass.origin]));
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
