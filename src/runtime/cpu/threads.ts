import { isLifeSign, type LifeSign, watchLife } from '../api/worker-life';
import type { FromPoolThread, PoolThread, ToPoolThread } from './pool-worker';

/** What is used of a `Worker` of `node:worker_threads`, which only roots may import. */
interface NodeWorker {
  postMessage(message: ToPoolThread): void;
  on(event: 'message', handler: (message: FromPoolThread) => void): unknown;
  on(event: 'error' | 'messageerror', handler: (error: Error) => void): unknown;
  on(event: 'exit', handler: (code: number) => void): unknown;
  terminate(): unknown;
}

/** One of Node's threads as a thread of the pool. */
export function nodePoolThread(worker: NodeWorker): PoolThread {
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => void worker.on('message', handler),
    onFailure: (handler) => {
      worker.on('error', (error) => handler(`A thread failed: ${error.message}`));
      worker.on('messageerror', (error) => handler(`A message was lost: ${error.message}`));
      // It also ends without an error: told to, or when memory is short.
      worker.on('exit', (code) => handler(`A thread ended with status ${code}.`));
    },
    terminate: () => void worker.terminate(),
  };
}

/** A worker of the browser as a thread of the pool. */
export function webPoolThread(worker: Worker): PoolThread {
  const watch = new AbortController();
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  let fail = (_: string): void => undefined;
  return {
    ready,
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => {
      worker.onmessage = ({ data }: MessageEvent<FromPoolThread | LifeSign>) => {
        if (!isLifeSign(data)) return handler(data);
        watchLife(data, watch.signal, () => fail('A thread ended.'));
        isReady();
      };
    },
    onFailure: (handler) => {
      fail = (reason) => {
        watch.abort();
        isReady();
        handler(reason);
      };
      worker.onerror = (event) => {
        // It is told here, and need not go on to whoever started this worker.
        event.preventDefault();
        fail(event.message || 'A thread could not start.');
      };
      worker.onmessageerror = () => fail('A message to the engine was lost.');
    },
    terminate: () => {
      watch.abort();
      worker.terminate();
    },
  };
}
