import { defineKernel } from '../define-kernel';
import { reductionWorkgroup } from '../reduction';
import source from './sum-partials.wgsl?raw';

/**
 * Second half of a sum over a volume: total[q] = factor · Σ partials[q · count + i] for
 * `quantities` sums of `count` partial sums each.
 */
export const sumPartialsKernel = defineKernel({
  name: 'sum-partials',
  bindings: { partials: 'read', total: 'write' },
  parameters: { count: 'u32', quantities: 'u32', factor: 'f32' },
  sharedAmongThreads: false,
  cpu(b, p) {
    for (let quantity = 0; quantity < p.quantities; quantity += 1) {
      let sum = 0;
      for (let i = 0; i < p.count; i += 1) sum += b.partials[quantity * p.count + i] as number;
      b.total[quantity] = p.factor * sum;
    }
  },
  gpu: {
    source,
    threads: (p) => p.quantities * reductionWorkgroup,
    workgroupSize: reductionWorkgroup,
  },
  cost: (p) => ({ bytes: 4 * p.count * p.quantities, operations: p.count * p.quantities }),
});
