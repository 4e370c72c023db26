import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { notADevice } from '../shared/file-name-parameter';

export const saveTransform = defineNode({
  type: 'save.transform',
  version: 1,
  title: 'Save transform',
  section: 'save',
  synonyms: ['write', 'export', 'ITK', 'ANTs', 'affine', 'displacement', 'warp field', 'download'],
  documentation: {
    summary: 'Writes a transform for ITK and ANTs: an affine and a displacement field.',
    details: `Two files: \`affine.txt\`, an ITK text affine, and \`displacement.nii.gz\`, a displacement
field on the fixed grid, where the transform has one. A prefix is put before both names.

\`antsApplyTransforms -t displacement.nii.gz -t affine.txt\` then moves an image as Weft does: the
field first, the affine after. Inside, both are in ITK's LPS millimetres.`,
    formula: String.raw`x_{\text{moving}} = A\,(x + u(x))`,
  },
  params: z.object({
    prefix: z
      .string()
      .max(60)
      .regex(
        new RegExp(`^(${notADevice}[A-Za-z0-9][A-Za-z0-9._-]*)?$`),
        'letters, digits, dots and dashes, and no device (con., nul.)',
      )
      .default('')
      .meta({ title: 'Prefix', help: 'Put before the names of both files; may be empty.' }),
  }),
  inputs: { transform: { type: 'transform', doc: 'Transform to write.' } },
  outputs: {},
  files: ({ prefix }) => [{ name: prefix, port: 'transform', format: 'itk-transform' }],
  lower: () => ({}),
});
