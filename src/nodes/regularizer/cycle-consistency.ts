import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { weightParameter } from '../shared/objective-weight';
import { meanOverChannels } from '../similarity/mean-over-channels';
import { squaredDifferenceToAny } from '../similarity/unknown-partner';

export const cycleConsistency = defineNode({
  type: 'regularizer.cycle-consistency',
  version: 1,
  title: 'Cycle consistency',
  section: 'regularizer',
  synonyms: ['CycleMorph', 'cycle loss', 'round trip', 'comes back', 'consistent registration'],
  documentation: {
    summary: 'Mean squared difference of each image from itself after the way there and back.',
    details: `For the model *Displacement pair*: the fixed image is read where the way there and back leads, and has to be what it was; so has
the moving one, back and there. Both are added. It is a mean of squared differences of intensity, so that its weight means what that of *Mean squared
error* means: normalize images before, or weigh accordingly. Masks of *register* say what counts, each of its own image.

It is weaker than *Inverse consistency*: within a region of one intensity any way back is as good as another, and the maps themselves are
held only across edges. Take it where images are to come back and maps need not. CycleMorph weighs absolute differences.

It is no similarity: of an image that is moved nowhere all comes back. Models of one map are refused, since their inverse follows from it.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \big(F(g(h(x))) - F(x)\big)^2 + \big(M_0(h(g(x))) - M_0(x)\big)^2,\qquad
M_0 = M\circ T_0,\quad h = \mathrm{id}+u,\quad g = \mathrm{id}+w`,
    references: [
      {
        text: 'Kim, Kim, Park, Kim, Lee, Ye: CycleMorph: Cycle consistent unsupervised deformable image registration, 2020',
        doi: '10.48550/arXiv.2008.05772',
      },
    ],
  },
  params: z.object({ weight: weightParameter(1) }),
  inputs: {},
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared difference.' } },
  lower: (b, _, { weight }, { nodeId }) => ({
    objective: {
      kind: 'objective',
      name: nodeId,
      weight: b.dial('weight', weight),
      on: 'round-trips',
      loss: (body, comparison) =>
        meanOverChannels(body, comparison, ({ fixed, warped }) =>
          body.meanSquaredDifference({ fixed, warped, weight: comparison.domain.weight }),
        ),
      withoutPartner: (body, comparison) =>
        meanOverChannels(body, comparison, (channel) =>
          squaredDifferenceToAny(body, channel, comparison.domain),
        ),
    },
  }),
});
