import { z } from 'zod';
import { mostChannels } from '../../imaging/volume';
import { channelOf } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter } from '../../runtime/api/nodes/parameters';

export const pickChannel = defineNode({
  type: 'prepare.pick-channel',
  version: 1,
  title: 'Pick channel',
  section: 'prepare',
  synonyms: ['component', 'extract', 'split', 'multichannel', 'RGB', 'red', 'green', 'blue'],
  documentation: {
    summary: 'Takes one channel out of an image of several.',
    details: `For images of which only one contrast has a partner, and to weigh channels unlike: pick each of both
images and wire every pair to a similarity of its own.

Channels are counted from 0, as frames and voxels are: of a coloured image 0 is red, 1 green and 2 blue.`,
  },
  params: z.object({
    channel: integerParameter({
      title: 'Channel',
      help: 'Which channel, counted from 0.',
      default: 0,
      min: 0,
      max: mostChannels - 1,
    }),
  }),
  inputs: { image: { type: 'image', doc: 'Image of one channel or several.' } },
  outputs: { image: { type: 'image', doc: 'The one channel.' } },
  lower(b, { image: { grid, channels, image } }, { channel }, context) {
    if (channel >= channels) {
      context.refuse({
        parameter: 'channel',
        message: `Channel ${channel} was asked for; the image has ${channels}, counted from 0.`,
        remedy: channels === 1 ? 'Set it to 0.' : `Choose a number from 0 to ${channels - 1}.`,
      });
    }
    return { image: { kind: 'image', grid, channels: 1, image: channelOf(b, image, channel) } };
  },
});
