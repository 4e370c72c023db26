import { z } from 'zod';
import { mostChannels } from '../../imaging/volume';
import { joinChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { ImageValue } from '../../runtime/api/nodes/port-values';
import { requireSameGrid } from '../shared/same-grid';

export const combineChannels = defineNode({
  type: 'prepare.combine-channels',
  version: 1,
  title: 'Combine channels',
  section: 'prepare',
  synonyms: ['multichannel', 'multispectral', 'stack', 'merge', 'T1', 'T2', 'join', 'vector image'],
  documentation: {
    summary:
      'Makes one image of several that lie on one grid: T1 and T2 of one person, for example.',
    details: `The channels of the images stand one after the other, in the order of the ports. A similarity
compares each channel with its partner in the other image and takes the mean, so combine both images
alike: what one contrast does not show another may.

All images have to lie on the grid of the first. Contrasts of one session mostly do; otherwise register them
within the person and bring them there with Transform image. Normalize intensity works channel by channel,
before or after.

To weigh contrasts unlike, wire each pair to a similarity of its own instead.`,
  },
  params: z.object({}),
  inputs: {
    first: { type: 'image', doc: 'Gives the grid, and the first channels.' },
    second: { type: 'image', doc: 'Gives the next channels.' },
    third: { type: 'image', doc: 'Gives the next channels.', optional: true },
    fourth: { type: 'image', doc: 'Gives the last channels.', optional: true },
  },
  outputs: { image: { type: 'image', doc: 'All channels, on the grid of the first image.' } },
  lower(b, { first, second, third, fourth }, _, context) {
    const given: readonly (readonly [string, ImageValue | undefined])[] = [
      ['second', second],
      ['third', third],
      ['fourth', fourth],
    ];
    const others = given.flatMap(([port, image]) => (image ? [{ port, image }] : []));
    for (const { port, image } of others) {
      requireSameGrid(context, first.grid, image.grid, port, 'first');
    }
    const channels = others.reduce((sum, { image }) => sum + image.channels, first.channels);
    if (channels > mostChannels) {
      context.refuse({
        port: others.at(-1)?.port ?? 'second',
        message: `Together the images have ${channels} channels; at most ${mostChannels} are taken.`,
        remedy: 'Pick the channels that matter with Pick channel first.',
      });
    }
    const image = joinChannels(b, [first.image, ...others.map((other) => other.image.image)]);
    return { image: { kind: 'image', grid: first.grid, channels, image } };
  },
});
