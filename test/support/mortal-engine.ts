import { type EngineLife, type EngineLoss, EngineLost } from '../../src/editor/engine-life';
import type { EngineApi } from '../../src/runtime/api/engine/engine-api';

/**
 * An engine that ends when a test says so: what is asked of it then never answers, as of a worker that
 * is gone, but rejects as the page's connection makes it; a fresh one that knows nothing follows.
 */
export function mortalEngine(create: () => EngineApi): {
  readonly engine: EngineApi;
  readonly life: EngineLife;
  kill(because: string): void;
  /** How many there have been, the present one counted. */
  readonly lives: () => number;
} {
  const listeners = new Set<(loss: EngineLoss) => void>();
  const waiting = new Set<(error: EngineLost) => void>();
  let current = create();
  let lives = 1;

  const kill = (because: string): void => {
    current = create();
    lives += 1;
    const rejects = [...waiting];
    waiting.clear();
    for (const reject of rejects) reject(new EngineLost(because));
    for (const listener of listeners) listener({ because, isReplaced: true });
  };
  const method =
    (name: keyof EngineApi) =>
    (...given: unknown[]) =>
      new Promise((resolve, reject) => {
        const { [name]: ask } = current as unknown as Record<
          string,
          (...all: unknown[]) => unknown
        >;
        const asked = lives;
        waiting.add(reject);
        void Promise.resolve(ask?.(...given)).then((answer) => {
          // The answer of one that has ended does not arrive.
          if (asked === lives) resolve(answer);
          waiting.delete(reject);
        }, reject);
      });
  const names = Object.keys(current) as (keyof EngineApi)[];
  return {
    engine: Object.fromEntries(names.map((name) => [name, method(name)])) as unknown as EngineApi,
    life: {
      onLost(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      replace: kill,
    },
    kill,
    lives: () => lives,
  };
}
