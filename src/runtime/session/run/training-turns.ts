import type { RunResult, TurnOutcome } from '../../api/engine/engine-api';
import { messages } from '../../api/engine/messages';
import { trainingLabel } from './training-label';

type Turned = RunResult['turned'][number];

/** A parameter that a person turns to a value. */
export interface Turn {
  readonly nodeId: string;
  readonly parameter: string;
  readonly value: number;
}

/** The parameters that are turned while a node learns. */
export class TrainingTurns {
  readonly taken: Turned[] = [];
  #firstTaken = 0;
  #nodeId: string | undefined;
  #own = new Map<string, number>();
  #also: ((nodeId: string, parameter: string, value: number) => boolean) | undefined;
  #steps = 0;

  /** From now on the node's own parameters take effect, from the next step on. */
  begin(nodeId: string, own: Readonly<Record<string, number>>) {
    this.#nodeId = nodeId;
    this.#own = new Map(Object.entries(own));
    this.#steps = 0;
    this.#firstTaken = this.taken.length;
    return {
      value: (parameter: string): number => this.#own.get(parameter) ?? Number.NaN,
      /** How the parameters of objectives are turned: it answers whether there is such a one. */
      also: (turn: NonNullable<TrainingTurns['also']>): void => {
        this.#also = turn;
      },
      /** Those of this training. */
      taken: (): readonly Turned[] => this.taken.slice(this.#firstTaken),
      /** Takes up what was turned before the training was interrupted. */
      again: (turned: readonly Omit<Turned, 'label'>[]): void => {
        for (const turn of turned) {
          this.#apply(turn);
          this.taken.push({ ...turn, label: trainingLabel });
        }
      },
      /** Tells of the steps that are done. */
      reached: (steps: number): void => {
        this.#steps = steps;
      },
    };
  }

  get also() {
    return this.#also;
  }

  end(): void {
    this.#nodeId = undefined;
    this.#also = undefined;
  }

  /** Turns a parameter; undefined where nothing learns now. */
  turn(turn: Turn): TurnOutcome | undefined {
    if (this.#nodeId === undefined) return undefined;
    if (!this.#apply(turn)) {
      const diagnostic = messages.notTurned(turn, 'nothing that is learned now depends on it');
      return { ok: false, diagnostics: [diagnostic] };
    }
    const place = { label: trainingLabel, atIteration: this.#steps };
    this.taken.push({ ...turn, ...place });
    return { ok: true, ...place };
  }

  #apply({ nodeId, parameter, value }: Turn): boolean {
    const isOwn = nodeId === this.#nodeId && this.#own.has(parameter);
    if (!isOwn) return this.#also?.(nodeId, parameter, value) ?? false;
    if (value > 0) this.#own.set(parameter, value);
    return value > 0;
  }
}
