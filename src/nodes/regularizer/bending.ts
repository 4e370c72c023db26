import { z } from 'zod';
import type { Grid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { LevelContext, ModelField } from '../../runtime/api/nodes/port-values';
import { secondDerivativesMemory } from '../shared/derivatives-memory';
import { components, energyPart, squaredBends } from '../shared/field-energy';
import { weightParameter } from '../shared/objective-weight';
import { placePorts } from '../shared/place-weight';

export const bending = defineNode({
  type: 'regularizer.bending',
  version: 1,
  title: 'Bending energy',
  section: 'regularizer',
  synonyms: ['thin plate', 'Hessian', 'second order', 'smoothness', 'BE'],
  documentation: {
    summary:
      'Mean of all squared second derivatives of the field: the energy of a bent thin plate.',
    details: `Like *Curvature* it lets a field slope evenly at no cost, but it sees bending in every
direction: a saddle, whose Laplacian is zero, costs too. It is what splines are usually regularized with.

Derivatives are taken per mm along the axes of the world, so that a weight means the same on every grid and at
every level; beyond the edge of the image lies the value of the edge. It needs a model with a field.

Of a *B-spline* it is exact: the mean over all that the image fills, from products of integrals over the axes, at a cost that
goes with the number of control points and not of voxels. (Where places are wired that count more than others, and on a grid
whose axes are not at right angles, it is that of the voxels.)

${secondDerivativesMemory}`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_x \sum_{k}\sum_{i,j}
\Big(\frac{\partial^2 u_k}{\partial x_i\,\partial x_j}\Big)^2`,
    references: [
      {
        text: 'Rueckert, Sonoda, Hayes, Hill, Leach, Hawkes: Nonrigid registration using free-form deformations, 1999',
        doi: '10.1109/42.796284',
      },
    ],
  },
  params: z.object({ weight: weightParameter(2.5) }),
  inputs: placePorts,
  outputs: { objective: { type: 'objective', doc: 'Weighted mean bending energy, mm⁻².' } },
  lower(b, places, params, { nodeId }) {
    const ofVoxels = energyPart(
      b,
      nodeId,
      b.dial('weight', params.weight),
      {
        order: 2,
        terms: components.map(squaredBends),
      },
      places,
    );
    // What is wired says how much each voxel counts, which coefficients do not know.
    if (Object.values(places).some((place) => place !== undefined)) return { objective: ofVoxels };
    return {
      objective: {
        ...ofVoxels,
        roles: ['coefficients', ...ofVoxels.roles],
        loss: (body: Builder, field: ModelField, level: LevelContext) =>
          field.role === 'coefficients'
            ? splineBendingEnergy(body, field.value, level.grid)
            : ofVoxels.loss(body, field, level),
      },
    };
  },
});

/** The mean over what the grid's voxels fill, of a cubic B-spline on control points along its axes. */
function splineBendingEnergy(b: Builder, coefficients: ValueId, grid: Grid): ValueId {
  const type = b.typeOf(coefficients);
  if (type.kind !== 'field') throw new RangeError('Coefficients are a field.');
  const controls = gridAttributes(type.grid);
  const grams = b.splineGrams(
    {},
    {
      ...gridAttributes(grid),
      controlSize: controls.size,
      worldFromControl: controls.worldFromVoxel,
    },
  );
  return b.splineBending({ coefficients, grams }).energy;
}
