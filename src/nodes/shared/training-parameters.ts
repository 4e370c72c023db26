import type { ComputedDataset } from '../../runtime/api/nodes/computed-values';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { TrainingContext } from '../../runtime/api/nodes/training';

/** What every node that learns is asked: how long, and how fast. */
export function trainingParameters(learningRate: number) {
  return {
    steps: integerParameter({
      title: 'Steps',
      help: 'Pairs that are shown, one a step.',
      default: 1000,
      min: 1,
      max: 1_000_000,
    }),
    learningRate: numberParameter({
      title: 'Learning rate',
      help: 'Step of Adam. Can be turned while the network learns.',
      default: learningRate,
      min: 0.0000001,
      max: 0.1,
    }),
    validateEvery: integerParameter({
      title: 'Validate every',
      help: 'Steps between two looks at the validation pairs.',
      unit: 'steps',
      default: 100,
      min: 1,
      max: 100_000,
    }),
    patience: integerParameter({
      title: 'Patience',
      help: 'Ends once so many looks in a row have found nothing better; 0 never does.',
      unit: 'looks',
      default: 0,
      min: 0,
      max: 1000,
      advanced: true,
    }),
  };
}

/** Refuses a dataset that has nothing to validate on. */
export function requireValidation(dataset: ComputedDataset, context: TrainingContext): void {
  if (dataset.validationPairs > 0) return;
  context.refuse({
    port: 'dataset',
    message: 'The dataset has no validation pairs: nothing would show what was learned.',
    remedy: 'Leave at least one pair to validation.',
  });
}
