import type { Scalar, Tensor1D, Variable } from '@tensorflow/tfjs';
import { spacingMm } from '../../../imaging/grid';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import type { NetworkWeight } from '../../api/data-kinds/network';
import type { TrainingRequest } from '../../api/nodes/training';
import { NetworkFileProblem } from '../files/network-file-problem';
import type { NetworkOnDevice, Told } from '../network-on-device';
import type { ObjectiveOp } from '../tensor-op';
import type { TensorFlow } from '../tensorflow';
import { Adam } from './adam';
import type { Checkpoint } from './checkpoint';
import { drawOfStep, shareOfStep } from './draws';
import { lookAtPairs, lookForShares, sharesLookedAt } from './validation';

/** Milliseconds between two checkpoints, and between two readings of losses from a device. */
const checkpointMs = 60_000;
const readLossesMs = 100;

/** Losses that wait to be read; more would hold too many steps on a GPU's queue. */
const mostWaiting = 16;

/** What a network costs by itself that says how sure it is, as it is called among the losses. */
const divergenceName = 'kl-divergence';

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
  /** Numbers of the look at the validation pairs that found them, and of the first look. */
  readonly best: Readonly<Record<string, number>>;
  readonly first: Readonly<Record<string, number>>;
  readonly losses: readonly (readonly number[])[];
}

/** What is trained, on what, by what. */
export interface TrainingParts {
  readonly network: NetworkOnDevice;
  readonly objective: ObjectiveOp;
  /** Puts what else the objectives read of a pair in place. */
  showPair(pair: TrainingPair): void;
  /** Of a network that is told how much regularization counts: weighs the objectives for a share of 0 to 1. */
  readonly weighFor?: (share: number) => void;
  readonly resume?: Checkpoint;
}

/**
 * Shows pair after pair and steps against the gradient of the objectives in the weights. Step `n` shows pair `n` and knows of
 * nothing else that changes, so that a training that is taken up again ends with the same bits.
 */
export async function trainNetwork(
  tf: TensorFlow,
  request: TrainingRequest,
  { network, objective, showPair, weighFor, resume }: TrainingParts,
  observer: TrainingObserver,
): Promise<TrainingOutcome> {
  const { dataset, steps: mostSteps, validateEvery, patience, adaptation } = request;
  const { seed } = request.network;
  const names = network.hasPosterior ? [...objective.names, divergenceName] : objective.names;
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
    observer.losses(names, losses);
  }
  const shares = network.condition && (adaptation ? [adaptation.regularization] : sharesLookedAt);
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
    if (rows.length > 0) observer.losses(names, rows);
    return rows.flat().every(Number.isFinite);
  };

  const show = (pair: TrainingPair, regularization: number | undefined): void => {
    objective.setImages(pair.fixed, pair.movingInFixedContrast ?? pair.moving);
    showPair(pair);
    if (regularization !== undefined) weighFor?.(regularization);
  };

  const step = (pair: TrainingPair): Tensor1D => {
    const regularization =
      network.condition && (adaptation?.regularization ?? shareOfStep(seed, done));
    const told: Told = { learns: true, regularization, draw: drawOfStep(seed, done) };
    show(pair, regularization);
    let kept: Scalar | undefined;
    const { value, grads } = tf.variableGrads(
      () => {
        const { displacement, divergence, localWeight } = network.estimate(pair, told);
        const loss = objective.loss(tf.mul(displacement, edgesMm), localWeight);
        if (!divergence) return loss;
        kept = tf.keep(divergence);
        return tf.add(loss, divergence) as Scalar;
      },
      variables.map(({ variable }): Variable => variable),
    );
    adam.step(grads, done + 1, observer.learningRate());
    const terms = termsWith(tf, objective.terms(), kept);
    tf.dispose([value, grads]);
    kept?.dispose();
    return terms;
  };

  const look = async (): Promise<void> => {
    const { numbers, warped } = await lookForShares(shares, (share) =>
      lookAtPairs(tf, dataset, {
        estimate: (pair) => network.estimate(pair, { learns: false, regularization: share }),
        loss(pair, { displacement, divergence, localWeight }) {
          show(pair, share);
          const loss = objective.loss(tf.mul(displacement, edgesMm), localWeight);
          return divergence ? (tf.add(loss, divergence) as Scalar) : loss;
        },
      }),
    );
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

/** Losses of a step with what the network costs by itself: added to the sum, and named last. */
function termsWith(tf: TensorFlow, terms: Tensor1D, divergence: Scalar | undefined): Tensor1D {
  if (!divergence) return terms;
  const all = tf.tidy(() => {
    const one = divergence.reshape<Tensor1D>([1]);
    return tf.concat1d([terms.slice(0, 1).add(one), terms.slice(1), one]);
  });
  terms.dispose();
  return all;
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
