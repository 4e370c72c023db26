import type { LoopOutcome, RunObserver, RunOptions } from '../devices';
import type { Plan } from '../ir/plan';
import type { RunControl } from './control';
import type { CpuMemory } from './memory';
import { verdicts } from './walk';

/** Turns what the threads leave in shared memory into calls of an observer. */
export class ProgressReport {
  readonly #plan: Plan;
  readonly #memory: CpuMemory;
  readonly #run: RunControl;
  readonly #observer: RunObserver;
  readonly #previewEveryMs: number;
  #step = 0;
  #stepStarted = false;
  #isCutShort = false;
  #iterations = 0;
  #previewAt = 0;

  constructor(plan: Plan, memory: CpuMemory, run: RunControl, options: RunOptions) {
    this.#plan = plan;
    this.#memory = memory;
    this.#run = run;
    this.#observer = options.observer;
    this.#previewEveryMs = options.previewEveryMs;
  }

  /** After the last look: whether something of the plan was left undone. */
  get cancelled(): boolean {
    return this.#isCutShort || this.#step < this.#plan.steps.length;
  }

  /** Reports everything new; returns the step that runs now. */
  look(): number {
    while (this.#step < this.#plan.steps.length) {
      const step = this.#step;
      if (!this.#run.hasBegun(step)) break;
      // Asked first: losses that come after the answer belong to the next look.
      const isFinished = this.#run.isFinished(step);
      if (!this.#stepStarted) {
        this.#stepStarted = true;
        this.#observer.stepStarted?.(step);
      }
      this.#reportLosses(step);
      if (!isFinished) {
        this.#reportPreview(step);
        break;
      }
      const seconds = (this.#run.finishedMs(step) - this.#run.startedMs(step)) / 1000;
      const outcome = this.#outcome(step);
      if (outcome?.outcome === 'cancelled') this.#isCutShort = true;
      this.#observer.stepFinished?.(step, seconds, outcome);
      this.#step += 1;
      this.#stepStarted = false;
      this.#iterations = 0;
    }
    return this.#step;
  }

  #reportLosses(index: number): void {
    const step = this.#plan.steps[index];
    if (step?.kind !== 'loop') return;
    const iterations = this.#run.iterations(index);
    if (iterations <= this.#iterations) return;
    const { columns, lossNames } = step;
    const trace = this.#memory.arrayOf(step.trace);
    const rows: number[][] = [];
    for (let i = this.#iterations; i < iterations; i += 1) {
      rows.push(Array.from(trace.subarray(i * columns, i * columns + lossNames.length)));
    }
    this.#observer.losses?.(index, this.#iterations, rows);
    this.#iterations = iterations;
  }

  #reportPreview(index: number): void {
    const step = this.#plan.steps[index];
    if (step?.kind !== 'loop' || !step.preview || this.#previewEveryMs <= 0) return;
    if (performance.now() < this.#previewAt || this.#run.iterations(index) === 0) return;
    this.#previewAt = performance.now() + this.#previewEveryMs;
    // The threads write on meanwhile; a torn picture does no harm.
    const image = this.#memory.arrayOf(step.preview.buffer) as Float32Array;
    this.#observer.preview?.(index, Float32Array.from(image));
  }

  #outcome(index: number): LoopOutcome | undefined {
    const step = this.#plan.steps[index];
    if (step?.kind !== 'loop') return undefined;
    const iterations = this.#run.iterations(index);
    switch (this.#run.verdict(index)) {
      case verdicts.converged:
        return { iterations, outcome: 'converged' };
      case verdicts.cap:
        return { iterations, outcome: 'cap' };
      default:
        return { iterations, outcome: 'cancelled' };
    }
  }
}
