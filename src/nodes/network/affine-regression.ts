import { choiceParameter, integerListParameter } from '../../runtime/api/nodes/parameters';
import { defineNetwork } from '../shared/define-network';

export const affineRegression = defineNetwork({
  type: 'network.affine-regression',
  title: 'Affine regression',
  synonyms: ['rigid', 'affine network', 'DLIR', 'pose', 'parameters', 'initialization'],
  documentation: {
    summary: 'Sees both images at once and gives one rigid or affine map: nothing bends.',
    details: `Convolutions of stride 2 with leaky ReLU (0.2), then the mean of each channel and its first moments along the axes, then dense layers that end in the parameters of the map, the ones
of the models *Rigid* and *Affine*: angles, shifts, logarithms of scales, shears, about the middle of the grid. The last layer begins with zeros, so that it learns from the identity on.
In a slice three parameters are free of a rigid map and six of an affine one; in a volume six and twelve.

It learns by *Train* as all networks do, on *Label overlap* or on any similarity; a regularizer has nothing to do. *Predict* then gives a transform with an affine map alone: wire it to *Initial* of
*Register*, or of the *Predict* of a network that bends. Wired to *Initial* of a second *Predict* of the same network it is refined. It fits images of any size, and learns what *Synthesize* shows it: its *Largest turn* and *Largest shift* say how far images may be apart.

The moments are no part of the published network: an average alone does not say where something was seen.`,
    formula: String.raw`x \mapsto c + t + R(\omega)\,U\,(x - c),\qquad (\omega, t, U) = g_\theta(f, m)`,
    references: [
      {
        text: 'de Vos, Berendsen, Viergever, Sokooti, Staring, Išgum: A deep learning framework for unsupervised affine and deformable image registration, 2019',
        doi: '10.1016/j.media.2018.11.010',
      },
    ],
  },
  settings: {
    predicts: choiceParameter({
      title: 'Predicts',
      help: 'A rigid map turns and shifts; an affine one scales and shears besides.',
      choices: ['rigid', 'affine'],
      default: 'affine',
    }),
    encoder: integerListParameter({
      title: 'Encoder',
      help: 'Channels of the convolutions, each of which halves the size.',
      default: [16, 32, 64, 64, 64],
      min: 1,
      max: 256,
      maxLength: 8,
    }),
    dense: integerListParameter({
      title: 'Dense layers',
      help: 'Numbers of the hidden layers before the parameters.',
      default: [64],
      min: 1,
      max: 512,
      maxLength: 4,
    }),
  },
});
