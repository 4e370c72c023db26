import { InternalError } from '../../internal-error';
import { elementsPerBuffer, sameType, scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import diceSource from './dice.wgsl?raw';
import countsSource from './label-counts.wgsl?raw';
import clearSource from './label-counts-clear.wgsl?raw';
import { countLabels, diceOf, meanOfDice } from './label-overlap.cpu';
import meanDiceSource from './mean-dice.wgsl?raw';

/**
 * For each label below `places` how often it occurs in the two maps together, then how often in
 * both at the same voxel.
 */
const labelCountsKernel = defineKernel({
  name: 'label-counts',
  bindings: { fixed: 'read', warped: 'read', counts: 'atomic u32' },
  parameters: { count: 'u32', places: 'u32' },
  sharedAmongThreads: false,
  cpu: (b, p) => countLabels(b.fixed, b.warped, b.counts, p.count, p.places),
  gpu: [
    { source: clearSource, threads: (p) => 2 * p.places, binds: ['counts'] },
    { source: countsSource, threads: (p) => p.count },
  ],
  cost: (p) => ({ bytes: 8 * p.count + 8 * p.places, operations: 3 * p.count }),
});

/** dice[place] = overlap of one label. */
const diceKernel = defineKernel({
  name: 'dice',
  bindings: { counts: 'read u32', dice: 'update' },
  parameters: { label: 'u32', places: 'u32', place: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    b.dice[p.place] = diceOf(b.counts, p.label, p.places);
  },
  gpu: { source: diceSource, threads: () => 1, workgroupSize: 1 },
  cost: () => ({ bytes: 12, operations: 2 }),
});

/** dice[0] = mean of those of the others that are not −1. */
const meanDiceKernel = defineKernel({
  name: 'mean-dice',
  bindings: { dice: 'update' },
  parameters: { labels: 'u32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    b.dice[0] = meanOfDice(b.dice, p.labels);
  },
  gpu: { source: meanDiceSource, threads: () => 1, workgroupSize: 1 },
  cost: (p) => ({ bytes: 4 * p.labels, operations: p.labels }),
});

export const labelOverlap = defineOp<{ readonly labels: readonly number[] }>()({
  name: 'labelOverlap',
  doc:
    'Dice 2|F∩W| / (|F| + |W|) of each of `labels`: their mean first, then one number a label. A ' +
    'label that only one map has counts as 0; one that neither has is −1 and left out of the mean.',
  inputs: { fixed: 'field', warped: 'field' },
  outputs: ['dice'],
  infer({ fixed, warped }, { labels }) {
    if (!sameType(asField(fixed, 1), asField(warped, 1))) {
      throw new InternalError('Fixed and warped labels are on different grids.');
    }
    if (!labels.every((label) => Number.isInteger(label) && label >= 0)) {
      throw new InternalError('Labels are whole numbers from 0.');
    }
    return { dice: scalarsType(1 + labels.length) };
  },
  adjoint: 'not-differentiable',
  kernels: [labelCountsKernel, diceKernel, meanDiceKernel],
  emit(emitter, { inputs: { fixed, warped }, outputs: { dice }, inputTypes, attributes }) {
    const { labels } = attributes;
    const places = 1 + Math.max(0, ...labels);
    const counts = emitter.scratch(2 * places, 'u32');
    const count = elementsPerBuffer(inputTypes.fixed);
    emitter.call(labelCountsKernel, { fixed, warped, counts }, { count, places });
    labels.forEach((label, index) => {
      emitter.call(diceKernel, { counts, dice }, { label, places, place: 1 + index });
    });
    emitter.call(meanDiceKernel, { dice }, { labels: labels.length });
  },
});
