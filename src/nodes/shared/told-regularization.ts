import type { ComputedNetwork } from '../../runtime/api/nodes/computed-values';
import type { Doubt } from '../../runtime/api/nodes/lowering-problem';
import { numberParameter } from '../../runtime/api/nodes/parameters';

/** As much as the similarities: where nobody says anything. */
const usualRegularization = 0.5;

/** How much regularization counts, for networks that are told. */
export function toldRegularizationParameter() {
  return numberParameter({
    title: 'Regularization',
    help: 'For HyperMorph and Conditional LapIRN: more gives smoother fields, less more detail. Others do not use it.',
    default: usualRegularization,
    min: 0,
    max: 1,
    slider: true,
  });
}

/** Warns where a network is told of it that does not listen. */
export function doubtToldRegularization(
  network: ComputedNetwork,
  regularization: number,
  context: { warn(doubt: Doubt): void; takesRegularization(network: ComputedNetwork): boolean },
): void {
  if (regularization === usualRegularization || context.takesRegularization(network)) return;
  context.warn({
    about: 'network-regularization',
    parameter: 'regularization',
    message:
      'This network is not told how much regularization counts: it gives the same field for any.',
    remedy: 'Train a HyperMorph or a Conditional LapIRN, or refine the field in Register.',
  });
}
