import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { demonsForce } from '../registration/demons-force';

export const demons = defineNode({
  type: 'optimizer.demons',
  version: 1,
  title: 'Demons forces',
  section: 'optimizer',
  synonyms: [
    'Thirion',
    'diffeomorphic demons',
    'log-demons',
    'fast symmetric forces',
    'ESM',
    'Gauss-Newton',
    'Levenberg-Marquardt',
    'optical flow',
  ],
  documentation: {
    summary:
      'Looks into squared differences and finds for each voxel the step that would end its own.',
    details: `A gradient says which way is down; squared differences say also how far. Where the images differ by r and their intensity
changes by J per mm, a motion of −r/J would make them equal: the step of Gauss and Newton, for each voxel by itself. Where J is
faint that is far, so that the step is damped, the more the larger r is: no step is longer than *step*, and none has to be searched. The model's
Gaussians then make a field of the steps: *smooth gradient* is fluid, *smooth field* is elastic or diffusive regularization.

What it is depends on the model: with **Displacement field** it is additive demons, as ITK's *Fast symmetric forces*; with **Greedy** it is
diffeomorphic demons, whose steps are composed; with **Stationary velocity field** it is log-demons, which with *half way* is symmetric;
with **SyN** each half takes half of the step.

**Gradient**: *fixed* is Thirion's, constant and cheapest; *moving*, of the warped image, is that of Gauss and Newton; *symmetric* is the mean
of both (efficient second-order minimization), which is the default, converges fastest, and is what *symmetric forces* means.

It needs squared differences and nothing else: *Mean squared error*, *Sum of squared differences*, or *Self-similarity context* between
contrasts, whose twelve channels make 3 × 3 equations a voxel; several of them are weighed by their weights. Bring images of one contrast to the same
intensities first (*Match histogram*). A regularizer has no say and is refused: the Gaussians are what regularizes. It takes no step back, and a
weight on a single objective changes nothing.

Defaults are those of ITK 5: step 0.5, symmetric. There differences below 0.001 count as none; here they fade out about *least
difference*, so that noise in flat background does not move. A point without a partner does not move by itself.`,
    formula: String.raw`\delta = -\Big(\sum_c J_c J_c^\top + \frac{1}{\kappa}\sum_c r_c^2\Big)^{-1}\sum_c r_c J_c
\;\overset{C=1}{=}\; -\frac{r\,J}{\lVert J\rVert^2 + r^2/\kappa},\qquad
r = M\circ T - F,\quad J = \tfrac12\nabla(F + M\circ T),\quad \kappa = 4\,s^2 h^2`,
    references: [
      {
        text: 'Thirion: Image matching as a diffusion process: an analogy with Maxwell’s demons, 1998',
        doi: '10.1016/S1361-8415(98)80022-4',
      },
      {
        text: 'Vercauteren, Pennec, Perchant, Ayache: Diffeomorphic demons: efficient non-parametric image registration, 2009',
        doi: '10.1016/j.neuroimage.2008.10.040',
      },
      {
        text: 'Vercauteren, Pennec, Perchant, Ayache: Symmetric log-domain diffeomorphic registration: a demons-based approach, 2008',
        doi: '10.1007/978-3-540-85988-8_90',
      },
    ],
  },
  params: z.object({
    stepVoxels: numberParameter({
      title: 'Step',
      help: 'Longest motion of a voxel in one iteration, before smoothing: smaller is steadier. May be turned while it runs.',
      unit: 'voxels',
      default: 0.5,
      min: 0.01,
      max: 10,
      turnable: true,
    }),
    gradient: choiceParameter({
      title: 'Gradient',
      help: 'Which image says how intensities change: the fixed one, the warped one, or both.',
      choices: ['symmetric', 'fixed', 'moving'],
      default: 'symmetric',
    }),
    leastDifference: numberParameter({
      title: 'Least difference',
      help: 'Differences of intensity below this move nothing; more keeps noise in flat areas still.',
      default: 0.001,
      min: 0,
      max: 1e6,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { optimizer: { type: 'optimizer', doc: 'Damped Gauss-Newton steps, voxel by voxel.' } },
  lower(b, _, { stepVoxels, gradient, leastDifference }) {
    const size = b.dial('stepVoxels', stepVoxels);
    return {
      optimizer: {
        kind: 'optimizer',
        needsResiduals: true,
        start: () => [],
        refine: () => [],
        iterate(body, problem, { variables }) {
          const evaluation = problem.evaluate(variables);
          const { residuals } = evaluation;
          const { relativeMotion: motions, level } = problem;
          if (!residuals || !motions) throw new RangeError('There are no squares to look into.');
          const force = demonsForce(body, residuals, level.grid, {
            gradient,
            stepVoxels: size,
            leastDifference,
          });
          // The shortest steps of all variables that come to the force.
          const all = motions.reduce((total, motion) => total + motion * motion, 0);
          const steps = motions.map((motion) =>
            motion === all ? force : body.scale({ value: force }, { factor: motion / all }),
          );
          return {
            variables: problem.retract(variables, problem.precondition(steps)),
            state: [],
            evaluation,
          };
        },
      },
    };
  },
});
