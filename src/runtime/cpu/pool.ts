import { DeviceFailure } from '../devices';
import type { PoolThread, RunPart } from './pool-worker';
import { endLending, type TensorService } from './tensor-jobs';

/**
 * The threads of the CPU device. Each is listened to from its start to its end, so that one that
 * ends while nothing runs is known to be gone before the next run waits for it.
 */
export class ThreadPool {
  readonly size: number;
  readonly #threads: PoolThread[] = [];
  /** By part: what an answer of the thread is waited for with. */
  readonly #settle = new Map<number, (failure: DeviceFailure | undefined) => void>();
  readonly #ready: Promise<unknown>;
  #lent: { readonly service: Omit<TensorService, 'part'> } | undefined;
  #onBroken: () => void = () => undefined;
  #stopWaiting: () => void = () => undefined;
  #brokenBecause: string | undefined;

  /** @throws DeviceFailure where a thread cannot be started */
  constructor(size: number, spawnThread: () => PoolThread) {
    this.size = size;
    try {
      for (let part = 0; part < size; part += 1) {
        const thread = spawnThread();
        this.#threads.push(thread);
        thread.onFailure((reason) => this.#broke(part, reason));
        thread.onMessage((message) => {
          if (message.kind === 'returned') return;
          const isFailed = message.kind === 'failed';
          this.#answer(part, isFailed ? new DeviceFailure('kernel', message.message) : undefined);
        });
      }
    } catch (error) {
      this.terminate();
      throw new DeviceFailure('lost', `A thread did not start: ${textOf(error)}`);
    }
    const broken = new Promise<void>((resolve) => {
      this.#stopWaiting = resolve;
    });
    this.#ready = Promise.race([broken, Promise.all(this.#threads.map(({ ready }) => ready))]);
  }

  /** True once a thread has ended: the pool cannot run anything any more. */
  get isBroken(): boolean {
    return this.#brokenBecause !== undefined;
  }

  /**
   * Runs one part on each thread.
   * @param onBroken called when a thread ends: it must let go the others, which wait for it
   * @returns what went wrong first, or undefined. Never rejects
   */
  async run(
    messageOf: (part: number) => RunPart,
    onBroken: () => void,
  ): Promise<DeviceFailure | undefined> {
    this.callBack();
    await this.#ready;
    if (this.#brokenBecause !== undefined) return new DeviceFailure('lost', this.#brokenBecause);
    this.#onBroken = onBroken;
    let lost: DeviceFailure | undefined;
    const answers = this.#threads.map((thread, part) => {
      // The others would wait for a thread that has not got its part, and this one too.
      if (this.#brokenBecause !== undefined) return undefined;
      return new Promise<DeviceFailure | undefined>((resolve) => {
        this.#settle.set(part, resolve);
        try {
          thread.post(messageOf(part));
        } catch (error) {
          this.#broke(part, `A thread took no work: ${textOf(error)}`);
        }
      });
    });
    for (const failure of await Promise.all(answers)) {
      if (failure && (!lost || failure.reason === 'lost')) lost = failure;
    }
    this.#onBroken = () => undefined;
    return lost;
  }

  /**
   * Lends all threads but the first, whose part is the caller's, to whoever computes with tensors in a
   * shared memory. The next run, another lending and the pool's end call them back.
   * @param service what they serve, but for their parts
   * @returns whether they are still lent
   */
  lend(service: Omit<TensorService, 'part'>): () => boolean {
    this.callBack();
    const lent = { service };
    this.#lent = lent;
    const isLent = () => this.#lent === lent && this.#brokenBecause === undefined;
    this.#threads.forEach((thread, part) => {
      if (part === 0) return;
      const post = () => {
        if (!isLent()) return;
        try {
          thread.post({ kind: 'tensors', ...service, part });
        } catch (error) {
          this.#broke(part, `A thread took no work: ${textOf(error)}`);
        }
      };
      // Where it hears messages from the start, the caller need not give way first.
      if (thread.ready) void thread.ready.then(post);
      else post();
    });
    return isLent;
  }

  /** Takes the threads back from tensors: each finishes the task that it holds. */
  callBack(): void {
    if (this.#lent) endLending(this.#lent.service.memory, this.#lent.service.jobBlock);
    this.#lent = undefined;
  }

  terminate(): void {
    this.callBack();
    this.#brokenBecause ??= 'The pool was ended.';
    this.#stopWaiting();
    for (const thread of this.#threads) thread.terminate();
    // What still waits for an answer will not get one.
    const reason = this.#brokenBecause;
    for (const part of [...this.#settle.keys()]) {
      this.#answer(part, new DeviceFailure('lost', reason));
    }
  }

  #broke(part: number, reason: string): void {
    this.#brokenBecause ??= reason;
    this.#stopWaiting();
    this.#onBroken();
    this.#answer(part, new DeviceFailure('lost', reason));
  }

  #answer(part: number, failure: DeviceFailure | undefined): void {
    const settle = this.#settle.get(part);
    this.#settle.delete(part);
    settle?.(failure);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
