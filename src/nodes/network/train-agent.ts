import { z } from 'zod';
import { defineTrainingNode } from '../../runtime/api/nodes/define-training-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { requireValidation, trainingParameters } from '../shared/training-parameters';

export const trainAgent = defineTrainingNode({
  type: 'network.train-agent',
  version: 1,
  title: 'Train agent',
  section: 'network',
  synonyms: [
    'reinforcement learning',
    'Q-learning',
    'DQN',
    'actor-critic',
    'A3C',
    'reward',
    'episodes',
    'learn',
  ],
  documentation: {
    summary:
      'Lets an agent learn to bring images onto each other step by step, from pairs that it moves apart itself.',
    details: `The images of a pair have to **lie upon each other** as the dataset brings them: pairs of *Synthesize* with *Largest turn* and *Largest shift* of 0, or scans of one person that are
registered. In each step one pair is taken, its moving image is moved apart by some random motions within *Largest turn* and *Largest shift*, and shown so. Half of the motions are
within a quarter of that range, since most of a walk is near its end. So the way home is known; labels and objectives are not needed.

An agent of **action values** learns what each step is worth by the mean squared difference: by how much shorter it makes the way, √(shift² + turn²) in steps, and by how much the best
steps after it do, each counting *Discount* times the one before. There is no reward for arriving, so that a worth says how much is left to gain: below 0 an agent rests. After the first step the way is reckoned parameter by parameter.

An agent of **policy and value** learns from walks of some steps from each of these motions, drawn by its own policy: the reward is the decrease of the landmark error, the mean distance of the corners of a
box of half the image's size from home, in steps of a shift. The advantage is the discounted sum of the rewards and of the value at the walk's end, less the value at its beginning; one process learns from all walks of a step at once (A2C), in place of the
asynchronous ones of the published method.

What is drawn follows from the network's seed and the number of the step. Every *Validate every* steps each validation pair is moved by a motion of its own within the range, and the agent follows its best steps: \`validation.error\` is the
landmark error where it ends, \`validation.error.before\` that at the start, both in mm, \`validation.settled\` the share of walks that came to rest. The weights that did best
are given. Curve, checkpoints, cancelling and going on are those of *Train*.`,
    formula: String.raw`Q(s_t, a_t) = r_t + \gamma\max_a Q(s_{t+1}, a),\qquad r_t = D(T_t, T^*) - D(T_{t+1}, T^*)`,
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
  params: z.object({
    ...trainingParameters(0.001),
    turnDegrees: numberParameter({
      title: 'Largest turn',
      help: 'By which images are moved apart, about each axis, either way. An agent is at a loss beyond.',
      unit: '°',
      default: 15,
      min: 0,
      max: 90,
    }),
    shiftMm: numberParameter({
      title: 'Largest shift',
      help: 'By which images are moved apart, along each axis, either way.',
      unit: 'mm',
      default: 12,
      min: 0,
      max: 200,
    }),
    poses: integerParameter({
      title: 'Motions a step',
      help: 'By which one pair is moved apart in a step. More are steadier, and slower.',
      default: 16,
      min: 1,
      max: 256,
      advanced: true,
    }),
    discount: numberParameter({
      title: 'Discount',
      help: 'How much what comes a step later counts of what comes now. 0 looks at the next step alone.',
      default: 0.9,
      min: 0,
      max: 0.99,
      advanced: true,
    }),
    walk: integerParameter({
      title: 'Steps of a walk',
      help: 'Of a policy: how far it walks before its weights change.',
      default: 8,
      min: 1,
      max: 100,
      advanced: true,
    }),
    entropyWeight: numberParameter({
      title: 'Entropy',
      help: 'Of a policy: how much it counts that it stays undecided, and goes on trying. Can be turned while it learns.',
      default: 0.01,
      min: 0.000001,
      max: 10,
      advanced: true,
    }),
  }),
  takesObjectives: false,
  inputs: {
    network: {
      type: 'network',
      doc: 'A rigid agent. One that has learned before goes on from there.',
    },
    dataset: {
      type: 'dataset',
      doc: 'Pairs that lie upon each other, to learn from and to validate on.',
    },
  },
  gives: {
    network: 'The network with the weights that did best on the validation pairs.',
    report: 'Steps, loss, and the validation pairs: overlap of labels before and after, loss.',
  },
  train({ network, dataset }, { turnDegrees, shiftMm, ...params }, context) {
    requireValidation(dataset, context);
    if (turnDegrees === 0 && shiftMm === 0) {
      context.refuse({
        parameter: 'shiftMm',
        message: 'Nothing is moved apart: there is no way home to learn.',
        remedy: 'Set the turns and shifts that images to be registered may have.',
      });
    }
    return { learns: 'steps', network, dataset, range: { turnDegrees, shiftMm }, ...params };
  },
});
