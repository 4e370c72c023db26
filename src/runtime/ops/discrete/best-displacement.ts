import { InternalError } from '../../internal-error';
import { planeStride, sameType, withChannels } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { keepBest } from './best-displacement.cpu';
import source from './best-displacement.wgsl?raw';
import {
  type DisplacementWindow,
  requireWindow,
  windowParameters,
  windowParameterValues,
} from './window-of-displacements';

const bestDisplacementKernel = defineKernel({
  name: 'best-displacement',
  bindings: { costs: 'read', towards: 'read3', lowest: 'update', displacement: 'update3' },
  parameters: {
    ...windowParameters,
    voxels: 'i32',
    stride: 'i32',
    couplingX: 'f32',
    couplingY: 'f32',
    couplingZ: 'f32',
    begins: 'i32',
  },
  cpu: keepBest,
  gpu: { source, threads: (p) => p.voxels },
  cost: (p) => ({
    bytes: 4 * p.voxels * (p.count + 11),
    operations: 10 * p.voxels * p.count,
  }),
});

export type BestAttributes = DisplacementWindow & {
  /** Cost of one voxel² along each axis between a displacement and `towards`. */
  readonly coupling: readonly number[];
  /** Whether this run is the first, so that there is nothing to keep. */
  readonly begins: boolean;
};

export const bestDisplacement = defineOp<BestAttributes>()({
  name: 'bestDisplacement',
  doc:
    'Of the displacements of a run (`displacementCosts`) and the one that was kept before, the one of least cost(d) + Σ_a ' +
    'coupling_a·(d_a − towards_a)², in voxels, and that cost; of equal ones the shortest. What is kept is replaced in place.',
  inputs: { costs: 'field', towards: 'field', lowest: 'field', displacement: 'field' },
  outputs: ['lowest', 'displacement'],
  traits: { updatesInPlace: { lowest: 'lowest', displacement: 'displacement' } },
  infer({ costs, towards, lowest, displacement }, attributes) {
    requireWindow(attributes);
    const type = asField(costs, attributes.count);
    const isOnGrid =
      sameType(asField(towards), withChannels(type, 3)) &&
      sameType(asField(displacement), withChannels(type, 3)) &&
      sameType(asField(lowest), withChannels(type, 1));
    if (!isOnGrid) throw new InternalError('Displacements lie on the grid of their costs.');
    return { lowest, displacement };
  },
  adjoint: 'not-differentiable',
  kernels: [bestDisplacementKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const type = asField(inputTypes.costs);
    const [nx, ny, nz] = type.grid.sizeVoxels;
    const [couplingX = 0, couplingY = 0, couplingZ = 0] = attributes.coupling;
    emitter.call(
      bestDisplacementKernel,
      {
        costs: emitter.together(i.costs),
        towards: i.towards,
        lowest: o.lowest,
        displacement: o.displacement,
      },
      {
        ...windowParameterValues(attributes),
        voxels: nx * ny * nz,
        stride: planeStride(type),
        couplingX,
        couplingY,
        couplingZ,
        begins: attributes.begins ? 1 : 0,
      },
    );
  },
});
