import { numberParameter } from '../../runtime/api/nodes/parameters';

/** How far an optimizer goes in one iteration; `stepVoxels` is a dial. */
export function stepParameters(initialStepVoxels: number) {
  return {
    stepVoxels: numberParameter({
      title: 'Step',
      help: 'Longest motion in one iteration: smaller is slower and folds less. May be turned while it runs.',
      unit: 'voxels',
      default: initialStepVoxels,
      min: 0.001,
      max: 10,
      turnable: true,
    }),
    finalFraction: numberParameter({
      title: 'Final fraction',
      help: 'What is left of the step at the last iteration of a level; below 1 the end is more exact.',
      default: 1,
      min: 0,
      max: 1,
    }),
  };
}
