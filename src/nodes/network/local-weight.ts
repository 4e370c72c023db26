import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';

export const localWeight = defineNode({
  type: 'network.local-weight',
  version: 1,
  title: 'Local weight',
  section: 'network',
  synonyms: [
    'spatially varying regularization',
    'learned regularizer',
    'adaptive smoothness',
    'metric learning',
    'deep learning',
  ],
  documentation: {
    summary: 'Lets a VoxelMorph learn where regularization counts more and where less.',
    details: `Gives the network a last output, one number a voxel of its field, which is made a factor α on every regularizer that is wired to *Train*: its energy counts α(x) times at each voxel. Field and factor
are learned together, on the wired objectives alone. *Weight map* shows the factor for two images.

Nothing keeps a weight that is learned so from going to 0 everywhere, where bending costs nothing, but a constraint: here its **geometric mean over the image is 1**. It
can be less at one place only by being more at others, and the *Weight* of the regularizer stays what says how much it counts on the whole. The best α is then one over how much the field bends: the same as maximum likelihood makes of a
normal distribution with precision αλ. It is kept between 1 over *Largest factor* and that, and smoothed over regions of some voxels.

It weighs energies of the field, such as *Diffusion*, *Bending energy* or *Folding*. What a penalty is to forbid everywhere, as folding, is better left to velocities: where it is weighed less, it forbids less. Unlike the published method, which
learns weights of several smoothing kernels beside an optimization, it is a factor on what is wired.`,
    formula: String.raw`\frac1N\sum_x \alpha_\theta(x)\,e(x),\qquad \frac1N\sum_x \log\alpha_\theta(x) = 0`,
    references: [
      {
        text: 'Niethammer, Kwitt, Vialard: Metric learning for image registration, 2019',
        doi: '10.48550/arXiv.1904.09524',
      },
    ],
  },
  params: z.object({
    largestFactor: numberParameter({
      title: 'Largest factor',
      help: 'By which regularization may count more or less at a place than on the whole.',
      default: 10,
      min: 1.1,
      max: 100,
    }),
  }),
  inputs: {
    network: { type: 'network', doc: 'A VoxelMorph that has not learned anything yet.' },
  },
  outputs: { network: { type: 'network', doc: 'The same, with a weight beside the field.' } },
  lower(_, { network }, { largestFactor }, context) {
    if (network.architecture !== 'voxelmorph' || network.weights) {
      return context.refuse({
        port: 'network',
        message: network.weights
          ? 'The network has learned without a weight that varies.'
          : 'Only a VoxelMorph has an output for it.',
        remedy: 'Wire a VoxelMorph that has not learned anything yet.',
      });
    }
    const settings = { ...network.settings, localWeight: largestFactor };
    return { network: { ...network, settings } };
  },
});
