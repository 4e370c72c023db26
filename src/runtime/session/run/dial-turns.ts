import type { Diagnostic } from '../../api/engine/diagnostics';
import type { RunResult, TurnOutcome } from '../../api/engine/engine-api';
import { messages } from '../../api/engine/messages';
import type { CheckedGraph } from '../../compile/checked-graph';
import type { DialMoment, Execution } from '../../devices';
import type { BufferId } from '../../ir/kernel-graph';
import type { Plan } from '../../ir/plan';
import { passesIn } from '../../ir/repeats';

type Turned = RunResult['turned'][number];

/** What turning needs of a run that has been made ready. */
export interface TurnTarget {
  readonly graph: CheckedGraph;
  readonly plan: Plan;
  readonly execution: Execution;
}

interface Turn {
  readonly nodeId: string;
  readonly parameter: string;
  readonly value: number;
}

/** A turn that the device has been told of. */
interface AppliedTurn extends Turn {
  readonly buffer: BufferId;
  readonly moment: DialMoment;
}

/** Iterations that a step runs, 1 where it is a program and runs, 0 where it does not. */
type IterationsOf = (step: number) => number;

/**
 * The parameters that a person turns in one run. What is turned before there is anything to turn
 * waits, and takes effect from the beginning.
 */
export class DialTurns {
  readonly #applied: AppliedTurn[] = [];
  readonly #waiting: { readonly turn: Turn; tell(outcome: TurnOutcome): void }[] = [];
  #target: TurnTarget | undefined;
  #isOver = false;

  /** True once the device has been told of a turn: results are no longer what the recipe says. */
  get any(): boolean {
    return this.#applied.length > 0;
  }

  turn(turn: Turn): Promise<TurnOutcome> {
    return new Promise((tell) => {
      if (this.#isOver) tell(refused(messages.notTurned(turn, 'the run is over')));
      else if (this.#target) tell(this.#apply(this.#target, turn));
      else this.#waiting.push({ turn, tell });
    });
  }

  /** From now on turns take effect. */
  begin(target: TurnTarget): void {
    this.#target = target;
    for (const { turn, tell } of this.#waiting.splice(0)) tell(this.#apply(target, turn));
  }

  /** Nothing can be turned any more. */
  end(): void {
    this.#isOver = true;
    for (const { turn, tell } of this.#waiting.splice(0)) {
      tell(refused(messages.notTurned(turn, 'the run is over')));
    }
  }

  /** The turns that anything was computed with, in order, and from which iteration on. */
  taken(iterationsOf: IterationsOf): readonly Turned[] {
    const { plan } = this.#target ?? {};
    if (!plan) return [];
    return this.#applied.flatMap(({ buffer, moment, ...turn }) => {
      const place = firstUse(plan, buffer, moment, iterationsOf);
      return place ? [{ ...turn, ...place }] : [];
    });
  }

  #apply({ graph, plan, execution }: TurnTarget, turn: Turn): TurnOutcome {
    const { nodeId, parameter, value } = turn;
    const node = graph.nodes.find(({ id }) => id === nodeId);
    const dial = plan.dials.find((one) => one.nodeId === nodeId && one.parameter === parameter);
    const buffer = dial && plan.buffersOfValue.get(dial.value)?.[0];
    if (!node || buffer === undefined) {
      return refused(
        messages.notTurned(turn, 'nothing that is computed in this run depends on it'),
      );
    }
    const params = { ...(node.params as object), [parameter]: value };
    const checked = node.definition.params.safeParse(params);
    if (!checked.success) {
      const found = checked.error.issues.map((issue) => issue.message).join('; ');
      return refused(messages.parameter(nodeId, node.definition.title, parameter, found));
    }
    const moment = execution.setDial(buffer, value);
    const place = firstUse(plan, buffer, moment, (step) => {
      const { kind, ...rest } = plan.steps[step] as Plan['steps'][number];
      return kind === 'loop' && 'stop' in rest ? rest.stop.maxIterations : 1;
    });
    if (!place) return refused(messages.notTurned(turn, 'what depends on it is computed already'));
    this.#applied.push({ ...turn, buffer, moment });
    return { ok: true, ...place };
  }
}

/** The first iteration at or after a moment that reads the dial; undefined where none does. */
function firstUse(
  plan: Plan,
  dial: BufferId,
  moment: DialMoment,
  iterationsOf: IterationsOf,
): Pick<Turned, 'label' | 'atIteration'> | undefined {
  for (let index = moment.step; index < plan.steps.length; index += 1) {
    const step = plan.steps[index] as Plan['steps'][number];
    const iteration = index === moment.step ? moment.iteration : 0;
    const isUsed = passesIn(step.passes).some((pass) => pass.buffers.includes(dial));
    if (!isUsed || iteration >= iterationsOf(index)) continue;
    return { label: step.kind === 'loop' ? step.label : '', atIteration: iteration };
  }
  return undefined;
}

function refused(diagnostic: Diagnostic): TurnOutcome {
  return { ok: false, diagnostics: [diagnostic] };
}
