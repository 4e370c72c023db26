import { z } from 'zod';
import type { Vec3 } from '../../imaging/frames';
import { defineComputedNode } from '../../runtime/api/nodes/define-computed-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { gridPadded } from '../shared/new-grids';
import { pairSeen, pairSeenPorts } from '../shared/pair-seen';

export const followAgent = defineComputedNode({
  type: 'network.follow-agent',
  version: 1,
  title: 'Follow agent',
  section: 'network',
  synonyms: [
    'reinforcement learning',
    'roll-out',
    'episode',
    'greedy',
    'policy',
    'rigid',
    'initialization',
  ],
  documentation: {
    summary: 'The rigid transform to which an agent that has learned leads, step by step.',
    details: `Both images are brought to what the agent has learned from, as by *Predict*. From each start the agent takes the step that it thinks best, looks at the images again, and goes on: until
no step is worth anything (action values), or until it comes to a pose for the second time. Of the poses that it then goes round through, the one counts at which least is left to gain, as it thinks.

**Roll-outs** begin from where the images lie (and *Initial* brings them), and from random motions within *Start turn* and *Start shift* about that. Of those that came to rest
the one counts at whose end least is left to gain; of a roll-out that comes to no rest within *Most steps*, its best pose. What an agent thinks is right only near what it has learned: the table says how many roll-outs came to rest
(\`agent.settled\`) and how many of these ended within two steps of the one that counts (\`agent.agreeing\`), both as shares, besides \`agent.steps\` and \`agent.left\`, in steps.

It **warns** where no roll-out came to rest, and where fewer than half of them agree. Its answer is as fine as its steps: wire it to *Initial* of *Register* for the rest.`,
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
    mostSteps: integerParameter({
      title: 'Most steps',
      help: 'Of a roll-out; so many steps as the images may be apart along all parameters together.',
      default: 100,
      min: 1,
      max: 2000,
    }),
    rollOuts: integerParameter({
      title: 'Roll-outs',
      help: 'Starts: the first from where the images lie. More find home from further away, and show whether it is one.',
      default: 5,
      min: 1,
      max: 64,
    }),
    turnDegrees: numberParameter({
      title: 'Start turn',
      help: 'Of the other starts, about each axis, either way.',
      unit: '°',
      default: 5,
      min: 0,
      max: 90,
      advanced: true,
    }),
    shiftMm: numberParameter({
      title: 'Start shift',
      help: 'Of the other starts, along each axis, either way.',
      unit: 'mm',
      default: 5,
      min: 0,
      max: 200,
      advanced: true,
    }),
    seed: integerParameter({
      title: 'Seed',
      help: 'Of the other starts.',
      default: 1,
      min: 0,
      max: 2_147_483_647,
      advanced: true,
    }),
  }),
  inputs: {
    ...pairSeenPorts,
    network: { type: 'network', doc: 'A rigid agent that has learned.' },
  },
  outputs: {
    transform: {
      type: 'transform',
      doc: 'Fixed to moving: *Initial* after the motion that was found.',
    },
    report: {
      type: 'table',
      doc: '`agent.steps`, `agent.left`: of the roll-out that counts; `agent.settled`, `agent.agreeing`: shares of roll-outs.',
    },
  },
  async compute({ network, fixed, moving, initial }, params, context) {
    const { turnDegrees, shiftMm, rollOuts, mostSteps, seed } = params;
    const seen = pairSeen({ network, fixed, moving, initial }, context);
    const { grid: domain, affine, smoothVoxels } = seen;
    // As much to either side, so that the middle stays.
    const margin = domain.sizeVoxels.map((size) => (size === 1 ? 0 : Math.ceil(size / 2)));
    const around = margin as unknown as Vec3;
    const found = await context.follow({
      network,
      fixed,
      moving,
      affine,
      domain,
      reach: gridPadded(domain, around, around),
      smoothVoxels,
      rollOuts,
      range: { turnDegrees, shiftMm },
      seed,
      mostSteps,
    });
    if (found.settled === 0) {
      context.warn({
        about: 'agent-restless',
        parameter: 'mostSteps',
        message: `The agent came to no rest within ${mostSteps} steps: the pose is the best that it passed.`,
        remedy:
          'Allow more steps; if that does not help, bring the images closer (Start), or train the agent on such images.',
      });
    } else if (2 * found.agreeing < rollOuts) {
      context.warn({
        about: 'agent-undecided',
        parameter: 'rollOuts',
        message: `Of ${rollOuts} roll-outs ${found.agreeing} ended where the one that counts did: the agent does not know these images well, or they are further apart than it has learned.`,
        remedy:
          'Look at the result; bring the images closer (Start), or train the agent on such images and motions.',
      });
    }
    return {
      transform: { kind: 'transform', grid: fixed.grid, affine: found.affine },
      report: {
        kind: 'table',
        rows: [
          { name: 'agent.steps', value: found.steps },
          { name: 'agent.left', value: found.left },
          { name: 'agent.settled', value: found.settled / rollOuts },
          { name: 'agent.agreeing', value: found.agreeing / rollOuts },
        ],
      },
    };
  },
});
