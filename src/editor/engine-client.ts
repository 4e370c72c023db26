import * as Comlink from 'comlink';
import type {
  EngineApi,
  OpenInputResult,
  ReadResult,
  TurnOutcome,
} from '../runtime/api/engine/engine-api';
import { isLifeSign, watchLife } from '../runtime/api/worker-life';
import { type EngineLife, type EngineLoss, EngineLost } from './engine-life';

/** How often in a row an engine may end soon after its start, before none is started unasked. */
const failedStarts = 3;

/** An engine that has lived as long is one that works. */
const soundAfterMs = 5000;

/** One worker, and what is waited for from it. */
interface Connection {
  readonly worker: Worker;
  readonly remote: Comlink.Remote<EngineApi>;
  readonly watch: AbortController;
  readonly waiting: Set<(error: EngineLost) => void>;
  readonly startedMs: number;
}

/**
 * The engine in a worker, as if it were here. Bytes of files are handed over, not copied; progress
 * comes back through a proxy. A worker that ends, does not load or loses a message is replaced by a
 * fresh one at once: what was asked of it rejects with `EngineLost`, and `onLost` tells of it. After
 * three in a row that ended soon none is started until somebody asks for something.
 */
export function connectEngine(startWorker: () => Worker): EngineApi & EngineLife {
  const listeners = new Set<(loss: EngineLoss) => void>();
  let starts = 0;
  let current: Connection | undefined = connect();

  function connect(): Connection {
    starts += 1;
    const worker = startWorker();
    const made: Connection = {
      worker,
      remote: Comlink.wrap<EngineApi>(worker),
      watch: new AbortController(),
      waiting: new Set(),
      startedMs: performance.now(),
    };
    worker.addEventListener('message', ({ data }) => {
      if (!isLifeSign(data)) return;
      watchLife(data, made.watch.signal, () => lose(made, 'Its worker has ended.'));
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      lose(made, event.message || 'Its program could not be loaded.');
    });
    worker.addEventListener('messageerror', () => lose(made, 'A message to it was lost.'));
    return made;
  }

  function lose(made: Connection, because: string): void {
    if (made !== current) return;
    made.watch.abort();
    made.worker.terminate();
    if (performance.now() - made.startedMs > soundAfterMs) starts = 0;
    current = starts < failedStarts ? connect() : undefined;
    for (const reject of made.waiting) reject(new EngineLost(because));
    for (const listener of listeners) {
      listener({ because, isReplaced: current !== undefined });
    }
  }

  function call<Answer>(
    ask: (remote: Comlink.Remote<EngineApi>) => Promise<Answer>,
  ): Promise<Answer> {
    current ??= connect();
    const made = current;
    return new Promise<Answer>((resolve, reject) => {
      made.waiting.add(reject);
      const settle = () => made.waiting.delete(reject);
      ask(made.remote).then(
        (answer) => {
          settle();
          resolve(answer);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
    });
  }

  return {
    describe: () => call((remote) => remote.describe()),
    openInput: (request) =>
      call<OpenInputResult>(async (remote) =>
        remote.openInput(
          Comlink.transfer(
            request,
            [request.bytes, request.voxelBytes].flatMap((bytes) => (bytes ? [bytes.buffer] : [])),
          ),
        ),
      ),
    compile: (request) => call((remote) => remote.compile(request)),
    run: (request, onProgress) => call((remote) => remote.run(request, Comlink.proxy(onProgress))),
    cancel: (runId) => call((remote) => remote.cancel(runId)),
    turn: (runId, nodeId, parameter, value) =>
      call<TurnOutcome>(async (remote) => remote.turn(runId, nodeId, parameter, value)),
    read: (request) => call<ReadResult>(async (remote) => remote.read(request)),
    release: (handles) => call((remote) => remote.release(handles)),
    onLost(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(because) {
      if (current) lose(current, because);
    },
  };
}
