import { z } from 'zod';
import { identityMatrix } from '../../imaging/frames';
import { defineNode } from '../../runtime/api/nodes/define-node';

export const identityStart = defineNode({
  type: 'initialise.identity',
  version: 1,
  title: 'Identity',
  section: 'initialise',
  synonyms: ['header', 'none', 'no transform', 'start', 'initial', 'before registration'],
  documentation: {
    summary: 'A transform that moves nothing: the images lie as their headers place them.',
    details: `What Register starts from where nothing is wired to *initial*; here as a value. Wire it to Transform image or Transform labels to see, save and measure
the moving image on the fixed grid **before** a registration, beside what it is after.

Where headers place the images far apart, start from Centres, Centres of mass or Start instead.`,
    formula: 'T(x) = x',
  },
  params: z.object({}),
  inputs: { fixed: { type: 'image', doc: 'Image that stays; gives the grid.' } },
  outputs: { transform: { type: 'transform', doc: 'The identity, on the fixed grid.' } },
  lower: (b, { fixed }) => ({
    transform: { kind: 'transform', grid: fixed.grid, affine: b.constant(identityMatrix) },
  }),
});
