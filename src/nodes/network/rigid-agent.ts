import {
  choiceParameter,
  integerListParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import { defineNetwork } from '../shared/define-network';

export const rigidAgent = defineNetwork({
  type: 'network.rigid-agent',
  title: 'Rigid agent',
  synonyms: [
    'reinforcement learning',
    'Q-network',
    'DQN',
    'action values',
    'policy',
    'actor-critic',
    'A3C',
    'artificial agent',
  ],
  documentation: {
    summary:
      'Sees both images and says which small step brings them closer: a shift or a turn, either way.',
    details: `In a slice there are six steps (along x, along y, about the normal), in a volume twelve. The agent looks at the fixed image and at the moving one as it lies, takes a step, and looks again,
until nothing is left to gain or it goes round in a circle. It learns by *Train agent* and is followed by *Follow agent*; *Train* and *Predict* are for networks that answer at once.

**Action values** (Liao et al.) say of each step by how much it and the best steps after it make the way shorter, later ones counting less. Since images are moved apart on purpose, the way home is known, and
so is the worth of each step: nothing is tried out, and it learns in minutes. **Policy and value** (Hu et al.) says how likely each step is to be taken, and how much is left to gain; it learns from walks that it takes itself, by the
decrease of the landmark error, which takes longer.

Convolutions of stride 2 with leaky ReLU (0.2), the mean of each channel and its first moments, dense layers. That is smaller than the published networks, which see volumes of a fixed size, and there is no ConvLSTM:
both images say all that there is to know of a state. Finer steps end closer, and take longer.`,
    formula: String.raw`T_{k+1} = T_k \circ A_{a},\qquad a = \arg\max_a Q_\theta\big(f,\ m\circ T_k\big)_a`,
    references: [
      {
        text: 'Liao, Miao, de Tournemire, Grbic, Kamen, Mansi, Comaniciu: An artificial agent for robust image registration, 2017',
        doi: '10.48550/arXiv.1611.10336',
      },
      {
        text: 'Hu, Luo, Wang, Yan, Ding, Wang, Wang, Wu: End-to-end multimodal image registration via reinforcement learning, 2021',
        doi: '10.1016/j.media.2020.101878',
      },
    ],
  },
  settings: {
    heads: choiceParameter({
      title: 'Says',
      help: 'The worth of each step, or how likely each is and how much is left to gain.',
      choices: ['action-values', 'policy-and-value'],
      default: 'action-values',
    }),
    stepMm: numberParameter({
      title: 'Shift of a step',
      help: 'Shorter steps end closer, and more of them are needed.',
      unit: 'mm',
      default: 1,
      min: 0.01,
      max: 100,
    }),
    stepDegrees: numberParameter({
      title: 'Turn of a step',
      help: 'As much of a turn as matters as much as that shift.',
      unit: '°',
      default: 1,
      min: 0.01,
      max: 45,
    }),
    encoder: integerListParameter({
      title: 'Encoder',
      help: 'Channels of the convolutions, each of which halves the size.',
      default: [16, 32, 64, 64],
      min: 1,
      max: 256,
      maxLength: 8,
    }),
    dense: integerListParameter({
      title: 'Dense layers',
      help: 'Numbers of the hidden layers before what it says.',
      default: [128],
      min: 1,
      max: 512,
      maxLength: 4,
    }),
  },
});
