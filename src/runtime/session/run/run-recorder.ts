import type {
  DeviceKind,
  LevelOutcome,
  LossPoints,
  NodeProgress,
  RunProgress,
  VolumeData,
} from '../../api/engine/engine-api';
import type { Descent } from '../../api/nodes/lowering-problem';
import type { LoopOutcome, RunObserver } from '../../devices';
import { InternalError } from '../../internal-error';
import type { LoopStep } from '../../ir/kernel-graph';
import type { OpGraph } from '../../ir/op-graph';
import type { Plan } from '../../ir/plan';
import { countedPasses } from '../../ir/repeats';
import { costOf } from '../plan-summary';
import { type NodeCompletion, settled } from './node-completion';

/** Least time between two messages, so that the page is not swept ten times a frame. */
const messageEveryMs = 100;

/** A loss that is not a number: where it was seen first. */
export interface NonFiniteLoss {
  readonly step: number;
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
  readonly #completion: NodeCompletion;
  readonly #iterations = new Map<number, number>();
  readonly #stepBytes: readonly number[];
  #nodes = new Map<string, NodeProgress>();
  #losses: LossPoints[] = [];
  #preview: (VolumeData & { readonly nodeId: string }) | undefined;
  #sentAt = 0;
  #firstLoss = new Map<number, number>();
  #lastLoss = new Map<number, number>();
  #bytesDone = 0;
  #iterationsOfStep = 0;
  #stepsFinished = 0;
  /** The first step of a node whose numbers turned out to be wrong. */
  #doubtfulFrom = Number.POSITIVE_INFINITY;
  readonly #startedMs = performance.now();

  constructor(
    runId: string,
    plan: Plan,
    device: DeviceKind,
    graph: OpGraph,
    completion: NodeCompletion,
    send: (progress: RunProgress) => void,
    onNonFinite: () => void,
  ) {
    this.#runId = runId;
    this.#plan = plan;
    this.#graph = graph;
    this.#send = send;
    this.#onNonFinite = onNonFinite;
    this.#completion = completion;
    this.#stepBytes = plan.steps.map((step) =>
      countedPasses(step.passes).reduce(
        (sum, { pass, times }) => sum + times * costOf(pass, device).bytes,
        0,
      ),
    );
  }

  /** Iterations that a step has run; of a program 1 where it has run. */
  iterationsOf(step: number): number {
    return this.#iterations.get(step) ?? 0;
  }

  /** How every loop of a node that has run began and ended, in their order. */
  descentsOf(nodeId: string): readonly Descent[] {
    return this.#plan.steps.flatMap((step, index) => {
      if (step.origin !== nodeId) return [];
      const first = this.#firstLoss.get(index);
      const last = this.#lastLoss.get(index);
      if (first === undefined || last === undefined) return [];
      return [{ first, last, iterations: this.iterationsOf(index) }];
    });
  }

  /** Whether all that a node gives is there, and none of it rests on what is known to be wrong. */
  isComplete(nodeId: string): boolean {
    const notFinite = this.nonFinite?.step ?? Number.POSITIVE_INFINITY;
    const sound = Math.min(this.#stepsFinished, notFinite, this.#doubtfulFrom);
    return (this.#completion.get(nodeId) ?? settled) < sound;
  }

  /** From now on nothing counts as complete that this node, or a step after its first, gave. */
  doubt(nodeId: string): void {
    const first = this.#plan.steps.findIndex(({ origin }) => origin === nodeId);
    if (first >= 0) this.#doubtfulFrom = Math.min(this.#doubtfulFrom, first);
  }

  /** Says where everything stands before the first step. */
  begin(
    cached: { has(nodeId: string): boolean },
    isTold: (nodeId: string) => boolean = () => false,
  ): void {
    for (const [nodeId, completion] of this.#completion) {
      if (isTold(nodeId)) continue;
      const state = cached.has(nodeId) ? 'cached' : completion === settled ? 'done' : 'waiting';
      this.#nodes.set(nodeId, { nodeId, state });
    }
    this.flush();
  }

  /** Says where everything stands after the last step: what is not complete will not be. */
  end(failedNode: string | undefined): void {
    for (const nodeId of this.#completion.keys()) {
      if (nodeId !== failedNode && this.isComplete(nodeId)) continue;
      this.#nodes.set(nodeId, { nodeId, state: nodeId === failedNode ? 'failed' : 'cancelled' });
    }
    this.flush();
  }

  readonly observer: RunObserver = {
    stepStarted: (step) => {
      const begun = this.#step(step);
      const nodeId = begun.origin;
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
      this.#iterations.set(index, outcome?.iterations ?? 1);
      if (outcome?.outcome !== 'cancelled') {
        this.#stepsFinished = index + 1;
        this.#completed(index);
      }
      this.#sendSoon();
    },
    losses: (index, firstIteration, rows) => {
      const step = this.#step(index);
      if (step.kind !== 'loop') return;
      const bad = rows.findIndex((row) => !row.every(Number.isFinite));
      if (bad >= 0 && !this.nonFinite) {
        this.nonFinite = {
          step: index,
          nodeId: step.origin,
          label: step.label,
          iteration: firstIteration + bad,
        };
        this.#onNonFinite();
      }
      const iteration = firstIteration + rows.length;
      this.#bytesDone += (this.#stepBytes[index] ?? 0) * (iteration - this.#iterationsOfStep);
      this.#iterationsOfStep = iteration;
      this.#iterations.set(index, iteration);
      const last = rows[rows.length - 1]?.[0];
      if (last !== undefined) this.#lastLoss.set(index, last);
      const first = rows[0]?.[0];
      if (first !== undefined && !this.#firstLoss.has(index)) this.#firstLoss.set(index, first);
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

  #completed(step: number): void {
    for (const [nodeId, completion] of this.#completion) {
      if (completion !== step || !this.isComplete(nodeId)) continue;
      const seconds = this.nodeSeconds[nodeId];
      this.#nodes.set(nodeId, {
        nodeId,
        state: 'done',
        ...(seconds === undefined ? {} : { seconds }),
      });
    }
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
