import { InternalError } from '../../internal-error';
import type { ValueType } from '../../ir/values';
import { defineKernel } from '../define-kernel';
import { defineOp } from '../define-op';
import { distributionLength, mostCandidates, mostNumbers, strategyConstants } from './evolution';
import { drawCandidate, tellGeneration } from './evolution.cpu';
import candidateSource from './evolution-candidate.wgsl?raw';
import updateSource from './evolution-update.wgsl?raw';

/** What draws depend on beside their iteration and index. */
export type DrawAttributes = {
  /** From the document: another one gives other numbers. */
  readonly seed: number;
  /** Tells apart what draws with one seed, such as the levels of a registration. */
  readonly stream: number;
  /** Which numbers act, from 0; the others keep the mean. */
  readonly free: readonly number[];
};

const drawParameters = { count: 'u32', free: 'u32', seed: 'u32', stream: 'u32' } as const;

const candidateKernel = defineKernel({
  name: 'evolution-candidate',
  bindings: {
    mean: 'read',
    distribution: 'read',
    iteration: 'read',
    index: 'read',
    candidate: 'write',
  },
  parameters: drawParameters,
  sharedAmongThreads: false,
  cpu: (b, p) => drawCandidate(b, p),
  gpu: { source: candidateSource, threads: () => 1, workgroupSize: 1 },
  cost: ({ count }) => ({ bytes: 4 * count * (count + 2), operations: 2 * count * (count + 20) }),
});

const updateKernel = defineKernel({
  name: 'evolution-update',
  bindings: {
    mean: 'read',
    distribution: 'read',
    losses: 'read',
    iteration: 'read',
    newMean: 'write',
    next: 'update',
  },
  parameters: {
    ...drawParameters,
    population: 'u32',
    parents: 'u32',
    muEff: 'f32',
    slow: 'f32',
    fast: 'f32',
    damping: 'f32',
    rankOne: 'f32',
    rankMany: 'f32',
    positive: 'f32',
    negative: 'f32',
    total: 'f32',
    expected: 'f32',
    most: 'f32',
  },
  sharedAmongThreads: false,
  cpu: (b, p) => tellGeneration(b, p),
  gpu: { source: updateSource, threads: () => 1, workgroupSize: 1 },
  cost: ({ count, population }) => ({
    bytes: 16 * count * count,
    operations: 4 * population * count * count + 200 * count ** 3,
  }),
});

export const evolutionCandidate = defineOp<DrawAttributes>()({
  name: 'evolutionCandidate',
  doc:
    'mean + σ·B·D·z, z normal numbers that depend on seed, stream, iteration and index alone: a candidate of an evolution strategy. ' +
    `At most ${mostNumbers} numbers.`,
  inputs: { mean: 'scalars', distribution: 'scalars', iteration: 'scalars', index: 'scalars' },
  outputs: ['candidate'],
  infer({ mean, distribution, iteration, index }, attributes) {
    requireDistribution(mean, distribution, attributes);
    if (lengthOf(iteration) !== 1 || lengthOf(index) !== 1) {
      throw new InternalError('An iteration and an index are one number each.');
    }
    return { candidate: mean };
  },
  adjoint: 'not-differentiable',
  kernels: [candidateKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    emitter.call(
      candidateKernel,
      { ...inputs, ...outputs },
      drawsOf(lengthOf(inputTypes.mean), attributes),
    );
  },
});

export const evolutionUpdate = defineOp<DrawAttributes & { readonly mostMm: number }>()({
  name: 'evolutionUpdate',
  doc:
    'One generation of CMA-ES: mean, paths, covariance and spread from the losses of the candidates that `evolutionCandidate` gave, by their ranks ' +
    '(Hansen, arXiv 1604.00772, with negative weights). The spread stays below mostMm, and the largest eigenvalue of C at 1. ' +
    `A loss that is no number is the worst. At most ${mostCandidates} candidates.`,
  inputs: { mean: 'scalars', distribution: 'scalars', losses: 'scalars', iteration: 'scalars' },
  outputs: ['mean', 'distribution'],
  infer({ mean, distribution, losses, iteration }, attributes) {
    requireDistribution(mean, distribution, attributes);
    const population = lengthOf(losses);
    if (population < 4 || population > mostCandidates || lengthOf(iteration) !== 1) {
      throw new InternalError(`A generation has 4 to ${mostCandidates} candidates.`);
    }
    return { mean, distribution };
  },
  adjoint: 'not-differentiable',
  kernels: [updateKernel],
  emit(emitter, { inputs, outputs, inputTypes, attributes }) {
    const population = lengthOf(inputTypes.losses);
    const constants = strategyConstants(attributes.free.length, population);
    emitter.call(
      updateKernel,
      { ...inputs, newMean: outputs.mean, next: outputs.distribution },
      {
        ...drawsOf(lengthOf(inputTypes.mean), attributes),
        population,
        ...constants,
        most: attributes.mostMm,
      },
    );
  },
});

function lengthOf(type: ValueType): number {
  if (type.kind !== 'scalars') throw new InternalError('An evolution strategy is made of scalars.');
  return type.length;
}

function requireDistribution(
  mean: ValueType,
  distribution: ValueType,
  { seed, stream, free }: DrawAttributes,
): void {
  const count = lengthOf(mean);
  if (count > mostNumbers || lengthOf(distribution) !== distributionLength(count)) {
    throw new InternalError('A distribution does not go with its mean.');
  }
  if (free.length === 0 || free.some((index) => !(index >= 0 && index < count))) {
    throw new InternalError(
      'Some of the numbers must act, and those are told by where they stand.',
    );
  }
  const isInteger = [seed, stream].every(
    (one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32,
  );
  if (!isInteger) throw new InternalError('Seeds and streams are whole numbers of 32 bits.');
}

function drawsOf(count: number, { seed, stream, free }: DrawAttributes) {
  const bits = free.reduce((sum, index) => sum + 2 ** index, 0);
  return { count, free: bits, seed, stream };
}
