import type {
  LevelOutcome,
  LossPoints,
  NodeProgress,
  NodeState,
  RunProgress,
  VolumeData,
} from '../api/engine-api';
import type { LoopOutcome, RunObserver } from '../devices';
import { InternalError } from '../internal-error';
import type { LoopStep } from '../ir/kernel-graph';
import type { OpGraph } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import { costOf } from './plan-summary';

/** Least time between two messages, so that the page is not swept ten times a frame. */
const messageEveryMs = 100;

/** A loss that is not a number: where it was seen first. */
export interface NonFiniteLoss {
  readonly nodeId: string;
  readonly label: string;
  readonly iteration: number;
}

/**
 * Turns what a device reports about steps into what people see about nodes: states, times, losses,
 * previews and the time left; at most ten messages a second.
 */
export class RunRecorder {
  readonly nodeSeconds: Record<string, number> = {};
  readonly levels: LevelOutcome[] = [];
  nonFinite: NonFiniteLoss | undefined;
  readonly #runId: string;
  readonly #plan: Plan;
  readonly #graph: OpGraph;
  readonly #send: (progress: RunProgress) => void;
  readonly #onNonFinite: () => void;
  readonly #lastStepOf = new Map<string, number>();
  readonly #stepBytes: readonly number[];
  #nodes = new Map<string, NodeProgress>();
  #losses: LossPoints[] = [];
  #preview: (VolumeData & { readonly nodeId: string }) | undefined;
  #sentAt = 0;
  #lastLoss = new Map<number, number>();
  #bytesDone = 0;
  #iterationsOfStep = 0;
  #runningLabel = '';
  readonly #startedMs = performance.now();

  constructor(
    runId: string,
    plan: Plan,
    graph: OpGraph,
    send: (progress: RunProgress) => void,
    onNonFinite: () => void,
  ) {
    this.#runId = runId;
    this.#plan = plan;
    this.#graph = graph;
    this.#send = send;
    this.#onNonFinite = onNonFinite;
    plan.steps.forEach((step, index) => {
      this.#lastStepOf.set(step.origin, index);
    });
    this.#stepBytes = plan.steps.map((step) =>
      step.passes.reduce((sum, pass) => sum + costOf(pass).bytes, 0),
    );
  }

  /** Label of the loop that runs now; empty between loops. */
  get runningLabel(): string {
    return this.#runningLabel;
  }

  /** Sets nodes that are settled before or without any step. */
  mark(nodeIds: Iterable<string>, state: NodeState): void {
    for (const nodeId of nodeIds) this.#nodes.set(nodeId, { nodeId, state });
    this.#sendSoon();
  }

  readonly observer: RunObserver = {
    stepStarted: (step) => {
      const begun = this.#step(step);
      const nodeId = begun.origin;
      this.#runningLabel = begun.kind === 'loop' ? begun.label : '';
      this.#iterationsOfStep = 0;
      this.#nodes.set(nodeId, { nodeId, state: 'running' });
      this.#sendSoon();
    },
    stepFinished: (index, seconds, outcome) => {
      const step = this.#step(index);
      const nodeId = step.origin;
      this.nodeSeconds[nodeId] = (this.nodeSeconds[nodeId] ?? 0) + seconds;
      this.#bytesDone += (this.#stepBytes[index] ?? 0) * (outcome ? 0 : 1);
      if (step.kind === 'loop' && outcome) this.#levelEnded(index, step, outcome);
      if (this.#lastStepOf.get(nodeId) === index && outcome?.outcome !== 'cancelled') {
        this.#nodes.set(nodeId, {
          nodeId,
          state: 'done',
          seconds: this.nodeSeconds[nodeId] ?? 0,
        });
      }
      this.#sendSoon();
    },
    losses: (index, firstIteration, rows) => {
      const step = this.#step(index);
      if (step.kind !== 'loop') return;
      const bad = rows.findIndex((row) => !row.every(Number.isFinite));
      if (bad >= 0 && !this.nonFinite) {
        this.nonFinite = {
          nodeId: step.origin,
          label: step.label,
          iteration: firstIteration + bad,
        };
        this.#onNonFinite();
      }
      const iteration = firstIteration + rows.length;
      this.#bytesDone += (this.#stepBytes[index] ?? 0) * (iteration - this.#iterationsOfStep);
      this.#iterationsOfStep = iteration;
      const last = rows[rows.length - 1]?.[0];
      if (last !== undefined) this.#lastLoss.set(index, last);
      this.#losses.push({
        nodeId: step.origin,
        label: step.label,
        names: step.lossNames,
        firstIteration,
        rows,
      });
      this.#nodes.set(step.origin, {
        nodeId: step.origin,
        state: 'running',
        loop: { label: step.label, iteration, maxIterations: step.stop.maxIterations },
      });
      this.#sendSoon();
    },
    preview: (index, image) => {
      const step = this.#step(index);
      if (step.kind !== 'loop' || !step.preview) return;
      const type = this.#graph.types[step.preview.value];
      if (type?.kind !== 'field') return;
      this.#preview = {
        nodeId: step.origin,
        sizeVoxels: type.grid.sizeVoxels,
        worldFromVoxel: type.grid.worldFromVoxel,
        channels: 1,
        values: image,
      };
      this.#sendSoon();
    },
  };

  /** Sends what is left, whatever the time. */
  flush(): void {
    const preview = this.#preview;
    const secondsLeft = this.#secondsLeft();
    this.#send({
      runId: this.#runId,
      nodes: [...this.#nodes.values()],
      losses: this.#losses,
      ...(preview ? { preview } : {}),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    });
    this.#nodes = new Map();
    this.#losses = [];
    this.#preview = undefined;
    this.#sentAt = performance.now();
  }

  #sendSoon(): void {
    if (performance.now() - this.#sentAt >= messageEveryMs) this.flush();
  }

  #levelEnded(index: number, step: LoopStep, { iterations, outcome }: LoopOutcome): void {
    this.levels.push({
      nodeId: step.origin,
      label: step.label,
      iterations,
      maxIterations: step.stop.maxIterations,
      outcome,
      finalLoss: this.#lastLoss.get(index) ?? Number.NaN,
    });
    // Iterations that a level did not need count as done, or the estimate would never end.
    const bytes = this.#stepBytes[index] ?? 0;
    this.#bytesDone += bytes * (step.stop.maxIterations - this.#iterationsOfStep);
  }

  /** From the memory traffic that is left, at the speed so far; undefined in the first second. */
  #secondsLeft(): number | undefined {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    if (seconds < 1 || this.#bytesDone === 0) return undefined;
    const total = this.#plan.steps.reduce(
      (sum, step, index) =>
        sum + (this.#stepBytes[index] ?? 0) * (step.kind === 'loop' ? step.stop.maxIterations : 1),
      0,
    );
    return (seconds * Math.max(0, total - this.#bytesDone)) / this.#bytesDone;
  }

  #step(index: number): Plan['steps'][number] {
    const step = this.#plan.steps[index];
    if (!step) throw new InternalError(`A device reported step ${index}, which the plan has not.`);
    return step;
  }
}
