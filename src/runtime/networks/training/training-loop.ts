import type { Tensor1D } from '@tensorflow/tfjs';
import type { NetworkWeight } from '../../api/data-kinds/network';
import type { TrainingLength } from '../../api/nodes/training';
import type { Checkpoint } from './checkpoint';
import type { Look } from './validation';

/** Milliseconds between two checkpoints, and between two readings of losses from a device. */
const checkpointMs = 60_000;
const readLossesMs = 100;

/** Losses that wait to be read; more would hold too many steps on a GPU's queue. */
const mostWaiting = 16;

/** What is told of a training while it goes on, and asked of whoever started it. */
export interface TrainingObserver {
  readonly signal: AbortSignal;
  /** A parameter of the node that learns, as it is turned at the moment, such as `learningRate`. */
  setting(parameter: string): number;
  /** Losses of further steps, in order and without gaps: a row a step, the loss and each objective before its weight. */
  losses(names: readonly string[], rows: readonly (readonly number[])[]): void;
  /** A look at the validation pairs, with the first of them as it is warped now. */
  looked(steps: number, numbers: Readonly<Record<string, number>>, warped: Float32Array): void;
  save(checkpoint: Checkpoint): Promise<void>;
}

/** How a training ended. */
export interface TrainingOutcome {
  readonly outcome: 'converged' | 'cap' | 'cancelled' | 'not-finite';
  readonly steps: number;
  /** Those that did best on the validation pairs. */
  readonly weights: readonly NetworkWeight[];
  /** Numbers of the look at the validation pairs that found them, and of the first look. */
  readonly best: Readonly<Record<string, number>>;
  readonly first: Readonly<Record<string, number>>;
  readonly losses: readonly (readonly number[])[];
}

/**
 * What learns: one network, or several that learn in turn. A step knows of its number and of nothing else that changes, so
 * that a training that is taken up again ends with the same bits.
 */
export interface Learner {
  /** Of the losses of a step: first what is made small. */
  readonly names: readonly string[];
  /** Step number `step`, from 0. Its losses, on the device; the caller disposes of them. */
  step(step: number): Tensor1D | Promise<Tensor1D>;
  /** A look at the validation pairs after so many steps, and how good that is: larger is better. */
  look(steps: number): Promise<Look & { readonly score: number }>;
  /** All that it has learned so far. */
  weights(): Promise<readonly NetworkWeight[]>;
  /** What its optimizers remember. */
  memory(): Promise<readonly NetworkWeight[]>;
  /** Goes on from there; false where that is of another learner, which is then to begin anew. */
  remember(checkpoint: Pick<Checkpoint, 'weights' | 'optimizer'>): boolean;
}

/** Steps, looks at the validation pairs, tells of both, and keeps what was learned, to the end or until it is cancelled. */
export async function trainInSteps(
  learner: Learner,
  { steps: mostSteps, validateEvery, patience }: TrainingLength,
  resume: Checkpoint | undefined,
  observer: TrainingObserver,
): Promise<TrainingOutcome> {
  const losses: (readonly number[])[] = [];
  let looks: Checkpoint['looks'] = [];
  let best: Checkpoint['best'];
  let looksSinceBest = 0;
  let done = 0;
  // What has come further than it is asked for now is no way to there.
  if (resume && resume.steps <= mostSteps && learner.remember(resume)) {
    ({ looks, best, looksSinceBest, steps: done } = resume);
    losses.push(...resume.losses);
    observer.losses(learner.names, losses);
  }
  const waiting: Tensor1D[] = [];
  let [savedMs, readMs] = [performance.now(), performance.now()];

  const readLosses = async (): Promise<boolean> => {
    const first = losses.length;
    for (const terms of waiting.splice(0)) {
      losses.push([...(await terms.data())]);
      terms.dispose();
    }
    readMs = performance.now();
    const rows = losses.slice(first);
    if (rows.length > 0) observer.losses(learner.names, rows);
    return rows.flat().every(Number.isFinite);
  };

  const look = async (): Promise<void> => {
    const { numbers, warped, score } = await learner.look(done);
    looks = [...looks, { steps: done, numbers }];
    looksSinceBest += 1;
    if (best === undefined || score > best.score) {
      best = { steps: done, score, weights: await learner.weights() };
      looksSinceBest = 0;
    }
    observer.looked(done, numbers, warped);
  };

  const save = async (): Promise<void> => {
    savedMs = performance.now();
    await observer.save({
      steps: done,
      weights: await learner.weights(),
      optimizer: await learner.memory(),
      ...(best ? { best } : {}),
      looksSinceBest,
      looks,
      losses,
    });
  };

  const isSettled = (): boolean => patience > 0 && looksSinceBest >= patience;

  const end = async (outcome: TrainingOutcome['outcome']): Promise<TrainingOutcome> => {
    if (outcome !== 'not-finite') await save();
    // A last look between two others is no part of the checkpoint: who goes on for more steps would not have had it.
    if (outcome === 'cap' && looks.at(-1)?.steps !== done) await look();
    const weights = best?.weights ?? (await learner.weights());
    const found = looks.find(({ steps }) => steps === best?.steps);
    const numbers = { best: found?.numbers ?? {}, first: looks[0]?.numbers ?? {} };
    return { outcome, steps: done, weights, ...numbers, losses };
  };

  try {
    if (looks.length === 0) await look();
    while (done < mostSteps && !isSettled()) {
      if (observer.signal.aborted) {
        await readLosses();
        return await end('cancelled');
      }
      waiting.push(await learner.step(done));
      done += 1;
      const isDue = waiting.length >= mostWaiting || performance.now() - readMs > readLossesMs;
      const looksNow = done % validateEvery === 0;
      const isRead = isDue || looksNow || done === mostSteps;
      if (isRead && !(await readLosses())) return await end('not-finite');
      if (looksNow) await look();
      if (performance.now() - savedMs > checkpointMs) await save();
      await breathe();
    }
    return await end(isSettled() ? 'converged' : 'cap');
  } finally {
    for (const terms of waiting) terms.dispose();
  }
}

/** Lets whatever arrived meanwhile be heard: a cancellation, a turned dial. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
