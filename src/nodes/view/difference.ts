import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { requireSameChannels, requireSameGrid } from '../shared/same-grid';

export const difference = defineNode({
  type: 'view.difference',
  version: 1,
  title: 'Difference',
  section: 'view',
  synonyms: ['subtract', 'residual', 'error', 'compare', 'minus'],
  documentation: {
    summary: 'One image minus the other: what remains is not aligned, or not alike.',
    details: `Grey where both agree, bright or dark along edges that do not meet. Thin double lines
are a shift; a broad shade is a difference of brightness, which is not an error of alignment.

Both images should have the same contrast and be normalized. Of images of several channels each is
subtracted from its partner.`,
    formula: 'D(x) = a(x) - b(x)',
  },
  params: z.object({}),
  inputs: {
    a: { type: 'image', doc: 'The fixed image.' },
    b: { type: 'image', doc: 'The warped image, on the same grid.' },
  },
  outputs: { image: { type: 'image', doc: 'a − b.' } },
  lower(builder, { a, b }, _, context) {
    requireSameGrid(context, a.grid, b.grid, 'b');
    requireSameChannels(context, a, b, 'b');
    const image = builder.difference({ a: a.image, b: b.image });
    return { image: { kind: 'image', grid: a.grid, channels: a.channels, image } };
  },
});
