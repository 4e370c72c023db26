import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { frameParameter, seriesParameter } from './frame-parameter';
import { sourceParameter } from './source-parameter';

export const loadImage = defineNode({
  type: 'load.image',
  version: 1,
  title: 'Load image',
  section: 'load',
  synonyms: [
    'open',
    'read',
    'NIfTI',
    'nii',
    'file',
    'input',
    'volume',
    'phantom',
    'sample',
    'RGB',
    'colour',
    'multichannel',
    '4D',
  ],
  documentation: {
    summary: 'Brings an image into the recipe: a NIfTI file, a web address, or a generated head.',
    details: `Positions are taken from the file's header (sform, else qform) in millimetres; images
of any orientation, spacing and obliqueness may be mixed. A two-dimensional image is a volume of one
slice. Of a series (a file of four dimensions) one frame is taken, which you name; a file of several
frames is refused until you do. A pair of files (.hdr and .img) is one image.

**Channels.** A file of vectors (five dimensions: x, y, z, 1 and the channels) is an image of several
channels, and so is a coloured one: red, green, blue, and opacity where the file has it. The frames of a
series are channels where *Series* says so. Up to 64 channels are read. Every channel is compared with its
partner in the other image. To make one image of several files, load each and join them with Combine
channels. Displacements, tensors and points are vectors that turn with the body; they are refused.

The recipe holds the name and the checksum of a file, never the file: whoever opens the recipe binds
a file of their own, by dropping it on the node or by \`--input NODE=FILE\`. An address is fetched only
after you agree, and its checksum is compared.`,
  },
  params: z.object({
    source: sourceParameter(),
    frame: frameParameter(),
    series: seriesParameter(),
  }),
  inputs: {},
  outputs: { image: { type: 'image', doc: 'The image, in the units of its file.' } },
  source: ({ source, series, ...frame }) => ({
    ...source,
    ...frame,
    ...(series === 'frames-as-channels' ? { framesAsChannels: true } : {}),
    as: 'image',
  }),
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
