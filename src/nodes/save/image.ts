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
other programs lay it on the fixed image voxel by voxel. Numbers are 32-bit floats.

An image of several channels is written as vectors: five dimensions (x, y, z, 1 and the channels), intent
1007. So are colours, which are no longer bytes once they were moved; Load image reads exactly what was written.`,
  },
  params: z.object({ name: fileNameParameter('warped.nii.gz') }),
  inputs: { image: { type: 'image', doc: 'Image to write.' } },
  outputs: {},
  files: ({ name }) => [{ name, port: 'image', format: 'nifti-image' }],
  lower: () => ({}),
});
