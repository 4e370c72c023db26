import { z } from 'zod';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { gridAsked, requireOneChannel } from '../shared/grid-asked';
import { smoothingSeen } from '../shared/grid-seen';

export const translate = defineComputedNode({
  type: 'network.translate',
  version: 1,
  title: 'Translate',
  section: 'network',
  synonyms: ['CycleGAN', 'image-to-image', 'synthesis', 'contrast', 'T2 to T1', 'modality'],
  documentation: {
    summary: 'An image in another contrast, by a translator that has learned.',
    details: `Then two contrasts are one, and similarities of one contrast, such as local correlation, register them.

The image is brought to what the network has learned from: its number of voxels and their size, axes along those of the body, intensities from 0 to 1, about the middle of the image. What it gives lies on that grid, in the place in the world that the image has;
where that is coarser, detail is lost: register by it, and apply the transform to the image as it was.

What was translated looks right and need not be: a network that learned without pairs may paint what belongs to the contrast and not to the person, and what it never saw it paints as something that it knows. Look at
the result beside the image, and never measure on it.

It warns where much of the image lies outside of the network's box. Whether the contrast is the one that it knows it cannot see.`,
    references: [
      {
        text: 'Zhu, Park, Isola, Efros: Unpaired image-to-image translation using cycle-consistent adversarial networks, 2017',
        doi: '10.1109/ICCV.2017.244',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    network: { type: 'network', doc: 'A *Translator* that has learned.' },
    image: { type: 'image', doc: 'An image of the contrast that it translates, one channel.' },
  },
  outputs: {
    image: {
      type: 'image',
      doc: 'The same in the other contrast, 0 to 1, on the grid of the network about the middle of the image.',
    },
  },
  async compute({ network, image }, _, context) {
    requireOneChannel(image, 'image', context);
    const seen = gridAsked(network, image, { port: 'image', shown: 'the image' }, context);
    const smoothVoxels = smoothingSeen(image.grid, seen);
    const plane = await context.translate({
      network,
      image: { image, smoothVoxels },
      domain: seen,
    });
    return { image: { kind: 'image', grid: seen, planes: [plane] } };
  },
});
