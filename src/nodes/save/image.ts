import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { fileNameParameter } from '../shared/file-name-parameter';

export const saveImage = defineNode({
  type: 'save.image',
  version: 1,
  title: 'Save image',
  section: 'save',
  synonyms: ['write', 'export', 'NIfTI', 'nii', 'output', 'download'],
  documentation: {
    summary: 'Writes an image as a NIfTI file.',
    details: `The command line writes it into its output folder; the page offers it for download. A
warped image gets exactly the fixed image's dimensions, storage order and header geometry, so that
other programs lay it on the fixed image voxel by voxel. Numbers are 32-bit floats.`,
  },
  params: z.object({ name: fileNameParameter('warped.nii.gz') }),
  inputs: { image: { type: 'image', doc: 'Image to write.' } },
  outputs: {},
  files: ({ name }) => [{ name, port: 'image', format: 'nifti-image' }],
  lower: () => ({}),
});
