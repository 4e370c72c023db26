import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { frameParameter } from './frame-parameter';
import { sourceParameter } from './source-parameter';

export const loadImage = defineNode({
  type: 'load.image',
  version: 1,
  title: 'Load image',
  section: 'load',
  synonyms: ['open', 'read', 'NIfTI', 'nii', 'file', 'input', 'volume', 'phantom', 'sample'],
  documentation: {
    summary: 'Brings an image into the recipe: a NIfTI file, a web address, or a generated head.',
    details: `Positions are taken from the file's header (sform, else qform) in millimetres; images
of any orientation, spacing and obliqueness may be mixed. A two-dimensional image is a volume of one
slice. Of a series (a file of four dimensions) one frame is taken, which you name; a file of several
frames is refused until you do. A pair of files (.hdr and .img) is one image.

The recipe holds the name and the checksum of a file, never the file: whoever opens the recipe binds
a file of their own, by dropping it on the node or by \`--input NODE=FILE\`. An address is fetched only
after you agree, and its checksum is compared.`,
  },
  params: z.object({ source: sourceParameter(), frame: frameParameter() }),
  inputs: {},
  outputs: { image: { type: 'image', doc: 'The image, in the units of its file.' } },
  source: ({ source, ...frame }) => ({ ...source, ...frame, as: 'image' }),
  lower(_, __, ___, context) {
    const { source } = context;
    if (source?.kind !== 'image') {
      return context.refuse({
        parameter: 'source',
        message: 'No image is bound to this node.',
        remedy: `Bind a NIfTI file to the loader "${context.nodeId}".`,
      });
    }
    return { image: context.input('image') };
  },
});
