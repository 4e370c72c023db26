import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { fileNameParameter } from '../shared/file-name-parameter';

export const saveLabels = defineNode({
  type: 'save.labels',
  version: 1,
  title: 'Save labels',
  section: 'save',
  synonyms: ['write', 'export', 'NIfTI', 'segmentation', 'output', 'download'],
  documentation: {
    summary: 'Writes a map of labels as a NIfTI file of whole numbers.',
    details: `The geometry is that of the fixed image, as for images. Numbers are stored as the
smallest whole-number type that holds them.`,
  },
  params: z.object({ name: fileNameParameter('warped-labels.nii.gz') }),
  inputs: { labels: { type: 'labels', doc: 'Labels to write.' } },
  outputs: {},
  files: ({ name }) => [{ name, port: 'labels', format: 'nifti-labels' }],
  lower: () => ({}),
});
