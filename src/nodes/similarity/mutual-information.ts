import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { weightParameter } from '../shared/objective-weight';
import {
  binsParameter,
  countJointly,
  parzenParameter,
  samplingOf,
  samplingParameters,
} from './joint-counts';
import { meanOverChannels } from './mean-over-channels';
import { ownPair, pairPorts } from './own-pair';

export const mutualInformation = defineNode({
  type: 'similarity.mutual-information',
  version: 1,
  title: 'Mutual information',
  section: 'similarity',
  synonyms: ['MI', 'Mattes', 'Parzen', 'multimodal', 'histogram', 'entropy', 'CT', 'T2'],
  documentation: {
    summary: 'How much the intensity of one image tells about the intensity of the other.',
    details: `The intensities of both images are counted in a joint histogram, every voxel spread over
a few neighbouring bins so that the count can be differentiated. The better the images are aligned,
the fewer combinations occur and the more one intensity tells about the other. Which grey belongs to
which does not matter, so that it aligns CT with MR and T1 with T2.

The default for rigid and affine stages in every contrast. It needs many voxels for its histogram
and sees no place, so for deformable stages within one contrast local correlation follows finer
detail.

With a **sampled share** below 1 it looks at one voxel in each cell of a lattice, at another place in every iteration: what
makes elastix fast, and what ANTs does at a quarter of the voxels. Gradient descent and Adam go on
through the noise of it; a level then runs for all of its iterations, and what is shown of the
run is as coarse as the lattice.

Of images of several channels it is the mean over channels of the information that each shares with its
partner. What one channel tells about another one of the same image is not counted.`,
    formula: String.raw`\mathcal{L} = -\sum_{a,b} p(a,b)\,\ln\frac{p(a,b)}{p_F(a)\,p_W(b)},\qquad
p(a,b) = \frac{1}{N}\sum_x w_a\big(F(x)\big)\,w_b\big(W(x)\big)`,
    references: [
      {
        text: 'Mattes, Haynor, Vesselle, Lewellen, Eubank: PET-CT image registration in the chest using free-form deformations, 2003',
        doi: '10.1109/TMI.2003.809072',
      },
      {
        text: 'Thévenaz, Unser: Optimization of mutual information for multiresolution image registration, 2000',
        doi: '10.1109/83.887976',
      },
      {
        text: 'Klein, Pluim, Staring, Viergever: Adaptive stochastic gradient descent optimisation for image registration, 2009',
        doi: '10.1007/s11263-008-0168-y',
      },
      {
        text: 'Viola, Wells: Alignment by maximization of mutual information, 1997',
        doi: '10.1023/A:1007958904918',
      },
    ],
  },
  params: z.object({
    bins: binsParameter(32),
    window: parzenParameter(),
    weight: weightParameter(),
    ...samplingParameters(),
  }),
  inputs: pairPorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted negative mutual information, nats.' } },
  lower: (b, images, { bins, window, weight: factor, ...sampled }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', factor),
      on: 'images',
      ...ownPair(images),
      ...samplingOf(sampled),
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) => {
          const histogram = countJointly(body, channel, comparison.domain, { bins, window });
          return body.mutualInformation({ histogram }, { bins });
        }),
    },
  }),
});
