import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { chainTransforms } from '../registration/chain-transforms';

export const composeTransforms = defineNode({
  type: 'transform.compose',
  version: 1,
  title: 'Compose transforms',
  section: 'apply',
  synonyms: ['concatenate', 'chain', 'combine', 'product', 'ComposeMultiTransform', 'atlas'],
  documentation: {
    summary: 'One transform of two: the first, then the second.',
    details: `*First* takes the fixed world to a world between, *second* that one to the moving world; what comes out goes all the way, on the grid of the
first. So an atlas comes along through a template, or a scan through another of the same person, with one interpolation instead of two.

Mind the direction: a transform of Weft takes points from fixed to moving. To read image C on the grid of A, *first* is that of A (fixed) and B
(moving), *second* that of B and C. The stages of one registration need no composing; Register's *initial* does that.

Where the first leads out of the grid of the second, the second goes on as at its edge.`,
    formula: 'T(x) = T_2(T_1(x))',
  },
  params: z.object({}),
  inputs: {
    first: { type: 'transform', doc: 'From the fixed world to one between; gives the grid.' },
    second: { type: 'transform', doc: 'From the world between to the moving one.' },
  },
  outputs: { transform: { type: 'transform', doc: 'From the fixed to the moving world.' } },
  lower: (b, { first, second }) => ({ transform: chainTransforms(b, first, second, 'first') }),
});
