import { voxelFromWorld } from '../../../imaging/grid';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { invertDisplacementOf } from './invert-displacement.cpu';
import source from './invert-displacement.wgsl?raw';

/** What a voxel takes on average; where a field is steep it is more. */
const usualEvaluations = 4;

const invertDisplacementKernel = defineKernel({
  name: 'invert-displacement',
  bindings: { displacement: 'read3', inverse: 'write3' },
  parameters: {
    nx: 'i32',
    ny: 'i32',
    nz: 'i32',
    evaluations: 'i32',
    worldFromTarget: 'matrix3x4',
    targetFromWorld: 'matrix3x4',
  },
  cpu: (b, p, share) => invertDisplacementOf(b.displacement, b.inverse, p, share),
  gpu: { source, threads: (p) => p.nx * p.ny * p.nz },
  cost: (p) => ({
    bytes: 24 * p.nx * p.ny * p.nz,
    operations: 150 * Math.min(usualEvaluations, p.evaluations) * p.nx * p.ny * p.nz,
  }),
});

export const invertDisplacement = defineOp<{
  /** How often the field is read at most for a voxel. */
  readonly evaluations: number;
}>()({
  name: 'invertDisplacement',
  doc:
    'Displacement v (mm) of the inverse of x + u(x): v(x) + u(x + v(x)) = 0 at every voxel, by Newton’s method, a step ' +
    'halved that does not come nearer, until 1e-4 voxels are left. `u` goes on beyond its edge. Where u folds there is ' +
    'no inverse, and what comes nearest stands. A constant: no gradient flows through it.',
  inputs: { displacement: 'field' },
  outputs: ['inverse'],
  infer: ({ displacement }) => ({ inverse: asField(displacement, 3) }),
  adjoint: 'constant',
  kernels: [invertDisplacementKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { grid } = asField(inputTypes.displacement);
    const [nx, ny, nz] = grid.sizeVoxels;
    emitter.call(
      invertDisplacementKernel,
      { displacement: i.displacement, inverse: o.inverse },
      {
        nx,
        ny,
        nz,
        evaluations: attributes.evaluations,
        worldFromTarget: [...grid.worldFromVoxel],
        targetFromWorld: [...voxelFromWorld(grid)],
      },
    );
  },
});
