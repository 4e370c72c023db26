import { z } from 'zod';
import { defineTrainingNode } from '../../runtime/api/nodes/define-training-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { wholeGridLevel } from '../registration/pyramid';
import { requireValidation, trainingParameters } from '../shared/training-parameters';

export const trainAdversarial = defineTrainingNode({
  type: 'network.train-adversarial',
  version: 1,
  title: 'Train with a learned similarity',
  section: 'network',
  synonyms: ['GAN', 'adversarial', 'learned metric', 'discriminator', 'generator', 'unsupervised'],
  documentation: {
    summary:
      'Lets a network learn to register, and beside it a discriminator that says how well two images fit.',
    details: `Does what *Train* does, with one more objective, which nobody has to choose: a discriminator learns to tell aligned pairs from what the network makes of its pairs, and the network learns to make pairs that
it takes for aligned. Both step in turn, the network first. Wire a regularizer, such as *Diffusion*, to *Objectives*: without one nothing holds the field together. Other similarities may be wired besides.

What is aligned the discriminator learns from examples. *Aligned*: from pairs that the dataset knows to be aligned: *Synthesize* paints what the fixed image shows a second time, in the contrast of the moving
one, with noise and shading of its own. So it learns across contrasts what no formula says. *Mixed*, for images of one contrast of which no aligned pairs are known: from the fixed image beside itself, with some of the moving
one mixed in.

Examples are read between voxels, at a shift of up to *Still aligned* along each axis, which is drawn anew in each step: what interpolation does to noise would tell a warped image else, whatever it shows.

The curve has three more lines: *learned-similarity*, what the network makes small of it (0 where it is taken for aligned, and about a quarter where the discriminator cannot tell); *discriminator*, what that
makes small, likewise a quarter; and *discriminator-accuracy*, the share of patches that it judged rightly. None falls steadily: two networks pull. Near an accuracy of 1 the network
has little to learn from: lower *Learning rate of the discriminator*. The validation pairs say how the registration does: the overlap of labels, where there are labels, decides which weights are given; without labels
those of the last look are, since what a similarity says that went on learning cannot be held against what it said before.

A GAN may end anywhere: other seeds, other results. Where a similarity is known that fits, it is the safer choice.

Chosen here: least squares in place of logarithms, and a discriminator that judges patches; the mixed examples have one *Moving share* throughout.`,
    formula: String.raw`\min_D\ \tfrac12\big[(D(f,\tilde f)-1)^2+D(f,m\circ\phi_\theta)^2\big],\qquad \min_\theta\ w\,(D(f,m\circ\phi_\theta)-1)^2+\sum_i w_i\mathcal L_i`,
    references: [
      {
        text: 'Fan, Cao, Wang, Yap, Shen: Adversarial learning for mono- or multi-modal registration, 2019',
        doi: '10.1016/j.media.2019.101545',
      },
      {
        text: 'Mao, Li, Xie, Lau, Wang, Smolley: Least squares generative adversarial networks, 2017',
        doi: '10.1109/ICCV.2017.304',
      },
    ],
  },
  params: z.object({
    ...trainingParameters(0.0001),
    similarityWeight: numberParameter({
      title: 'Weight',
      help: 'How much the learned similarity counts among the objectives. Can be turned while it learns.',
      default: 1,
      min: 0.0001,
      max: 10_000,
    }),
    discriminatorRate: numberParameter({
      title: 'Learning rate of the discriminator',
      help: 'Step of its Adam. Lower it where the discriminator is always right. Can be turned while it learns.',
      default: 0.0001,
      min: 0.0000001,
      max: 0.1,
    }),
    examples: choiceParameter({
      title: 'Examples',
      help: 'What the discriminator is shown as aligned: pairs that the dataset knows to be, or the fixed image beside itself, for one contrast.',
      choices: ['aligned', 'mixed'],
      default: 'aligned',
    }),
    mixed: numberParameter({
      title: 'Moving share',
      help: 'Of mixed examples: how much of the moving image is in them.',
      default: 0.2,
      min: 0,
      max: 0.5,
      advanced: true,
    }),
    shiftVoxels: numberParameter({
      title: 'Still aligned',
      help: 'By how much an example is off at most, along each axis.',
      unit: 'voxels',
      default: 0.5,
      min: 0,
      max: 4,
      advanced: true,
    }),
  }),
  inputs: {
    network: {
      type: 'network',
      doc: 'What learns to register. One that has learned before goes on from there.',
    },
    discriminator: {
      type: 'network',
      doc: 'A *Discriminator* that sees pairs. One that has learned before goes on from there.',
    },
    dataset: { type: 'dataset', doc: 'The pairs to learn from, and those to validate on.' },
  },
  gives: {
    network: 'The network with the weights that did best on the validation pairs.',
    discriminator: 'The discriminator as it was then: save it to go on from there.',
    report: 'Steps, loss, and the validation pairs: overlap of labels before and after, loss.',
  },
  train({ network, discriminator, dataset }, params, context) {
    requireValidation(dataset, context);
    const { similarityWeight, discriminatorRate, examples, mixed, shiftVoxels, ...length } = params;
    if (examples === 'aligned' && !dataset.trainingPair(0).aligned) {
      context.refuse({
        parameter: 'examples',
        message: 'Of these pairs no aligned ones are known.',
        remedy:
          'Take pairs of Synthesize, not augmented; or, for one contrast, set *Examples* to mixed.',
      });
    }
    return {
      learns: 'registration',
      network,
      dataset,
      level: wholeGridLevel(dataset.grid),
      ...length,
      similarity: {
        discriminator,
        weight: similarityWeight,
        learningRate: discriminatorRate,
        ...{ examples, mixed, shiftVoxels },
      },
    };
  },
});
