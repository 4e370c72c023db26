/** What the page is told when its engine has ended. */
export interface EngineLoss {
  /** A sentence for people. */
  readonly because: string;
  /** False where fresh ones did not start either: the next call tries again. */
  readonly isReplaced: boolean;
}

/** An engine that may end, and is then replaced by a fresh one that knows nothing of what was before. */
export interface EngineLife {
  /** Calls back each time it has ended; returns what ends that. */
  onLost(listener: (loss: EngineLoss) => void): () => void;
  /** Ends an engine that does not answer, and starts a fresh one. */
  replace(because: string): void;
}

/** What calls reject with whose engine has ended before it answered. */
export class EngineLost extends Error {
  override readonly name = 'EngineLost';
}

/** Of an engine in this very thread, which lives as long as the page does. */
export const lastingLife: EngineLife = {
  onLost: () => () => undefined,
  replace: () => undefined,
};
