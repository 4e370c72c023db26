import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { Grid } from '../../imaging/grid';
import type { TrainingPair } from '../api/data-kinds/dataset';
import type { NetworkValue } from '../api/data-kinds/network';
import type { Condition } from './architectures/architecture';
import type { FieldOps } from './field-ops';
import { halvesOfBatch } from './layers/images-as-batch';
import { localWeightOf } from './local-weight';
import { type ModelOnDevice, modelOnDevice } from './model-on-device';
import { motionOfParameters } from './motion-of-parameters';
import type { TensorFlow } from './tensorflow';
import { divergenceFromPrior, drawnVelocity } from './velocity-posterior';

/** Compositions of the first small step of a velocity: the published networks' own number. */
const squarings = 7;

/** What a network is told beside a pair. */
export interface Told {
  /** Whether layers work as they do while a network learns. */
  readonly learns: boolean;
  /** How much regularization counts, 0 to 1. What it is told of where it has a condition; half if absent. */
  readonly regularization?: number | undefined;
  /** Seed of what is drawn from a posterior. The mean if absent. */
  readonly draw?: number;
}

/** A displacement as an objective sees it. */
export type Estimate = {
  /** As that of a network. */
  readonly displacement: Tensor;
  /** Of a network that has a posterior: what it costs to be so sure, `divergenceFromPrior`. */
  readonly divergence?: Scalar;
  /** Of a network that says where regularization counts more: how much at each voxel, `localWeightOf`. */
  readonly localWeight?: Tensor;
};

/** What a network is told of regularization where nobody says anything. */
export const usualRegularization = 0.5;

/** A network with its weights in a device's memory, for pairs on one grid. */
export interface NetworkOnDevice extends ModelOnDevice {
  /**
   * The displacement from fixed to moving, `[1, (z,) y, x, d]`, in voxels of the grid. Differentiable in the weights.
   * @param learns whether layers work as they do while a network learns
   * @param regularization how much it counts, 0 to 1, where the network is told
   */
  displacement(
    pair: Pick<TrainingPair, 'fixed' | 'moving'>,
    learns: boolean,
    regularization?: number,
  ): Tensor;
  /** The displacement, and what a loss has to add that only the network knows of. */
  estimate(pair: Pick<TrainingPair, 'fixed' | 'moving'>, told: Told): Estimate;
  /** Of a network that is told how much regularization counts. */
  readonly condition?: Condition;
  /** Whether its estimates have a divergence. */
  readonly hasPosterior: boolean;
  /** Whether its estimates have a weight of regularization for each voxel. */
  readonly hasLocalWeight: boolean;
  /**
   * The map from fixed to moving about the middle of the grid, `[1, 12]`, row-major 3×4, mm along its own axes; there where the
   * network predicts one map of the whole image, of which `displacement` is what it moves.
   */
  readonly affine?: (pair: Pick<TrainingPair, 'fixed' | 'moving'>) => Tensor;
  /** Features of an image, `[1, (z,) y, x, channels]`; there where the network gives such. */
  readonly features?: (image: Float32Array) => Tensor;
}

/**
 * Builds a network for pairs on a grid.
 * @throws NetworkProblem where it is unknown, does not fit the grid, or its weights are those of another
 */
export function networkOnDevice(
  tf: TensorFlow,
  fields: FieldOps,
  network: NetworkValue,
  grid: Grid,
): NetworkOnDevice {
  const model = modelOnDevice(tf, fields, network, grid, 'register');
  const { sizeVoxels, built, architecture } = model;
  const { predicts, everyVoxels, posterior, localWeight } = built;
  const condition = architecture.condition?.(model.settings);
  const motion =
    predicts === 'rigid' || predicts === 'affine'
      ? motionOfParameters(tf, fields, grid, predicts)
      : undefined;
  const exponential = (velocity: Tensor): Tensor =>
    fields.exponentiate(velocity, { squarings, everyVoxels });
  const displacementOf = (outputs: readonly Tensor[]): Tensor => {
    const [field, back] = outputs as readonly [Tensor, Tensor | undefined];
    if (motion) return motion.displacement(motion.matrix(field));
    const moved =
      predicts === 'displacement'
        ? field
        : predicts === 'velocity' || back === undefined
          ? exponential(field)
          : fields.compose(exponential(field), exponential(tf.neg(back)), everyVoxels);
    return everyVoxels === 1 ? moved : fields.resize(moved, sizeVoxels);
  };
  const shape = [1, ...[...sizeVoxels].reverse(), 1];
  const outputsOf = (
    { fixed, moving }: Pick<TrainingPair, 'fixed' | 'moving'>,
    { learns, regularization = usualRegularization }: Told,
  ): readonly Tensor[] => {
    const inputs = [moving, fixed].map((image) => tf.tensor(image, shape));
    if (condition) inputs.push(tf.tensor([regularization], [1, 1]));
    return model.outputs(inputs, learns);
  };
  const estimate: NetworkOnDevice['estimate'] = (pair, told) =>
    tf.tidy((): Estimate => {
      const outputs = outputsOf(pair, told);
      const [mean, logVariance] = outputs;
      const weighed = localWeight && {
        localWeight: localWeightOf(tf, fields, outputs.at(-1) as Tensor, {
          ...localWeight,
          sizeVoxels,
        }),
      };
      if (!posterior || !mean || !logVariance) {
        return { displacement: displacementOf(outputs), ...weighed };
      }
      const velocity = { mean, logVariance };
      const field = told.draw === undefined ? mean : drawnVelocity(tf, velocity, told.draw);
      const prior = { precision: posterior.prior, everyVoxels };
      return {
        displacement: displacementOf([field]),
        divergence: divergenceFromPrior(tf, velocity, prior),
        ...weighed,
      };
    });
  return {
    ...model,
    ...(condition && { condition }),
    hasPosterior: posterior !== undefined,
    hasLocalWeight: localWeight !== undefined,
    estimate,
    displacement: (pair, learns, regularization) =>
      tf.tidy(() => estimate(pair, { learns, regularization }).displacement),
    ...(motion
      ? {
          affine: (pair) =>
            tf.tidy(() => motion.matrix(outputsOf(pair, { learns: false })[0] as Tensor)),
        }
      : {}),
    ...(built.features
      ? {
          features: (image) =>
            tf.tidy(() => {
              const [, both] = outputsOf({ fixed: image, moving: image }, { learns: false });
              return halvesOfBatch(tf, both as Tensor)[0];
            }),
        }
      : {}),
    dispose() {
      model.dispose();
      motion?.dispose();
    },
  };
}
