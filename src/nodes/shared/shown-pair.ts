import { type Grid, voxelCount } from '../../imaging/grid';
import type { LabelIds } from '../../imaging/volume';
import type {
  ComputedImage,
  ComputedLabels,
  TrainingPair,
} from '../../runtime/api/nodes/computed-values';
import { integerParameter } from '../../runtime/api/nodes/parameters';

/** Ports of whatever gives a dataset: one pair to look at, which in training are the pair of the step. */
export const shownPairOutputs = {
  fixed: {
    type: 'image',
    doc: 'Fixed image of the shown pair; in training, of the pair of the step.',
  },
  moving: { type: 'image', doc: 'Moving image of the same pair.' },
  fixedLabels: { type: 'labels', doc: 'Labels of that fixed image.' },
  movingLabels: { type: 'labels', doc: 'Labels of that moving image.' },
} as const;

/** Which pair they show. */
export function shownPairParameter() {
  return integerParameter({
    title: 'Shown pair',
    help: 'Which of the validation pairs the ports of images and labels show, from 1.',
    default: 1,
    min: 1,
    max: 100,
    advanced: true,
  });
}

/** What these ports give: background where a pair has no labels. */
export function shownValues(
  grid: Grid,
  { fixed, moving, fixedLabels, movingLabels }: TrainingPair,
  ids: LabelIds = [0n],
) {
  const image = (plane: Float32Array): ComputedImage => ({ kind: 'image', grid, planes: [plane] });
  const labels = (values: Uint32Array = new Uint32Array(voxelCount(grid))): ComputedLabels => ({
    kind: 'labels',
    grid,
    values,
    ids,
  });
  return {
    fixed: image(fixed),
    moving: image(moving),
    fixedLabels: labels(fixedLabels),
    movingLabels: labels(movingLabels),
  };
}
