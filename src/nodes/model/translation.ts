import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { linearModel } from '../registration/linear-model';

export const translation = defineNode({
  type: 'model.translation',
  version: 1,
  title: 'Translation',
  section: 'model',
  synonyms: ['shift', 'offset', '3 degrees of freedom', 'dof', 'linear'],
  documentation: {
    summary: 'Shifts the image as a whole; nothing turns and sizes stay.',
    details: `Three parameters, the shift in mm along the axes of the world; on one slice the two in its plane.

Use it where only the position differs, as between beds of one scan, or as the first of several stages
where a turn too early would lead astray. A head that was laid down anew is turned, too: take Rigid.`,
    formula: String.raw`x \mapsto x + t`,
    references: [
      {
        text: 'Maintz, Viergever: A survey of medical image registration, 1998',
        doi: '10.1016/S1361-8415(01)80026-8',
      },
    ],
  },
  params: z.object({}),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Translation alone.' } },
  lower: () => ({ model: linearModel('translation') }),
});
