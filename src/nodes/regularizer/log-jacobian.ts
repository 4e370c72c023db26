import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import { firstDerivativesMemory } from '../shared/derivatives-memory';
import { energyPart, squared } from '../shared/field-energy';
import { determinant, extendedBelow, ofTheMap } from '../shared/jacobian-formula';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const logJacobianEnergy = defineNode({
  type: 'regularizer.log-jacobian',
  version: 1,
  title: 'Log Jacobian energy',
  section: 'regularizer',
  synonyms: ['determinant', 'SDlogJ', 'volume change', 'topology', 'barrier', 'jl'],
  documentation: {
    summary: 'Mean squared logarithm of the change of volume: halving costs as much as doubling.',
    details: `It makes the spread of the log Jacobian small, the usual measure of how rough a map is, and fears folds: towards
a volume of 0 it grows without end. Rotations and shears cost nothing, so that it goes well with a little *Diffusion* or
*Bending energy*, or with a model that smooths.

A logarithm ends at 0, and steps do lead beyond. So from the *floor* δ downwards its tangent takes over: the cost goes on rising
in a straight line, value and slope are continuous, and a folded voxel is pulled open again.

It is meant of the map itself, whatever the model: of a velocity model the flow's end, of a model of two halves each. The affine
stage before is not weighed. Differences go from voxel to voxel, so that the measured
Jacobian, which takes central ones, is close to it but not equal. Weights of 0.01 to 0.1 are usual (NiftyReg: 0.01).

${firstDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x f(J(x)),\quad J = \det\Big(I + \frac{\partial u}{\partial x}\Big),\quad
f(J) = \begin{cases}(\log J)^2 & J \ge \delta\\ (\log\delta)^2 + \tfrac{2\log\delta}{\delta}(J-\delta) & J < \delta\end{cases}`,
    references: [
      {
        text: 'Rohlfing, Maurer, Bluemke, Jacobs: Volume-preserving nonrigid registration of MR breast images using free-form deformation with an incompressibility constraint, 2003',
        doi: '10.1109/TMI.2003.814791',
      },
      {
        text: 'Modat et al.: Fast free-form deformation using graphics processing units, 2010',
        doi: '10.1016/j.cmpb.2009.09.002',
      },
    ],
  },
  params: z.object({
    weight: weightParameter(0.05),
    floor: numberParameter({
      title: 'Floor δ',
      help: 'Volume below which the tangent takes the place of the logarithm; less makes folds dearer, and steps near them rougher.',
      default: 0.05,
      min: 0.001,
      max: 0.5,
      advanced: true,
    }),
  }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared log Jacobian.' } },
  lower: (b, places, { weight, floor }, { nodeId }) => ({
    objective: energyPart(
      b,
      nodeId,
      b.dial('weight', weight),
      {
        order: 1,
        ...ofTheMap,
        terms: [
          extendedBelow(determinant, floor, (volume) => squared(['log', volume]), {
            slope: (2 * Math.log(floor)) / floor,
          }),
        ],
      },
      places,
    ),
  }),
});
