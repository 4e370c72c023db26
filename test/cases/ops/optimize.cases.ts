import { obliqueGrid, oneSliceGrid, randomField, scalars } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const rounding = {
  absolute: 1e-6,
  relative: 1e-5,
  because: 'a few roundings to float32, and powers by exp and log',
} as const;

const hyper = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 } as const;

function adamCase(
  name: string,
  gradient: CaseValue,
  mean: CaseValue,
  variance: CaseValue,
  iteration: number,
): OpCase {
  const nextMean = gradient.planes.map((plane, c) =>
    plane.map((g, i) => 0.9 * mean.planes[c]![i]! + 0.1 * g),
  );
  const nextVariance = gradient.planes.map((plane, c) =>
    plane.map((g, i) => 0.99 * variance.planes[c]![i]! + 0.01 * g * g),
  );
  let [power1, power2] = [1, 1];
  for (let t = 0; t <= iteration; t += 1) {
    power1 *= 0.9;
    power2 *= 0.99;
  }
  return {
    op: 'adam',
    name,
    inputs: { gradient, mean, variance, iteration: scalars(iteration) },
    attributes: hyper,
    expected: {
      direction: nextMean.map((plane, c) =>
        plane.map(
          (m, i) => m / (1 - power1) / (Math.sqrt(nextVariance[c]![i]! / (1 - power2)) + 1e-8),
        ),
      ),
      mean: nextMean,
      variance: nextVariance,
    },
    gpu: rounding,
  };
}

const zeroVector = randomField(obliqueGrid, 3, 1, 0, 0);
const gradient = randomField(obliqueGrid, 3, 81);
function stepCase(
  name: string,
  largest: number,
  cap: boolean,
  iteration: number,
  factor: number,
): OpCase {
  return {
    op: 'scaledStep',
    name,
    inputs: {
      direction: gradient,
      largest: scalars(largest),
      size: scalars(0.25),
      iteration: scalars(iteration),
    },
    attributes: { unitMm: 1.6, cap, finalFraction: 0.2, maxIterations: 100 },
    expected: { step: gradient.planes.map((plane) => plane.map((d) => factor * d)) },
    gpu: rounding,
  };
}

export const cases: readonly OpCase[] = [
  adamCase('the first step is the sign of the gradient', gradient, zeroVector, zeroVector, 0),
  adamCase(
    'a later step of a vector',
    gradient,
    randomField(obliqueGrid, 3, 82),
    randomField(obliqueGrid, 3, 83, 0.5, 0.6),
    17,
  ),
  adamCase(
    'a late step of an image',
    randomField(oneSliceGrid, 1, 84),
    randomField(oneSliceGrid, 1, 85),
    randomField(oneSliceGrid, 1, 86, 0.5, 0.6),
    400,
  ),
  adamCase('scalars', scalars(1, -2, 0), scalars(0.1, 0.2, 0), scalars(0.3, 0.4, 0), 3),
  stepCase('a long direction is shortened', 4, true, 0, (-0.25 * 1.6) / 4),
  stepCase('with the cap a short direction keeps its length', 0.5, true, 0, -0.25 * 1.6),
  stepCase('without it, it is lengthened', 0.5, false, 0, (-0.25 * 1.6) / 0.5),
  stepCase('decay half way', 2, true, 50, (-0.25 * 1.6 * 0.6) / 2),
  stepCase('decay ends at its final fraction', 2, true, 250, (-0.25 * 1.6 * 0.2) / 2),
  stepCase('a zero direction gives no step', 0, false, 3, 0),
];
