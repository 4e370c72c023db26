import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { bundledNetworks } from './bundled-networks';
import { file, url } from './source-parameter';

const bundled = z
  .object({
    kind: z.literal('bundled'),
    name: z
      .enum(bundledNetworks)
      .default('voxelmorph-2d')
      .meta({ title: 'Network', help: 'Trained on generated images alone; comes with Weft.' }),
  })
  .meta({ title: 'Comes with Weft' });

export const loadNetwork = defineNode({
  type: 'load.network',
  version: 1,
  title: 'Load network',
  section: 'load',
  synonyms: [
    'weights',
    'model',
    'pretrained',
    'checkpoint',
    'TensorFlow.js',
    'Keras',
    'VoxelMorph',
  ],
  documentation: {
    summary:
      'Brings a network that has learned into the recipe: one that comes with Weft, or a file.',
    details: `Three networks come with Weft, for brains without skull, after an affine registration: \`voxelmorph-2d\` for axial slices of one contrast, \`synthmorph-2d\` for axial slices of any two
contrasts, \`synthmorph-3d\` for volumes. They have learned from generated images alone, by the recipes that lie beside them in \`networks/\`; the recipe *Domain shift* shows what
becomes of one on another contrast than its own.

A file is what *Save network* writes: a zip of TensorFlow.js' \`model.json\` and \`weights.bin\`, and \`card.json\`, which says what the network is, what it has learned from and for which images: *Predict* brings images to
that. A file whose layers are not those of the network that it names is refused, and the message names the layer.

A VoxelMorph of its authors' Keras code loads too, once it was exported to TensorFlow.js (\`tensorflowjs_converter\`), zipped without a card. Its file does not say how large its voxels were: set *Spacing*. Nor does it
say which axis of its arrays was which: *Arrays* is \`xyz\` for what nibabel loads.

Wire it to *Predict*, or to *Train* to go on from there.`,
  },
  params: z.object({
    source: z
      .discriminatedUnion('kind', [bundled, file, url])
      .default({ kind: 'bundled', name: 'voxelmorph-2d' })
      .meta({
        title: 'Source',
        help: 'One that comes with Weft, a file of yours, or an address on the web.',
      }),
    spacingMm: numberParameter({
      title: 'Spacing',
      help: 'Edge of a voxel of the images that it learned from, where its file does not say it; 0: as the file says.',
      unit: 'mm',
      default: 0,
      min: 0,
      max: 20,
      advanced: true,
    }),
    arrays: choiceParameter({
      title: 'Arrays',
      help: 'Of a Keras VoxelMorph: the order of the axes of its arrays.',
      choices: ['xyz', 'zyx'],
      default: 'xyz',
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { network: { type: 'network', doc: 'The network with what it has learned.' } },
  source: ({ source, arrays, spacingMm }) => ({
    ...source,
    as: 'network',
    network: { arrayAxes: arrays, spacingMm },
  }),
  lower(_, __, ___, context) {
    if (context.source?.kind !== 'network') {
      return context.refuse({
        parameter: 'source',
        message: 'No network is bound to this node.',
        remedy: `Bind a file of a network to the loader "${context.nodeId}".`,
      });
    }
    return { network: context.input('network') };
  },
});
