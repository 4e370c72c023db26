import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import diceSource from './dice.wgsl?raw';
import countsSource from './label-counts.wgsl?raw';
import clearSource from './label-counts-clear.wgsl?raw';
import { countLabels, diceOfCounts } from './label-overlap.cpu';
import meanDiceSource from './mean-dice.wgsl?raw';

/**
 * For each label of a table how often it occurs in the two maps together, then how often in both at
 * the same voxel.
 */
const labelCountsKernel = defineKernel({
  name: 'label-counts',
  bindings: {
    fixed: 'read u32',
    warped: 'read u32',
    fixedPlaces: 'read',
    warpedPlaces: 'read',
    counts: 'atomic u32',
  },
  parameters: { voxels: 'u32', places: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => countLabels(b, p),
  gpu: [
    { source: clearSource, threads: (p) => 2 * p.places, binds: ['counts'] },
    { source: countsSource, threads: (p) => p.voxels },
  ],
  cost: (p) => ({ bytes: 8 * p.voxels + 16 * p.places, operations: 4 * p.voxels }),
});

/** dice[1…] = overlap of each label, dice[0] = mean of those that are not −1. */
const diceKernel = defineKernel({
  name: 'dice',
  bindings: { counts: 'read u32', dice: 'update' },
  parameters: { places: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => diceOfCounts(b.counts, b.dice, p.places),
  gpu: [
    { source: diceSource, threads: (p) => p.places },
    { source: meanDiceSource, threads: () => 1, workgroupSize: 1, binds: ['dice'] },
  ],
  cost: (p) => ({ bytes: 16 * p.places, operations: 4 * p.places }),
});

/** How many labels are compared. */
export type LabelOverlapAttributes = { readonly places: number };

export const labelOverlap = defineOp<LabelOverlapAttributes>()({
  name: 'labelOverlap',
  doc:
    'Dice 2|F∩W| / (|F| + |W|) of `places` labels: their mean first, then one number a label. Either ' +
    'map holds indices of its own; the number at an index of `fixedPlaces` or `warpedPlaces` says ' +
    'which of the labels it stands for, −1 for none. A label that only one map has counts as 0; one ' +
    'that neither has is −1 and left out of the mean.',
  inputs: { fixed: 'field', warped: 'field', fixedPlaces: 'scalars', warpedPlaces: 'scalars' },
  outputs: ['dice'],
  infer({ fixed, warped }, { places }) {
    if (!sameType(asField(fixed, 1, 'u32'), asField(warped, 1, 'u32'))) {
      throw new InternalError('Fixed and warped labels are on different grids.');
    }
    return { dice: scalarsType(1 + places) };
  },
  adjoint: 'not-differentiable',
  kernels: [labelCountsKernel, diceKernel],
  emit(emitter, { inputs, outputs: { dice }, inputTypes, attributes: { places } }) {
    const voxels = elementsPerBuffer(inputTypes.fixed);
    const counts = emitter.scratch(2 * places, 'u32');
    emitter.call(labelCountsKernel, { ...inputs, counts }, { voxels, places });
    emitter.call(diceKernel, { counts, dice }, { places });
  },
});
