import { z } from 'zod';
import { centreMm } from '../../imaging/grid';
import { defineNode } from '../../runtime/api/nodes/define-node';

export const centres = defineNode({
  type: 'initialise.centres',
  version: 1,
  title: 'Centres',
  section: 'initialise',
  synonyms: [
    'geometric centre',
    'image center',
    'middle',
    'field of view',
    'translation',
    'start',
    'initial',
  ],
  documentation: {
    summary: 'Shifts the moving image so that the middles of both fields meet.',
    details: `The middle of a field is that of its voxels, whatever they hold, so intensities and backgrounds do not matter. It brings images together whose
origins mean nothing, as where a file begins at a corner, if the body lies alike in both fields.

Where fields are cropped differently the middles differ by that: take Centres of mass, which looks at what the images show. Nothing
is turned; Start tries this and more.`,
    formula: 'T(x) = x + m_M - m_F',
    references: [
      {
        text: 'Maintz, Viergever: A survey of medical image registration, 1998',
        doi: '10.1016/S1361-8415(01)80026-8',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it.' },
  },
  outputs: { transform: { type: 'transform', doc: 'A translation, mm.' } },
  lower(b, { fixed, moving }) {
    const [from, to] = [centreMm(fixed.grid), centreMm(moving.grid)];
    const [x, y, z] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    const affine = b.constant([1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z]);
    return { transform: { kind: 'transform', grid: fixed.grid, affine } };
  },
});
