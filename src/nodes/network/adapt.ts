import { z } from 'zod';
import type { DatasetValue } from '../../runtime/api/data-kinds/dataset';
import { defineTrainingNode } from '../../runtime/api/nodes/define-training-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { wholeGridLevel } from '../registration/pyramid';
import { pairSeen, pairSeenPorts } from '../shared/pair-seen';
import {
  doubtToldRegularization,
  toldRegularizationParameter,
} from '../shared/told-regularization';

export const adapt = defineTrainingNode({
  type: 'network.adapt',
  version: 1,
  title: 'Adapt',
  section: 'network',
  synonyms: [
    'test-time adaptation',
    'instance optimization',
    'fine-tune',
    'continue training',
    'one pair',
    'TTA',
  ],
  documentation: {
    summary:
      'A network that has learned goes on learning on the very pair that it is to register, and on nothing else.',
    details: `Shows the network the same two images in every step, as *Predict* shows them, and lets Adam change its weights on the objectives that are wired.
What comes out is a network for these two images: wire it to *Predict* with the same images, the same *Initial* and the same *Regularization*. No other image is needed, no labels,
and nothing to validate on: what is made small is known of this pair.

It helps where the pair is not like what the network has learned from. *Register* from the prediction on the same objectives moves each voxel by itself instead, and as a rule gets
further in the same time; here the field stays one that the network can give, which is what smooths it beside the regularizer.

The objective is looked at every few steps. What it gives are the weights that did best, which are those that came where nothing did better; it ends early once *Patience* looks in a row
have found nothing better, and warns where the objective never fell. *Report* says with what it began and where it got to. How good the result is the objective does not say: measure by something
else, such as labels.

Objectives see both images on the grid of the network, intensities from 0 to 1, the moving one through *Initial*. Those with data of their own, such as *Label overlap*, are refused where
*Initial* is wired, which would not move these. Nothing is kept to go on from: an interrupted adaptation begins anew.`,
    formula: String.raw`\theta^* = \arg\min_\theta\ \sum_i w_i\,\mathcal{L}_i\big(f,\ m\circ(\mathrm{id}+u_\theta(f,m))\big),\quad \theta_0\ \text{as learned}`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
      { text: 'Kingma, Ba: Adam: A method for stochastic optimization, 2015' },
    ],
  },
  params: z.object({
    steps: integerParameter({
      title: 'Steps',
      help: 'At most; the pair is shown once in each.',
      default: 100,
      min: 1,
      max: 100_000,
    }),
    learningRate: numberParameter({
      title: 'Learning rate',
      help: 'Step of Adam. Lower it where the objective rises. Can be turned while the network adapts.',
      default: 0.0005,
      min: 0.0000001,
      max: 0.1,
    }),
    regularization: toldRegularizationParameter(),
    lookEvery: integerParameter({
      title: 'Look every',
      help: 'Steps between two looks at the objective.',
      unit: 'steps',
      default: 5,
      min: 1,
      max: 10_000,
      advanced: true,
    }),
    patience: integerParameter({
      title: 'Patience',
      help: 'Ends once so many looks in a row have found nothing better; 0 never does.',
      unit: 'looks',
      default: 4,
      min: 0,
      max: 1000,
      advanced: true,
    }),
  }),
  inputs: pairSeenPorts,
  gives: {
    network:
      'The network with the weights by which the objective was lowest; for this pair and no other.',
    report: 'Steps, and the objective before and after.',
  },
  async train({ network, fixed, moving, initial }, params, context) {
    const { regularization, lookEvery, ...rest } = params;
    const { domain, grid, affine, smoothVoxels } = pairSeen(
      { network, fixed, moving, initial },
      context,
    );
    doubtToldRegularization(network, regularization, context);
    const { intensities } = domain;
    const pair = {
      fixed: await context.see(
        { image: fixed, smoothVoxels: smoothVoxels.fixed },
        grid,
        intensities,
      ),
      moving: await context.see(
        { image: moving, affine, smoothVoxels: smoothVoxels.moving },
        grid,
        intensities,
      ),
    };
    const dataset: DatasetValue = {
      kind: 'dataset',
      grid,
      origin: 'one pair, adapted to',
      trainingPair: () => pair,
      validationPairs: 1,
      validationPair: () => pair,
    };
    return {
      learns: 'registration',
      network,
      dataset,
      level: wholeGridLevel(grid),
      validateEvery: lookEvery,
      adaptation: { regularization, isMoved: initial !== undefined },
      ...rest,
    };
  },
});
