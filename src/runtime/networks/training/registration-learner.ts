import type { NamedTensorMap, Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import { spacingMm } from '../../../imaging/grid';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import type { RegistrationTraining } from '../../api/nodes/training';
import type { NetworkOnDevice, Told } from '../network-on-device';
import type { ObjectiveOp } from '../tensor-op';
import type { TensorFlow } from '../tensorflow';
import { drawOfStep, shareOfStep } from './draws';
import type { Compared, LearnedSimilarity } from './learned-similarity';
import { LearningNetworks } from './learning-networks';
import type { Learner, TrainingObserver } from './training-loop';
import { lookAtPairs, lookForShares, sharesLookedAt } from './validation';

/** What a network costs by itself that says how sure it is, as it is called among the losses. */
const divergenceName = 'kl-divergence';

/** What is trained, on what, by what. */
export interface RegistrationParts {
  readonly network: NetworkOnDevice;
  readonly objective: ObjectiveOp;
  /** Puts what else the objectives read of a pair in place. */
  showPair(pair: TrainingPair): void;
  /** Of a network that is told how much regularization counts: weighs the objectives for a share of 0 to 1. */
  readonly weighFor?: (share: number) => void;
  /** One more objective, that learns beside the network. */
  readonly similarity?: LearnedSimilarity;
}

/**
 * A network that learns to register: step `n` shows it pair `n`, and steps against the gradient of the objectives in its weights. A
 * learned similarity then learns in turn, from what the network has just made of the pair.
 */
export function registrationLearner(
  tf: TensorFlow,
  { dataset, adaptation, network: { seed } }: RegistrationTraining,
  { network, objective, showPair, weighFor, similarity }: RegistrationParts,
  setting: TrainingObserver['setting'],
) {
  const networks = new LearningNetworks(tf, [
    ['network', network] as const,
    ...(similarity ? [['discriminator', similarity.discriminator] as const] : []),
  ]);
  const variables = networks.variables('network');
  const spacing = spacingMm(dataset.grid);
  const edgesMm = tf.keep(tf.tensor1d(network.axes.map((axis) => spacing[axis] ?? 1)));

  const show = (pair: TrainingPair, regularization: number | undefined): void => {
    objective.setImages(pair.fixed, pair.movingInFixedContrast ?? pair.moving);
    showPair(pair);
    if (regularization !== undefined) weighFor?.(regularization);
  };

  const shares = network.condition && (adaptation ? [adaptation.regularization] : sharesLookedAt);

  const learner: Learner = {
    names: [
      ...objective.names,
      ...(network.hasPosterior ? [divergenceName] : []),
      ...(similarity?.names ?? []),
    ],

    step(step) {
      const pair = dataset.trainingPair(step);
      const regularization =
        network.condition && (adaptation?.regularization ?? shareOfStep(seed, step));
      const told: Told = { learns: true, regularization, draw: drawOfStep(seed, step) };
      show(pair, regularization);
      /** What there is beside the objectives, and by how much it counts. */
      const beside: { readonly cost: Scalar; readonly weight: number }[] = [];
      let compared: Compared | undefined;
      const { value, grads } = tf.variableGrads(() => {
        const { displacement, divergence, localWeight } = network.estimate(pair, told);
        if (divergence) beside.push({ cost: tf.keep(divergence), weight: 1 });
        if (similarity) {
          compared = similarity.compare(pair, displacement);
          tf.keep(compared.warped);
          beside.push({ cost: tf.keep(compared.loss), weight: setting('similarityWeight') });
        }
        return beside.reduce(
          (sum, { cost, weight }) => tf.add(sum, tf.mul(cost, weight)) as Scalar,
          objective.loss(tf.mul(displacement, edgesMm), localWeight),
        );
      }, variables);
      networks.step('network', grads, step, setting('learningRate'));
      const verdicts: Tensor1D[] = [];
      if (similarity && compared) {
        const { warped } = compared;
        const learned = similarity.gradients(pair, warped, drawOfStep(seed, step));
        networks.step('discriminator', learned.gradients, step, setting('discriminatorRate'));
        verdicts.push(learned.terms);
        tf.dispose([learned.gradients as NamedTensorMap, warped]);
      }
      const terms = termsWith(tf, objective.terms(), beside, verdicts);
      tf.dispose([value, grads, verdicts, ...beside.map(({ cost }) => cost)]);
      return terms;
    },

    async look(steps) {
      const seen = await lookForShares(shares, (share) =>
        lookAtPairs(tf, dataset, {
          estimate: (pair) => network.estimate(pair, { learns: false, regularization: share }),
          loss(pair, { displacement, divergence, localWeight }) {
            show(pair, share);
            const loss = objective.loss(tf.mul(displacement, edgesMm), localWeight);
            return divergence ? (tf.add(loss, divergence) as Scalar) : loss;
          },
        }),
      );
      const { 'validation.dice': dice, 'validation.loss': loss = Number.NaN } = seen.numbers;
      // Overlap says more than the loss where labels are known. What a similarity says that went on learning cannot be held
      // against what it said before: without labels the last look counts.
      return { ...seen, score: dice ?? (similarity ? steps : -loss) };
    },

    weights: () => networks.weights(),
    memory: () => networks.memory(),
    remember: (checkpoint) => networks.remember(checkpoint),
  };
  return {
    learner,
    weightsOf: networks.weightsOf.bind(networks),
    dispose() {
      edgesMm.dispose();
      networks.dispose();
    },
  };
}

/** Losses of a step with what is beside the objectives: added to the sum, and named after them; then what a similarity learned from. */
function termsWith(
  tf: TensorFlow,
  terms: Tensor1D,
  beside: readonly { readonly cost: Tensor; readonly weight: number }[],
  verdicts: readonly Tensor1D[],
): Tensor1D {
  if (beside.length === 0) return terms;
  const all = tf.tidy(() => {
    const costs = beside.map(({ cost }) => cost.reshape<Tensor1D>([1]));
    const sum = beside.reduce<Tensor1D>(
      (total, { weight }, index) => total.add((costs[index] as Tensor1D).mul(weight)),
      terms.slice(0, 1),
    );
    return tf.concat1d([sum, terms.slice(1), ...costs, ...verdicts]);
  });
  terms.dispose();
  return all;
}
