import { InternalError } from '../../internal-error';
import { scalarsType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { requireBins } from './parzen';
import { spreadSums, sumTable } from './table-sums.cpu';
import source from './table-sums.wgsl?raw';
import adjointSource from './table-sums-adjoint.wgsl?raw';

const parameters = {
  bins: 'u32',
  keptStride: 'u32',
  summedStride: 'u32',
  power: 'u32',
} as const;

const tableSumsKernel = defineKernel({
  name: 'table-sums',
  bindings: { histogram: 'read', sums: 'write' },
  parameters,
  sharedAmongThreads: false,
  cpu: (b, p) => sumTable(b.histogram, b.sums, p),
  gpu: { source, threads: (p) => p.bins },
  cost: (p) => ({ bytes: 4 * p.bins ** 2, operations: 3 * p.bins ** 2 }),
});

const tableSumsAdjointKernel = defineKernel({
  name: 'table-sums-adjoint',
  bindings: { cotangent: 'read', histogram: 'write' },
  parameters,
  sharedAmongThreads: false,
  cpu: (b, p) => spreadSums(b.cotangent, b.histogram, p),
  gpu: { source: adjointSource, threads: (p) => p.bins ** 2 },
  cost: (p) => ({ bytes: 4 * p.bins ** 2, operations: 3 * p.bins ** 2 }),
});

export type TableSumAttributes = {
  readonly bins: number;
  /** Which bins the sums belong to: those of the fixed image (rows) or of the warped one. */
  readonly of: 'fixed' | 'warped';
  /** Power of the place of the other image's bin: 0 counts, 1 and 2 give means and spreads. */
  readonly power: 0 | 1 | 2;
};

function numbersOf({ bins, of, power }: TableSumAttributes) {
  const [keptStride, summedStride] = of === 'fixed' ? [bins, 1] : [1, bins];
  return { bins, keptStride, summedStride, power };
}

export const tableSums = defineOp<TableSumAttributes>()({
  name: 'tableSums',
  doc:
    'sums[a] = Σ_b y(b)ᵖᵒʷᵉʳ · p(a,b) of a joint histogram, or sums[b] = Σ_a y(a)ᵖᵒʷᵉʳ · p(a,b): its marginals, and with a power ' +
    'moments of the one image for each bin of the other. The place y of a bin is −½ at the lower end of the ' +
    'range and ½ at the upper one. Of a cubic B-spline window the first moments are exact, the second ones ' +
    'too large by ⅓ of a squared bin.',
  inputs: { histogram: 'scalars' },
  outputs: ['sums'],
  infer({ histogram }, { bins }) {
    requireBins(bins);
    if (histogram.kind !== 'scalars' || histogram.length !== bins * bins) {
      throw new InternalError(`A joint histogram of ${bins} bins has ${bins * bins} cells.`);
    }
    return { sums: scalarsType(bins) };
  },
  adjoint(b, { attributes }, { sums: cotangent }) {
    if (cotangent === undefined) return {};
    return { histogram: b.op('tableSumsAdjoint', { cotangent }, attributes).histogram };
  },
  kernels: [tableSumsKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(tableSumsKernel, { ...inputs, ...outputs }, numbersOf(attributes));
  },
});

export const tableSumsAdjoint = defineOp<TableSumAttributes>()({
  name: 'tableSumsAdjoint',
  doc: 'Cotangent of the joint histogram from that of its `tableSums`: each cell gets y(other)ᵖᵒʷᵉʳ of it.',
  inputs: { cotangent: 'scalars' },
  outputs: ['histogram'],
  infer({ cotangent }, { bins }) {
    requireBins(bins);
    if (cotangent.kind !== 'scalars' || cotangent.length !== bins) {
      throw new InternalError(`There are ${bins} sums.`);
    }
    return { histogram: scalarsType(bins * bins) };
  },
  adjoint: 'not-differentiable',
  kernels: [tableSumsAdjointKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(tableSumsAdjointKernel, { ...inputs, ...outputs }, numbersOf(attributes));
  },
});
