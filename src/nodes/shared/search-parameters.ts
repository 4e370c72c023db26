import { numberParameter } from '../../runtime/api/nodes/parameters';

/** What the optimizers that search along a line have in common; `stepVoxels` is a dial. */
export function searchParameters() {
  return {
    stepVoxels: numberParameter({
      title: 'Longest step',
      help: 'Longest motion that is tried in one iteration: less is slower and safer. May be turned while it runs.',
      unit: 'voxels',
      default: 1,
      min: 0.001,
      max: 10,
      turnable: true,
    }),
    sufficientDecrease: numberParameter({
      title: 'Sufficient decrease',
      help: 'Share of the promised fall that a trial must reach; more rejects more trials.',
      default: 1e-4,
      min: 0,
      max: 0.5,
      advanced: true,
    }),
    shrink: numberParameter({
      title: 'Shrink',
      help: 'What is left of a step after it was taken back; less tries fewer lengths.',
      default: 0.5,
      min: 0.1,
      max: 0.9,
      advanced: true,
    }),
    shortestVoxels: numberParameter({
      title: 'Shortest step',
      help: 'A level is done once steps shorter than this do not lower the loss; less ends more exactly.',
      unit: 'voxels',
      default: 1e-3,
      min: 1e-6,
      max: 1,
      advanced: true,
    }),
  };
}
