import type { Condition } from '../architectures/architecture';
import type { CompiledObjective } from '../compile-objective';
import { NetworkProblem } from '../network-problem';
import type { ObjectiveOp } from '../tensor-op';

/** The weights of wired objectives, in a training that says in every step how much regularization counts. */
export interface ConditionedWeights {
  /**
   * A weight that a person turns: it is what the objective weighs by itself, and factors go on being put on it.
   * @returns false where there is no such weight
   */
  turn(nodeId: string, parameter: string, value: number): boolean;
  /** Weighs all objectives for a share of 0 to 1, from the next evaluation on. */
  show(share: number): void;
}

/**
 * Puts the factors of a condition on the dials of an objective.
 * @throws NetworkProblem where nothing is wired whose weight they would change
 */
export function conditionedWeights(
  objective: Pick<ObjectiveOp, 'turn'>,
  { plan, losses }: Pick<CompiledObjective, 'plan' | 'losses'>,
  { factors }: Condition,
): ConditionedWeights {
  if (!losses.some(({ regularizes }) => regularizes)) {
    throw new NetworkProblem(
      'This network is told how much regularization counts, and no regularizer is wired.',
      'Wire one, such as Diffusion, or take a network that is told nothing.',
    );
  }
  const weights = new Map<string, { readonly regularizes: boolean; own: number }>();
  for (const { name, regularizes } of losses) {
    const dial = plan.dials.find((d) => d.nodeId === name && d.parameter === 'weight');
    if (dial) weights.set(name, { regularizes, own: dial.initial });
  }
  let shown = 0;
  const put = (nodeId: string): void => {
    const weight = weights.get(nodeId);
    if (!weight) return;
    const { similarity, regularizer } = factors(shown);
    objective.turn(nodeId, 'weight', weight.own * (weight.regularizes ? regularizer : similarity));
  };
  return {
    turn(nodeId, parameter, value) {
      const weight = weights.get(nodeId);
      if (!weight || parameter !== 'weight') return false;
      weight.own = value;
      put(nodeId);
      return true;
    },
    show(share) {
      shown = share;
      for (const nodeId of weights.keys()) put(nodeId);
    },
  };
}
