import { spacingMm } from '../../../imaging/grid';
import type { DatasetValue } from '../../api/data-kinds/dataset';
import {
  type NetworkValue,
  type NetworkWeight,
  trainedIntensities,
} from '../../api/data-kinds/network';
import type { ModelOnDevice } from '../model-on-device';
import type { TrainingOutcome } from './training-loop';

/** What a training was. */
export interface TrainingTold {
  readonly dataset: DatasetValue;
  readonly outcome: TrainingOutcome;
  readonly recipeSha256?: string | undefined;
  /** To one pair: it was shown what the network had learned from before. */
  readonly isAdapted?: boolean;
}

/** A network with what it has learned in a training, and what is known of that. */
export function learnedNetwork(
  before: NetworkValue,
  model: Pick<ModelOnDevice, 'topology'>,
  weights: readonly NetworkWeight[],
  { dataset, outcome, recipeSha256, isAdapted = false }: TrainingTold,
): NetworkValue {
  return {
    ...before,
    weights,
    domain: {
      sizeVoxels: dataset.grid.sizeVoxels,
      spacingMm: spacingMm(dataset.grid),
      intensities: (isAdapted && before.domain?.intensities) || trainedIntensities,
    },
    training: {
      data: [before.training?.data, dataset.origin].filter(Boolean).join('; then '),
      seed: before.seed,
      steps: (before.training?.steps ?? 0) + outcome.steps,
      // Of pairs that it did not learn from; an adapted network knows no other pair any more.
      validation: isAdapted ? {} : outcome.best,
      ...(recipeSha256 === undefined ? {} : { recipeSha256 }),
    },
    topology: model.topology(),
  };
}
