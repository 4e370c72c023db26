import type { DeviceWatch } from './device-watch';

/**
 * Bytes that programs may move before anybody looks whether the run should end: milliseconds of a card,
 * and about a second of an adapter in software.
 */
const mostBytesUnheard = 2 ** 30;

/** A program whose passes are in the queue. */
interface StepUnderWay {
  readonly step: number;
  readonly bytes: number;
  readonly done: Promise<void>;
}

/**
 * Programs that were submitted and are not known to be done. The next step is submitted behind them, so that
 * the device does not stand still between two nodes; when each is done is heard in order.
 */
export class StepsUnderWay {
  readonly #queue: GPUQueue;
  readonly #watch: DeviceWatch;
  readonly #onDone: (step: number, seconds: number) => void;
  readonly #steps: StepUnderWay[] = [];
  #firstFailed: number | undefined;
  #isAbandoned = false;
  #lastDoneMs = 0;

  constructor(
    queue: GPUQueue,
    watch: DeviceWatch,
    onDone: (step: number, seconds: number) => void,
  ) {
    this.#queue = queue;
    this.#watch = watch;
    this.#onDone = onDone;
  }

  /** The first step that is not done and right; undefined where all are. */
  get oldest(): number | undefined {
    return this.#firstFailed ?? this.#steps[0]?.step;
  }

  /** The program, begun at `beganMs`, has been submitted whole. */
  submitted(step: number, bytes: number, beganMs: number): void {
    const heard = () => {
      this.#steps.shift();
      // Work that the device refused counts as done in its queue.
      if (this.#watch.hasFailed) this.#firstFailed ??= step;
      else if (!this.#isAbandoned) this.#onDone(step, this.secondsSince(beganMs));
    };
    // A device that is lost may refuse to tell; whoever waits next meets the failure.
    const done = this.#queue.onSubmittedWorkDone().then(heard, heard);
    this.#steps.push({ step, bytes, done });
  }

  /** Seconds since a step began, or since the one before it was done where that was later. */
  secondsSince(beganMs: number): number {
    const now = performance.now();
    const seconds = (now - Math.max(beganMs, this.#lastDoneMs)) / 1000;
    this.#lastDoneMs = now;
    return seconds;
  }

  /**
   * Waits until another `bytes` can join what is under way.
   * @throws DeviceFailure
   */
  async makeRoomFor(bytes: number): Promise<void> {
    const moved = (): number => this.#steps.reduce((sum, step) => sum + step.bytes, 0);
    let [oldest] = this.#steps;
    while (oldest && moved() + bytes > mostBytesUnheard) {
      await this.#watch.wait(oldest.done);
      [oldest] = this.#steps;
    }
  }

  /** Nothing more is told of them: the run has failed. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /**
   * Waits until all are done.
   * @throws DeviceFailure
   */
  async drain(): Promise<void> {
    await this.#watch.wait(Promise.all(this.#steps.map(({ done }) => done)));
  }
}
