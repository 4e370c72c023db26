import { z } from 'zod';
import { gridAttributes } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { spacingParameters, wantedGrid } from '../shared/resample-parameters';

export const resampleLabels = defineNode({
  type: 'prepare.resample-labels',
  version: 1,
  title: 'Resample labels',
  section: 'prepare',
  synonyms: ['spacing', 'voxel size', 'segmentation', 'atlas', 'downsample', 'regrid', 'nearest'],
  documentation: {
    summary: 'Brings a map of labels to voxels of another size, or to the grid of an image.',
    details: `What Resample image does for images, for labels: each new voxel takes a label that is there, never an average. *Nearest* takes
the label of the nearest voxel; *one-hot linear* lets the eight voxels around vote with their linear weights, which gives smoother
borders. Beyond the map there is background.

Thin regions may be lost where voxels become much larger: look at them before they are measured. To bring labels along with a
registration take Transform labels.`,
  },
  params: z.object({
    ...spacingParameters(),
    interpolation: choiceParameter({
      title: 'Interpolation',
      help: 'Nearest voxel, or a vote of the eight voxels around.',
      choices: ['nearest', 'one-hot-linear'],
      default: 'nearest',
    }),
  }),
  inputs: {
    labels: { type: 'labels', doc: 'Any map of labels.' },
    reference: { type: 'image', doc: 'Whose grid is taken, if wired.', optional: true },
  },
  outputs: { labels: { type: 'labels', doc: 'The same labels on the new grid.' } },
  lower(b, { labels: { labels, ...table }, reference }, params, context) {
    const grid = wantedGrid(context, table.grid, reference, params);
    const { interpolation } = params;
    const value = b.sampleLabels({ labels }, { ...gridAttributes(grid), interpolation });
    return { labels: { ...table, grid, labels: value } };
  },
});
