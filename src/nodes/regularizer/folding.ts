import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import { difference, energyPart, squared } from '../shared/field-energy';
import { determinant, ofTheMap, positivePart } from '../shared/jacobian-formula';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const folding = defineNode({
  type: 'regularizer.folding',
  version: 1,
  title: 'Folding penalty',
  section: 'regularizer',
  synonyms: ['antifold', 'negative Jacobian', 'determinant', 'orientation', 'topology', 'NDV'],
  documentation: {
    summary:
      'What voxels lack to a least volume, on average: presses folds open and leaves all else alone.',
    details: `Where the map keeps more than the *least volume* of every voxel, nothing is weighed and nothing
slows down. Where it does not, the cost rises with what is missing, or with its square, and goes on rising into the fold.

It makes folds fewer; it does not forbid them: the last ones may resist where the images pull harder, so raise the
weight or the least volume. A least volume of 0 only sees what has folded already; 0.1 keeps away from it. For a map that
cannot fold by its making, take the velocity model.

It is meant of the map itself, whatever the model; the affine stage before is not weighed. Folds are rare, so that a mean over all voxels
is small: weights of 10 to 1000 are usual beside correlations (SYMNet: 100, with a least volume of 0), a hundredth of that beside mean
squared errors of images of 0 to 1. Too much of it, with long steps, holds the images apart.

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \max\big(0,\;\varepsilon - J(x)\big)^{p},\qquad
J = \det\Big(I + \frac{\partial u}{\partial x}\Big),\quad p \in \{1, 2\}`,
    references: [
      {
        text: 'Mok, Chung: Fast symmetric diffeomorphic image registration with convolutional neural networks, 2020',
        doi: '10.1109/CVPR42600.2020.00470',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(100),
    leastVolume: numberParameter({
      title: 'Least volume ε',
      help: 'What should be left of every voxel; below it the penalty begins. 1 is all of it.',
      default: 0.1,
      min: 0,
      max: 1,
    }),
    rise: choiceParameter({
      title: 'Rise',
      help: 'Whether it rises with what is missing, or with its square, which is gentle on what is hardly missing anything.',
      choices: ['linear', 'squared'],
      default: 'linear',
      advanced: true,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean of what is missing.' } },
  lower(b, places, { weight, leastVolume, rise }, { nodeId }) {
    const missing = positivePart(difference(leastVolume, determinant));
    const energy = {
      order: 1,
      ...ofTheMap,
      terms: [rise === 'linear' ? missing : squared(missing)],
    } as const;
    return { objective: energyPart(b, nodeId, b.dial('weight', weight), energy, places) };
  },
});
