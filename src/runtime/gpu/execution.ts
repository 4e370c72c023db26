import { DeviceFailure, type DialMoment, type RunOptions, type SharedExecution } from '../devices';
import type { HeldPlane } from '../held-plane';
import { HostPlane } from '../held-plane';
import { InternalError } from '../internal-error';
import { type BufferId, type Work, wholeOf } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { countedPasses, inOrder, isRepeat, passesIn } from '../ir/repeats';
import { type ElementType, type PlaneArray, planeArrays } from '../ir/values';
import { LateInputs, requireElements } from '../late-inputs';
import type { DeviceWatch } from './device-watch';
import { type EncodedPass, type EncodedPlan, originsByLabel } from './encode';
import { GpuPlane, HeldMemory } from './gpu-plane';
import { runOnHost } from './host-pass';
import { PassTimer } from './pass-timer';
import type { PlanMemory } from './plan-memory';
import { mostPassesUnheard, partsOf, recordPasses } from './record';
import { refusedPass } from './refused-pass';
import { runLoop, submitInParts } from './run-loop';
import { StepsUnderWay } from './steps-under-way';

/** A plan on a GPU: its memory, and everything that recording it needs. */
export class GpuExecution implements SharedExecution {
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #memory: PlanMemory;
  readonly #encoded: EncodedPlan;
  readonly #watch: DeviceWatch;
  readonly #late: LateInputs<PlaneArray | GpuPlane>;
  readonly #held = new Map<BufferId, GpuPlane>();
  /** Memory that planes are held in, by the buffer that has it. */
  readonly #heldMemory = new Map<BufferId, HeldMemory>();
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
    this.#late = new LateInputs(plan);
    for (const { value, initial } of plan.dials) {
      for (const buffer of plan.buffersOfValue.get(value) ?? []) {
        memory.write(buffer, Float32Array.of(initial));
      }
    }
  }

  get allocatedBytes(): number {
    return this.#memory.allocatedBytes;
  }

  write(buffer: BufferId, data: PlaneArray): void {
    requireElements(this.#plan, buffer, data);
    if (this.#late.has(buffer)) this.#keep(buffer, data, data.byteLength);
    else this.#memory.write(buffer, data);
  }

  async take(buffer: BufferId, plane: HeldPlane): Promise<void> {
    if (!(plane instanceof GpuPlane) || plane.device !== this.#device) {
      this.write(buffer, plane instanceof HostPlane ? plane.values : await plane.read());
      return;
    }
    if (!this.#late.has(buffer)) return this.#copy(buffer, plane);
    plane.retain();
    this.#keep(buffer, plane, plane.bytes);
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
    const underWay = new StepsUnderWay(this.#device.queue, this.#watch, (index, seconds) =>
      options.observer.stepFinished?.(index, seconds),
    );
    let index = 0;
    this.#watch.originOfLabel = originsByLabel(this.#plan);
    try {
      for (; index < this.#plan.steps.length; index += 1) {
        const isCancelled =
          options.signal.aborted || (await this.#runStep(index, options, timer, underWay));
        if (!isCancelled) continue;
        // What was submitted runs to its end, and is a result.
        await underWay.drain();
        return { cancelled: true };
      }
      await underWay.drain();
      return { cancelled: false };
    } catch (error) {
      underWay.abandon();
      throw await this.#placed(error, underWay.oldest ?? index, index);
    } finally {
      this.#watch.originOfLabel = new Map();
    }
  }

  async read(buffer: BufferId): Promise<PlaneArray> {
    const [bytes] = await this.#watch.wait(this.#memory.read([buffer]));
    return new planeArrays[this.#elementOf(buffer)](bytes as ArrayBuffer);
  }

  hold(buffer: BufferId): HeldPlane {
    const known = this.#held.get(buffer);
    known?.retain();
    if (known) return known;
    const whole = wholeOf(this.#plan.buffers, buffer);
    const memory =
      this.#heldMemory.get(whole) ?? new HeldMemory(this.#device, this.#memory.takeOut(whole));
    this.#heldMemory.set(whole, memory);
    const { offset, size } = this.#memory.bindingOf(buffer);
    const plane = new GpuPlane(
      memory,
      { offset, size, element: this.#elementOf(buffer) },
      this.#watch,
    );
    this.#held.set(buffer, plane);
    return plane;
  }

  submit(): void {
    this.#writeConstants();
    if (this.#plan.arrivals.size > 0) {
      throw new InternalError('A plan whose inputs come late cannot be submitted at once.');
    }
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
    if (this.#plan.buffers[buffer]?.within) {
      throw new InternalError('A plane that lies with others has no buffer of its own.');
    }
    return this.#memory.bindingOf(buffer).buffer;
  }

  passSeconds(): readonly (readonly number[])[] {
    return this.#timer?.seconds ?? [];
  }

  destroy(): void {
    this.#timer?.destroy();
    for (const plane of this.#late.planes()) if (plane instanceof GpuPlane) plane.release();
    this.#memory.destroy();
  }

  #keep(buffer: BufferId, plane: PlaneArray | GpuPlane, bytes: number): void {
    const before = this.#late.keep(buffer, plane, bytes);
    if (before instanceof GpuPlane) before.release();
  }

  #elementOf(buffer: BufferId): ElementType {
    return this.#plan.buffers[buffer]?.type ?? 'f32';
  }

  #copy(buffer: BufferId, plane: GpuPlane): void {
    const target = this.#memory.bindingOf(buffer);
    const encoder = this.#device.createCommandEncoder({ label: 'kept result' });
    encoder.copyBufferToBuffer(
      plane.buffer,
      plane.offset,
      target.buffer,
      target.offset,
      target.size,
    );
    this.#device.queue.submit([encoder.finish()]);
  }

  /** @returns whether somebody wanted to stop before all of it was submitted */
  async #runStep(
    index: number,
    options: RunOptions,
    timer: PassTimer | undefined,
    underWay: StepsUnderWay,
  ): Promise<boolean> {
    const step = this.#plan.steps[index];
    const passes = this.#encoded[index];
    if (!step || !passes) throw new InternalError(`Step ${index} is not encoded.`);
    const bytes = step.kind === 'program' ? bytesOf(passes) : 0;
    await underWay.makeRoomFor(bytes);
    if (options.signal.aborted) return true;
    // The queue keeps its order: the memory is free once what was submitted before is done.
    for (const [buffer, plane] of this.#late.dueAt(index)) {
      if (plane instanceof GpuPlane) this.#copy(buffer, plane);
      else this.#memory.write(buffer, plane);
    }
    // A program is submitted before anybody could turn something in it.
    this.#step = step.kind === 'loop' ? index : index + 1;
    this.#iteration = 0;
    options.observer.stepStarted?.(index);
    const beganMs = performance.now();
    if (step.kind === 'program') {
      if (await this.#submitProgram(index, passes, options, timer)) return true;
      underWay.submitted(index, bytes, beganMs);
      return false;
    }
    const outcome = await runLoop(
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
    await underWay.drain();
    this.#step = index + 1;
    this.#iteration = 0;
    options.observer.stepFinished?.(index, underWay.secondsSince(beganMs), outcome);
    return outcome.outcome === 'cancelled';
  }

  /**
   * Submits a program. Runs of device kernels share a compute pass; a host kernel waits for what came
   * before it.
   * @returns whether somebody wanted to stop before all was submitted
   */
  async #submitProgram(
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
      await this.#watch.wait(runOnHost(work, this.#memory));
    }
    return submit();
  }

  /**
   * An error with the node it is about: that of the pass it names or that the device refuses, else that of
   * the step which the device was at.
   */
  async #placed(error: unknown, from: number, to: number): Promise<unknown> {
    if (!(error instanceof DeviceFailure) || error.origin !== undefined) return error;
    const suspects = this.#encoded.slice(from, to + 1).flatMap(passesIn);
    const refused =
      error.reason === 'kernel' ? await refusedPass(this.#device, suspects) : undefined;
    const passes = passesIn(this.#encoded[from] ?? []);
    const origins = new Set(passes.map(({ pass }) => pass.origin));
    const [only] = origins;
    const ofStep = origins.size === 1 ? only : this.#plan.steps[from]?.origin;
    return new DeviceFailure(error.reason, error.message, refused?.pass.origin ?? ofStep);
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

/** Bytes that the passes of a program move. */
function bytesOf(works: readonly Work<EncodedPass>[]): number {
  return countedPasses(works).reduce(
    // The kernel's own types were erased where it was listed.
    (sum, { pass: { pass, kernel }, times }) =>
      sum +
      times *
        (kernel.bytesOnGpu?.(pass.parameters as never) ??
          kernel.cost(pass.parameters as never).bytes),
    0,
  );
}
