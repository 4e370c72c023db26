import { z } from 'zod';
import { type Grid, spacingMm } from '../../imaging/grid';
import type { Builder } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { addSteps } from '../registration/add-steps';
import { fieldModel } from '../registration/field-model';
import { flowBackward, flowForward } from '../registration/flow';

/** Where a Gaussian is cut off, in standard deviations. */
const truncate = 2;

/** No Gaussian reaches over more voxels than this to one side. */
const mostReachVoxels = 255;

export const lddmm = defineNode({
  type: 'model.lddmm',
  version: 1,
  title: 'LDDMM',
  section: 'model',
  synonyms: [
    'large deformation diffeomorphic metric mapping',
    'time-varying velocity',
    'TVVF',
    'Beg',
    'geodesic',
    'diffeomorphic',
    'flow',
    'Sobolev',
    'metric',
    'deformable',
    'invertible',
  ],
  documentation: {
    summary:
      'Moves every voxel along a flow whose velocity changes over time, and measures how far that is.',
    details: `What is optimized are velocities at several *time steps*; points flow along one after the other. Each is smooth as the
*kernel* K makes it, a Gaussian in mm, so that enough steps lead to a map without folds, however far it goes. Steps
are those of Euler; the gradient goes through every one of them exactly.

With *Kinetic energy* wired beside a similarity this is the method of Beg and others: of all flows that bring the images
together the one of least ∫‖v‖² is sought, whose root is a distance between the two anatomies. The unknowns are fields w with
v = K^½ w, since then ‖v‖² in the metric of K is the plain sum of squares of w, and a step down the plain gradient moves v by K times its
own gradient: the Sobolev gradient of that paper. So every optimizer works in that metric. Without *Kinetic energy* it is
the time-varying velocity field of ANTs.

Use it for large deformations that a stationary velocity cannot follow, or where the distance counts. For anything else *SyN* or
*Greedy* is as accurate, several times faster and smaller. An inverse is found by flowing back, each step undone; *register* says by how much the
two miss. At the border of the image velocities fall off.

**Memory**: a plan holds about four fields of three numbers a voxel for each time step, with Adam six: at 256³ voxels and 8 time steps 10
GB with Adam, while no single buffer is larger than an image. *Plan* tells before anything runs; fewer time steps, or a schedule that ends at
half the size, need less.

Scripts for ANTs usually have 4 time steps, and a variance of 3 voxels² by which each step is smoothed; Beg and others take many more and a kernel (γ − αΔ)⁻²,
for which a Gaussian stands here.`,
    formula: String.raw`T = \varphi_1,\quad \dot\varphi_t = v_t\circ\varphi_t,\quad \varphi_0=\mathrm{id},\qquad
u_{k+1} = u_k + \tfrac1T\,v_k\circ(\mathrm{id}+u_k),\qquad v_k = K^{1/2} w_k`,
    references: [
      {
        text: 'Beg, Miller, Trouvé, Younes: Computing large deformation metric mappings via geodesic flows of diffeomorphisms, 2005',
        doi: '10.1023/B:VISI.0000043755.93987.aa',
      },
      {
        text: 'Avants, Epstein, Grossman, Gee: Symmetric diffeomorphic image registration with cross-correlation, 2008',
        doi: '10.1016/j.media.2007.06.004',
      },
    ],
  },
  params: z.object({
    timeSteps: integerParameter({
      title: 'Time steps',
      help: 'Velocities one after the other; more follow larger motions without folds, and cost memory and time in proportion.',
      default: 8,
      min: 2,
      max: 32,
    }),
    kernelMm: numberParameter({
      title: 'Kernel',
      help: 'Standard deviation of the Gaussian that makes velocities smooth; more makes the motion stiffer and folds less.',
      unit: 'mm',
      default: 4,
      min: 0,
      max: 1000,
    }),
  }),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Velocities over time, mm per unit of time.' } },
  lower(_, __, { timeSteps, kernelMm }) {
    const fields = fieldModel('velocity', { smoothGradientVoxels: 0 }, timeSteps);
    const velocitiesOf = (b: Builder, variables: Variables, grid: Grid): Variables => {
      const sigmaVoxels = halfKernelVoxels(grid, kernelMm);
      if (sigmaVoxels.every((sigma) => sigma === 0)) return variables;
      return variables.map((value) =>
        b.gaussian({ value }, { sigmaVoxels, truncate, edges: 'zero', transposed: false }),
      );
    };
    const share = 1 / timeSteps;
    return {
      model: {
        kind: 'model',
        hasMetric: true,
        start: fields.start,
        refine: fields.refine,
        lossScale: fields.lossScale,
        refuses: (grid) => kernelTooWide(grid, kernelMm),
        maps: (b, variables, { grid }) => ({
          moving: { displacement: flowForward(b, velocitiesOf(b, variables, grid)) },
        }),
        fields: (b, variables, { grid }) => [
          ...velocitiesOf(b, variables, grid).map(
            (value) => ({ role: 'velocity', value, share }) as const,
          ),
          ...variables.map((value) => ({ role: 'metric', value, share }) as const),
        ],
        update: addSteps,
        inverse: (b, variables, { grid }) => flowBackward(b, velocitiesOf(b, variables, grid)),
      },
    };
  },
});

/** Standard deviations of the Gaussian K^½ along the axes of a grid: applied twice it is one of `kernelMm`. */
function halfKernelVoxels(grid: Grid, kernelMm: number): readonly number[] {
  return spacingMm(grid).map((edge, axis) =>
    grid.sizeVoxels[axis] === 1 ? 0 : kernelMm / Math.SQRT2 / edge,
  );
}

/** Why a kernel cannot be used on the fixed grid: its Gaussian reaches over more voxels than one may. */
function kernelTooWide(grid: Grid, kernelMm: number): LoweringProblem | undefined {
  const widest = Math.max(...halfKernelVoxels(grid, kernelMm));
  if (truncate * widest <= mostReachVoxels) return undefined;
  const mostMm = (kernelMm * mostReachVoxels) / (truncate * widest);
  return {
    port: 'model',
    message: `The kernel of ${kernelMm} mm is ${Math.round(widest * Math.SQRT2)} voxels of the fixed image wide: nothing would bend.`,
    remedy: `Choose a kernel of a few voxels; at most ${Number(mostMm.toPrecision(2))} mm fit here.`,
  };
}
