import { type FloatArray, type Share, shareOf } from '../define-kernel';

export interface AdamNumbers {
  readonly count: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** One step of Adam (Kingma and Ba, arXiv 1412.6980) for one plane; moments are updated in place. */
export function adamStep(
  gradient: FloatArray,
  mean: FloatArray,
  variance: FloatArray,
  direction: FloatArray,
  finishedIterations: number,
  p: AdamNumbers,
  share: Share,
): void {
  const { beta1, beta2, epsilon } = p;
  const step = finishedIterations + 1;
  const meanCorrection = 1 / (1 - beta1 ** step);
  const varianceCorrection = 1 / (1 - beta2 ** step);
  const [begin, end] = shareOf(p.count, share);
  for (let i = begin; i < end; i += 1) {
    const g = gradient[i]!;
    const m = beta1 * mean[i]! + (1 - beta1) * g;
    const v = beta2 * variance[i]! + (1 - beta2) * g * g;
    mean[i] = m;
    variance[i] = v;
    direction[i] = (m * meanCorrection) / (Math.sqrt(v * varianceCorrection) + epsilon);
  }
}
