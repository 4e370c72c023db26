import { z } from 'zod';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { gridAsked, requireOneChannel } from '../shared/grid-asked';
import { smoothingSeen } from '../shared/grid-seen';

export const features = defineComputedNode({
  type: 'network.features',
  version: 1,
  title: 'Features',
  section: 'network',
  synonyms: ['embedding', 'descriptor', 'encode', 'channels', 'learned features', 'deep features'],
  documentation: {
    summary: 'An image of the channels that a network gives of an image.',
    details: `The image is brought to what the network has learned from, as by *Predict*: its number of voxels and their size, axes along those of the body, intensities from 0 to 1, about the
middle of the image. The channels that the network gives are brought back to the grid of the image; beyond the network's box those of its edge go on.

Take one node for the fixed and one for the moving image, with the same network, and wire both to *Register*: an objective of images of several channels is the mean over channels. Its result
*warped* shows features; to see the image moved, wire its transform to *Transform image*.

It takes a *Feature encoder* that has learned, and warns as *Predict* does where much of the image lies outside of what the network sees.`,
    references: [
      {
        text: 'Zhao, Jia: Deep adaptive log-demons: diffeomorphic image registration with very large deformations, 2015',
        doi: '10.1155/2015/836202',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    network: { type: 'network', doc: 'A feature encoder that has learned.' },
    image: { type: 'image', doc: 'The image, one channel.' },
  },
  outputs: {
    image: { type: 'image', doc: 'Its features, a channel each, from −1 to 1, on the same grid.' },
  },
  async compute({ network, image }, _, context) {
    requireOneChannel(image, 'image', context);
    const domain = gridAsked(network, image, { port: 'image', shown: 'the image' }, context);
    const planes = await context.features({
      network,
      image,
      domain,
      smoothVoxels: smoothingSeen(image.grid, domain),
    });
    return { image: { kind: 'image', grid: image.grid, planes } };
  },
});
