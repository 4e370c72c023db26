import { sameGrid } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField, requireWeightOn } from '../grid-attributes';
import { imageInformation, informationMeasures, labelInformation } from './information.cpu';

const imagesKernel = defineKernel({
  name: 'image-information',
  bindings: { first: 'read', second: 'read', weight: 'read?', report: 'write' },
  parameters: { count: 'u32', bins: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => imageInformation(b.first, b.second, b.weight, b.report, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 16 * p.count, operations: 10 * p.count + 20 * p.bins * p.bins }),
});

const labelsKernel = defineKernel({
  name: 'label-information',
  bindings: { image: 'read', labels: 'read u32', report: 'write' },
  parameters: { count: 'u32', bins: 'u32', labelCount: 'u32', background: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => labelInformation(b.image, b.labels, b.report, p),
  gpu: 'host',
  cost: (p) => ({ bytes: 12 * p.count, operations: 8 * p.count + 20 * p.bins * p.labelCount }),
});

const told =
  'I = H(1) + H(2) − H(1,2), (H(1) + H(2)) / H(1,2), H(1), H(2) and H(1,2), entropies in nats, of a histogram of `bins` bins of ' +
  'equal width between the least and the largest intensity; 0, and 1 for the ratio, where both are constant or nothing counts.';

export const informationReport = defineOp<{ readonly bins: number }>()({
  name: 'informationReport',
  doc: `Information that two images share, over the voxels whose weight is not 0: ${told}`,
  inputs: { first: 'field', second: 'field', weight: 'field?' },
  outputs: ['report'],
  infer({ first, second, weight }) {
    if (!sameType(asField(first, 1), asField(second, 1))) {
      throw new InternalError('The images are on different grids.');
    }
    requireWeightOn(first, weight);
    return { report: scalarsType(informationMeasures.length) };
  },
  adjoint: 'not-differentiable',
  kernels: [imagesKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes: { bins } }) {
    const count = elementsPerBuffer(inputTypes.first);
    emitter.call(imagesKernel, { ...inputs, ...outputs }, { count, bins });
  },
});

export const labelInformationReport = defineOp<{
  readonly bins: number;
  /** How many labels there are, that of the background included. */
  readonly labelCount: number;
  readonly background: boolean;
}>()({
  name: 'labelInformationReport',
  doc: `Information that an image (1) and indices of labels (2) share, with or without the background: ${told}`,
  inputs: { image: 'field', labels: 'field' },
  outputs: ['report'],
  infer({ image, labels }) {
    if (!sameGrid(asField(image, 1).grid, asField(labels, 1, 'u32').grid)) {
      throw new InternalError('Image and labels are on different grids.');
    }
    return { report: scalarsType(informationMeasures.length) };
  },
  adjoint: 'not-differentiable',
  kernels: [labelsKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    const { bins, labelCount, background } = attributes;
    const count = elementsPerBuffer(inputTypes.image);
    emitter.call(
      labelsKernel,
      { ...inputs, ...outputs },
      { count, bins, labelCount, background: background ? 1 : 0 },
    );
  },
});
