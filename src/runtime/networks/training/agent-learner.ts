import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import {
  identityMatrix,
  invertMatrix,
  type Matrix3x4,
  multiplyMatrices,
} from '../../../imaging/frames';
import { deriveSeed, uniformStream } from '../../../imaging/phantoms/random';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import type { AgentTraining } from '../../api/nodes/training';
import { movedImage } from '../agents/moved-image';
import { rigidSteps } from '../agents/rigid-steps';
import { rollOut } from '../agents/roll-out';
import { agentSettings, judgementsOf, type SeenPair, statesAsInputs } from '../agents/states';
import type { ModelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import { LearningNetworks } from './learning-networks';
import type { Learner, TrainingObserver } from './training-loop';

/** What is drawn, so that draws of one seed do not follow each other. */
const [ofStep, ofValidation] = [0xa6e, 0xa6f];

/** Every other motion that is shown is within this share of the range: most of a walk is near its end. */
const nearShare = 0.25;

/** How much the error of the value counts beside the policy, as is usual. */
const valueWeight = 0.5;

/** Steps that a validation pair is given. */
const mostSteps = 100;

/** Some motions of one pair, which is what an agent sees. */
interface Shown {
  readonly pair: TrainingPair;
  /** What is left of the way in each state. */
  readonly lefts: readonly Matrix3x4[];
}

/**
 * An agent that learns which steps to take. Images of a pair lie upon each other; step `n` moves the moving image of pair `n` by some
 * motions, which are thereby known, and shows it so to the network.
 *
 * Action values are learned by the mean squared difference to what each step is worth, which follows from the motion. Policy and value
 * learn from walks: steps are drawn by the policy, and rewarded by how much less the landmarks are off.
 */
export function agentLearner(
  tf: TensorFlow,
  request: AgentTraining,
  model: ModelOnDevice,
  setting: TrainingObserver['setting'],
) {
  const { dataset, range, poses, discount } = request;
  const { seed } = request.network;
  const { heads, stepMm, stepDegrees } = agentSettings(model);
  const steps = rigidSteps(dataset.grid, { stepMm, stepDegrees });
  const networks = new LearningNetworks(tf, [['network', model] as const]);
  const variables = networks.variables('network');

  const seen = ({ fixed, moving }: TrainingPair, left: Matrix3x4): SeenPair => ({
    fixed,
    moving: movedImage(
      dataset.grid,
      { plane: moving, sizeVoxels: dataset.grid.sizeVoxels },
      invertMatrix(left),
    ),
  });
  const update = (step: number, loss: () => Scalar): void => {
    const { value, grads } = tf.variableGrads(loss, variables);
    networks.step('network', grads, step, setting('learningRate'));
    tf.dispose([value, grads]);
  };
  const begin = (step: number): Shown & { readonly next: () => number } => {
    const next = uniformStream(deriveSeed(deriveSeed(seed, ofStep), step));
    const lefts = Array.from({ length: poses }, (_, pose) => {
      const share = pose % 2 === 0 ? 1 : nearShare;
      return steps.motion(range, () => share * (2 * next() - 1));
    });
    return { pair: dataset.trainingPair(step), lefts, next };
  };

  const valuesStep = (step: number): Tensor1D => {
    const { pair, lefts } = begin(step);
    const worths = lefts.map((left) => [...steps.worth(left, discount)]);
    let kept: Scalar | undefined;
    update(step, () => {
      const inputs = statesAsInputs(
        tf,
        model,
        lefts.map((left) => seen(pair, left)),
      );
      const off = tf.sub(model.apply(inputs, true), tf.tensor2d(worths));
      const error = tf.mean(tf.square(off)).asScalar();
      kept = tf.keep(error.clone());
      return error;
    });
    return asTerms(tf, [kept as Scalar]);
  };

  const policyStep = async (step: number): Promise<Tensor1D> => {
    const { pair, lefts, next } = begin(step);
    const walked = await walk({ pair, lefts }, next);
    const { returns, advantages, chosen, states } = walked;
    let kept: readonly Scalar[] = [];
    update(step, () => {
      const [logits, value] = model.outputs(statesAsInputs(tf, model, states), true) as [
        Tensor,
        Tensor,
      ];
      const off = tf.sub(tf.tensor1d(returns), value.reshape([-1]));
      const log = tf.logSoftmax(logits);
      const taken = tf.sum(
        tf.mul(log, tf.oneHot(tf.tensor1d(chosen, 'int32'), steps.steps.length)),
        -1,
      );
      const policy = tf.neg(tf.mean(tf.mul(taken, tf.tensor1d(advantages)))).asScalar();
      const error = tf.mean(tf.square(off)).asScalar();
      const entropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(log), log), -1))).asScalar();
      const total = tf
        .add(policy, tf.sub(tf.mul(error, valueWeight), tf.mul(entropy, setting('entropyWeight'))))
        .asScalar();
      kept = [total, policy, error, entropy].map((term) => tf.keep(term.clone()));
      return total;
    });
    return asTerms(tf, [...kept, walked.reward]);
  };

  /** Walks of some steps each, drawn by the policy, and what each step of them was rewarded by, all that came later included. */
  const walk = async ({ pair, lefts }: Shown, next: () => number) => {
    const states: SeenPair[] = [];
    const chosen: number[] = [];
    const values: number[] = [];
    const rewards: number[][] = [];
    let now = lefts;
    for (let n = 0; n < request.walk; n += 1) {
      const views = now.map((left) => seen(pair, left));
      const judged = await judgementsOf(tf, model, views);
      const drawn = judged.map((judgement) => drawnStep(judgement.steps, next()));
      const after = now.map((left, index) => steps.after(left, drawn[index] as number));
      rewards.push(
        now.map((left, index) => {
          const gained =
            steps.landmarkErrorMm(left) - steps.landmarkErrorMm(after[index] as Matrix3x4);
          return gained / stepMm;
        }),
      );
      states.push(...views);
      chosen.push(...drawn);
      values.push(...judged.map(({ left }) => left));
      now = after;
    }
    const ends = await judgementsOf(
      tf,
      model,
      now.map((left) => seen(pair, left)),
    );
    let later = ends.map(({ left }) => left);
    const returns = [...rewards].reverse().map((row) => {
      later = row.map((reward, index) => reward + discount * (later[index] as number));
      return later;
    });
    const all = rewards.flat();
    const expected = returns.reverse().flat();
    return {
      states,
      chosen,
      returns: expected,
      // Numbers, not tensors: what the value learns is told by its own error alone.
      advantages: expected.map((total, index) => total - (values[index] as number)),
      reward: all.reduce((sum, reward) => sum + reward, 0) / all.length,
    };
  };

  const learner: Learner = {
    names:
      heads === 'action-values'
        ? ['squared-error']
        : ['total', 'policy', 'squared-error', 'entropy', 'reward'],
    step: heads === 'action-values' ? valuesStep : policyStep,
    async look() {
      const next = uniformStream(deriveSeed(seed, ofValidation));
      const pairs = Array.from({ length: dataset.validationPairs }, (_, n) => ({
        pair: dataset.validationPair(n),
        truth: steps.motion(range, () => 2 * next() - 1),
      }));
      const leftAt = (walk: number, pose: Matrix3x4): Matrix3x4 =>
        multiplyMatrices(invertMatrix(pose), pairs[walk]?.truth ?? identityMatrix);
      const ends = await rollOut(
        pairs.map(() => identityMatrix),
        mostSteps,
        {
          endsAtNothing: heads === 'action-values',
          step: (pose, step) => multiplyMatrices(pose, steps.steps[step] ?? identityMatrix),
          judge: (states) =>
            judgementsOf(
              tf,
              model,
              states.map(({ walk, pose }) =>
                seen(pairs[walk]?.pair as TrainingPair, leftAt(walk, pose)),
              ),
            ),
        },
      );
      const error = mean(ends.map(({ pose }, n) => steps.landmarkErrorMm(leftAt(n, pose))));
      const [first, firstEnd] = [pairs[0], ends[0]];
      return {
        score: -error,
        numbers: {
          'validation.error.before': mean(pairs.map(({ truth }) => steps.landmarkErrorMm(truth))),
          'validation.error': error,
          'validation.settled': mean(ends.map(({ settled }) => (settled ? 1 : 0))),
        },
        warped:
          first && firstEnd
            ? seen(first.pair, leftAt(0, firstEnd.pose)).moving
            : new Float32Array(0),
      };
    },
    weights: () => networks.weights(),
    memory: () => networks.memory(),
    remember: (checkpoint) => networks.remember(checkpoint),
  };
  return { learner, dispose: () => networks.dispose() };
}

/** Losses of a step as they are told; what is kept is let go. */
function asTerms(tf: TensorFlow, kept: readonly (Scalar | number)[]): Tensor1D {
  const terms = tf.tidy(() =>
    tf.concat1d(
      kept.map((term) =>
        typeof term === 'number' ? tf.tensor1d([term]) : term.reshape<Tensor1D>([1]),
      ),
    ),
  );
  for (const term of kept) if (typeof term !== 'number') term.dispose();
  return terms;
}

/** A step by how likely each is, from the logarithms of that. */
function drawnStep(logits: readonly number[], even: number): number {
  const largest = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - largest));
  let left = even * shares.reduce((sum, share) => sum + share, 0);
  const found = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return found < 0 ? logits.length - 1 : found;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
