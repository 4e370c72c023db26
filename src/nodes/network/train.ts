import { z } from 'zod';
import { defineTrainingNode } from '../../runtime/api/nodes/define-training-node';
import { wholeGridLevel } from '../registration/pyramid';
import { requireValidation, trainingParameters } from '../shared/training-parameters';

export const trainNetwork = defineTrainingNode({
  type: 'network.train',
  version: 1,
  title: 'Train',
  section: 'network',
  synonyms: [
    'learn',
    'fit',
    'optimize',
    'unsupervised',
    'VoxelMorph',
    'SynthMorph',
    'deep learning',
  ],
  documentation: {
    summary:
      'Lets a network learn to register the pairs of a dataset, on the objectives that are wired.',
    details: `Shows one pair a step. The network says how the moving image has to bend, the objectives say how good that is, and Adam changes the weights of the
network so that it is better the next time. The objectives are the very ones that *Register* takes, with the same parameters: local correlation with
diffusion is unsupervised training, *Label overlap* on the labels of the dataset beside it is weak supervision, *Label overlap* with diffusion alone is what SynthMorph
learns from.

Objectives that take data of their own, such as *Label overlap*, take it from the **dataset that is wired here**: its ports show one pair, and in
training the pair of the step. Data that does not change, such as a map of weights, may come from anywhere on the same grid; what
was made of a single pair is refused.

Every *Validate every* steps the network is tried on the validation pairs, which it never learns from. What it gives in the end are the weights that did best there: by
the overlap of labels, where there are labels, else by the loss. It never gives what did worse than the last look.

A network that is told how much regularization counts, such as *HyperMorph*, is told another share in every step, which follows from its seed and the number of the step, and what is wired counts
accordingly: the loss of a step is that of its share. It is tried on the validation pairs at 0.1, 0.5 and 0.9, and the mean decides. A weight that is turned meanwhile is
the one that the share is put on.

The curve, the dials and the viewer work as for *Register*: weights of objectives and the learning rate can be turned while it learns, the viewer shows
the first validation pair. What was learned is kept every minute and at the end, in the browser's database or, by
*weft train*, in the folder of the results: a run that is cancelled, a page that is closed or a process that is killed goes on where it stopped, and
more *Steps* go on where fewer ended. For the
same seed, on the same device, the result is the same to the bit, also when it was interrupted.`,
    formula: String.raw`\min_\theta\ \mathbb{E}_{(f,m)}\Big[\sum_i w_i\,\mathcal{L}_i\big(f,\ m\circ(\mathrm{id}+u_\theta(f,m))\big)\Big]`,
    references: [
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
      { text: 'Kingma, Ba: Adam: A method for stochastic optimization, 2015' },
    ],
  },
  params: z.object(trainingParameters(0.0001)),
  inputs: {
    network: {
      type: 'network',
      doc: 'What learns. One that has learned before goes on from there.',
    },
    dataset: { type: 'dataset', doc: 'The pairs to learn from, and those to validate on.' },
  },
  gives: {
    network: 'The network with the weights that did best on the validation pairs.',
    report: 'Steps, loss, and the validation pairs: overlap of labels before and after, loss.',
  },
  train({ network, dataset }, params, context) {
    requireValidation(dataset, context);
    const level = wholeGridLevel(dataset.grid);
    return { learns: 'registration', network, dataset, level, ...params };
  },
});
