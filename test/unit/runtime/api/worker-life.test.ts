import { describe, expect, it, vi } from 'vitest';
import {
  holdLife,
  isLifeSign,
  type LifeSign,
  watchLife,
} from '../../../../src/runtime/api/worker-life';
import { webPoolThread } from '../../../../src/runtime/cpu/threads';

/** Exclusive locks as browsers have them; `end` is a worker's end, which frees what it holds. */
function lockManager() {
  const queues = new Map<string, (() => void)[]>();
  const scope = {
    navigator: {
      locks: {
        request: (name: string, ...rest: unknown[]) =>
          new Promise<void>((resolve, reject) => {
            const [options, callback] = (rest.length > 1 ? rest : [{}, rest[0]]) as [
              { signal?: AbortSignal },
              () => unknown,
            ];
            options.signal?.addEventListener('abort', () => reject(new Error('Aborted.')));
            const queue = queues.get(name) ?? [];
            queues.set(name, queue);
            queue.push(() => {
              if (options.signal?.aborted) end(name);
              else {
                const ended = Promise.resolve(callback());
                void ended.then(() => end(name)).then(resolve);
              }
            });
            if (queue.length === 1) queue[0]?.();
          }),
      },
    },
  };
  function end(name: string): void {
    const queue = queues.get(name);
    queue?.shift();
    queue?.[0]?.();
  }
  return { scope, end };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the life of a worker', () => {
  it('is watched by whoever started it, to its end and not before', async () => {
    const { scope, end } = lockManager();
    const signs: LifeSign[] = [];
    holdLife((sign) => signs.push(sign), scope);
    const [sign] = signs as [LifeSign];
    expect(isLifeSign(sign)).toBe(true);
    const onEnd = vi.fn();
    watchLife(sign, new AbortController().signal, onEnd, scope);
    await settled();
    expect(onEnd).not.toHaveBeenCalled();
    end(sign.lock ?? '');
    await settled();
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('is of no interest any more once it was ended on purpose', async () => {
    const { scope, end } = lockManager();
    const signs: LifeSign[] = [];
    holdLife((sign) => signs.push(sign), scope);
    const [sign] = signs as [LifeSign];
    const onEnd = vi.fn();
    const watch = new AbortController();
    watchLife(sign, watch.signal, onEnd, scope);
    watch.abort();
    end(sign.lock ?? '');
    await settled();
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('goes unwatched where there are no locks, and the worker works', () => {
    const signs: LifeSign[] = [];
    holdLife((sign) => signs.push(sign), {});
    expect(signs).toEqual([{ kind: 'alive' }]);
    expect(() =>
      watchLife({ kind: 'alive' }, new AbortController().signal, () => undefined, {}),
    ).not.toThrow();
  });

  it('a pool thread is ready once it has said so, or cannot start', async () => {
    const handlers: Record<string, (event: unknown) => void> = {};
    const worker = new Proxy({} as Worker, {
      set: (_, name, handler) => {
        handlers[String(name)] = handler;
        return true;
      },
      get: () => () => undefined,
    });
    const thread = webPoolThread(worker);
    const [onMessage, onFailure] = [vi.fn(), vi.fn()];
    thread.onMessage(onMessage);
    thread.onFailure(onFailure);
    let isReady = false;
    void thread.ready?.then(() => {
      isReady = true;
    });
    await settled();
    expect(isReady).toBe(false);
    handlers.onmessage?.({ data: { kind: 'alive' } });
    await thread.ready;
    expect(onMessage).not.toHaveBeenCalled();
    handlers.onmessage?.({ data: { kind: 'finished' } });
    expect(onMessage).toHaveBeenCalledWith({ kind: 'finished' });
    const preventDefault = vi.fn();
    handlers.onerror?.({ message: 'It broke.', preventDefault });
    expect(onFailure).toHaveBeenCalledWith('It broke.');
    expect(preventDefault).toHaveBeenCalled();
  });
});
