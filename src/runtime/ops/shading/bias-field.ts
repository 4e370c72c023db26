import { InternalError } from '../../internal-error';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { biasField as biasOnCpu } from './bias-field.cpu';

const kernel = defineKernel({
  name: 'bias-field',
  bindings: { image: 'read', mask: 'read', logBias: 'write' },
  parameters: {
    nx: 'u32',
    ny: 'u32',
    nz: 'u32',
    elementsX: 'u32',
    elementsY: 'u32',
    elementsZ: 'u32',
    levels: 'u32',
    iterations: 'u32',
    convergence: 'f32',
    shrink: 'u32',
    bins: 'u32',
    fwhm: 'f32',
    noise: 'f32',
  },
  sharedAmongThreads: false,
  cpu: (b, p) =>
    biasOnCpu(b.image, b.mask, b.logBias, {
      ...p,
      sizeVoxels: [p.nx, p.ny, p.nz],
      elements: [p.elementsX, p.elementsY, p.elementsZ],
    }),
  gpu: 'host',
  cost(p) {
    const voxels = p.nx * p.ny * p.nz;
    const samples = voxels / p.shrink ** 3;
    return {
      bytes: 12 * voxels,
      operations: 30 * voxels * p.levels + 60 * samples * p.levels * p.iterations,
    };
  },
});

export type BiasAttributes = {
  /** Pieces of the spline along x, y and z at the first level; each level has twice as many. */
  readonly elements: readonly [number, number, number];
  readonly levels: number;
  readonly iterations: number;
  readonly convergence: number;
  readonly shrink: number;
  readonly bins: number;
  readonly fwhm: number;
  readonly noise: number;
};

export const biasField = defineOp<BiasAttributes>()({
  name: 'biasField',
  doc:
    'The log of the smooth factor by which an image is brighter here than there, where `mask` is above 0, as N4 finds it: a cubic ' +
    'B-spline, refined by level, that makes the histogram of log intensities sharpest. Its mean over the mask is 0; where nothing ' +
    'above 0 counts it is 0.',
  inputs: { image: 'field', mask: 'field' },
  outputs: ['logBias'],
  infer({ image, mask }) {
    const type = asField(image, 1);
    if (asField(mask, 1).grid.sizeVoxels.some((n, k) => n !== type.grid.sizeVoxels[k])) {
      throw new InternalError('The mask is not on the grid of the image.');
    }
    return { logBias: type };
  },
  adjoint: 'not-differentiable',
  kernels: [kernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    const { elements, ...numbers } = attributes;
    const [nx, ny, nz] = asField(inputTypes.image).grid.sizeVoxels;
    const [elementsX, elementsY, elementsZ] = elements;
    emitter.call(
      kernel,
      { ...inputs, ...outputs },
      { nx, ny, nz, elementsX, elementsY, elementsZ, ...numbers },
    );
  },
});
