/**
 * How the one who started a worker learns that it has ended. Browsers tell nobody when a worker closes
 * itself, is ended, or runs out of memory; but they free its locks. So every worker takes a lock of its
 * own, and whoever started it waits for that lock: it is told at once, and never wrongly, however long
 * the worker computes without answering. Only pages from a secure context have locks.
 */

/** What a worker says once its end will be noticed. */
export interface LifeSign {
  readonly kind: 'alive';
  /** Name of the lock that it holds; left out where the browser has none. */
  readonly lock?: string;
}

/** The locks that browsers give to secure pages; Node and others have none. */
type Locks = Pick<LockManager, 'request'>;

function locksOf(scope: unknown): Locks | undefined {
  return (scope as { navigator?: { locks?: Locks } }).navigator?.locks;
}

/** Called by a worker as it starts: takes its lock, which it holds to its end, and then says so. */
export function holdLife(say: (sign: LifeSign) => void, scope: unknown = globalThis): void {
  const locks = locksOf(scope);
  if (locks === undefined) {
    say({ kind: 'alive' });
    return;
  }
  const lock = `weft-worker-${crypto.randomUUID()}`;
  const hold = (): Promise<never> => {
    say({ kind: 'alive', lock });
    return new Promise(() => undefined);
  };
  locks.request(lock, hold).catch(() => say({ kind: 'alive' }));
}

/** True for the sign among the other messages of a worker. */
export function isLifeSign(message: unknown): message is LifeSign {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'alive'
  );
}

/** Calls back once the worker that gave the sign has ended, unless `signal` is aborted before. */
export function watchLife(
  { lock }: LifeSign,
  signal: AbortSignal,
  onEnd: () => void,
  scope: unknown = globalThis,
): void {
  if (lock === undefined) return;
  const ended = (): void => {
    if (!signal.aborted) onEnd();
  };
  // Aborted while it waits it rejects, and nobody is interested any more.
  locksOf(scope)
    ?.request(lock, { signal }, ended)
    .catch(() => undefined);
}
