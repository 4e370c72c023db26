import type { Tensor1D, Variable } from '@tensorflow/tfjs';
import { spacingMm } from '../../../imaging/grid';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import type { NetworkWeight } from '../../api/data-kinds/network';
import type { TrainingRequest } from '../../api/nodes/training';
import { NetworkFileProblem } from '../files/network-file-problem';
import type { NetworkOnDevice } from '../network-on-device';
import type { ObjectiveOp } from '../tensor-op';
import type { TensorFlow } from '../tensorflow';
import { Adam } from './adam';
import type { Checkpoint } from './checkpoint';
import { lookAtPairs } from './validation';

/** Milliseconds between two checkpoints, and between two readings of losses from a device. */
const checkpointMs = 60_000;
const readLossesMs = 100;

/** Losses that wait to be read; more would hold too many steps on a GPU's queue. */
const mostWaiting = 16;

/** What is told of a training while it goes on, and asked of whoever started it. */
export interface TrainingObserver {
  readonly signal: AbortSignal;
  /** The learning rate of the next step. */
  learningRate(): number;
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
  /** Numbers of the look at the validation pairs that found them. */
  readonly best: Readonly<Record<string, number>>;
  readonly losses: readonly (readonly number[])[];
}

/** What is trained, on what, by what. */
export interface TrainingParts {
  readonly network: NetworkOnDevice;
  readonly objective: ObjectiveOp;
  /** Puts what else the objectives read of a pair in place. */
  showPair(pair: TrainingPair): void;
  readonly resume?: Checkpoint;
}

/**
 * Shows pair after pair and steps against the gradient of the objectives in the weights. Step `n` shows pair `n` and knows of
 * nothing else that changes, so that a training that is taken up again ends with the same bits.
 */
export async function trainNetwork(
  tf: TensorFlow,
  request: TrainingRequest,
  { network, objective, showPair, resume }: TrainingParts,
  observer: TrainingObserver,
): Promise<TrainingOutcome> {
  const { dataset, steps: mostSteps, validateEvery, patience } = request;
  const variables = network.trainable;
  const adam = new Adam(tf, variables);
  const axes = network.axes;
  const edgesMm = tf.keep(tf.tensor1d(axes.map((axis) => spacingMm(dataset.grid)[axis] ?? 1)));
  const losses: (readonly number[])[] = [];
  let looks: Checkpoint['looks'] = [];
  let best: Checkpoint['best'];
  let looksSinceBest = 0;
  let done = 0;
  // What has come further than it is asked for now is no way to there.
  if (
    resume &&
    resume.steps <= mostSteps &&
    fits(network, resume.weights) &&
    adam.remember(resume.optimizer)
  ) {
    ({ looks, best, looksSinceBest, steps: done } = resume);
    losses.push(...resume.losses);
    observer.losses(objective.names, losses);
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
    if (rows.length > 0) observer.losses(objective.names, rows);
    return rows.flat().every(Number.isFinite);
  };

  const step = (pair: TrainingPair): Tensor1D => {
    objective.setImages(pair.fixed, pair.moving);
    showPair(pair);
    const { value, grads } = tf.variableGrads(
      () => objective.loss(tf.mul(network.displacement(pair, true), edgesMm)),
      variables.map(({ variable }): Variable => variable),
    );
    adam.step(grads, done + 1, observer.learningRate());
    tf.dispose([value, grads]);
    return objective.terms();
  };

  const look = async (): Promise<void> => {
    const { numbers, warped } = await lookAtPairs(tf, dataset, {
      displacement: (pair) => network.displacement(pair, false),
      loss(pair, displacement) {
        objective.setImages(pair.fixed, pair.moving);
        showPair(pair);
        return objective.loss(tf.mul(displacement, edgesMm));
      },
    });
    looks = [...looks, { steps: done, numbers }];
    // Overlap says more than the loss where labels are known.
    const score = numbers['validation.dice'] ?? -(numbers['validation.loss'] ?? Number.NaN);
    looksSinceBest += 1;
    if (best === undefined || score > best.score) {
      best = { steps: done, score, weights: await network.weights() };
      looksSinceBest = 0;
    }
    observer.looked(done, numbers, warped);
  };

  const save = async (): Promise<void> => {
    savedMs = performance.now();
    await observer.save({
      steps: done,
      weights: await network.weights(),
      optimizer: await adam.memory(),
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
    const weights = best?.weights ?? (await network.weights());
    const found = looks.find(({ steps }) => steps === best?.steps);
    return { outcome, steps: done, weights, best: found?.numbers ?? {}, losses };
  };

  try {
    if (looks.length === 0) await look();
    while (done < mostSteps && !isSettled()) {
      if (observer.signal.aborted) {
        await readLosses();
        return await end('cancelled');
      }
      waiting.push(step(dataset.trainingPair(done)));
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
    tf.dispose(waiting);
    edgesMm.dispose();
    adam.dispose();
  }
}

/** Gives the network the weights of a checkpoint; false where they are those of another one. */
function fits(network: NetworkOnDevice, weights: readonly NetworkWeight[]): boolean {
  try {
    network.put(weights);
    return true;
  } catch (error) {
    if (error instanceof NetworkFileProblem) return false;
    throw error;
  }
}

/** Lets whatever arrived meanwhile be heard: a cancellation, a turned dial. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
