import { DeviceFailure } from '../devices';

/**
 * Turns what WebGPU reports at its own time (errors that no scope caught, the loss of the device)
 * into one typed failure, with the node of the pass that the report names. Where it names none, whoever runs
 * the plan knows which step was at work.
 */
export class DeviceWatch {
  /** Nodes of the passes of the plan at work, by the labels under which an error of the device names them. */
  originOfLabel: ReadonlyMap<string, string> = new Map();
  #failure: DeviceFailure | undefined;
  #isLost = false;
  #isClosed = false;

  constructor(device: GPUDevice) {
    device.addEventListener('uncapturederror', (event) => {
      // It is reported as a failure; the console need not have it too.
      event.preventDefault();
      const { error } = event as GPUUncapturedErrorEvent;
      this.#failure ??= failureOf(error, this.#originOf(error));
    });
    void device.lost.then((info) => {
      if (this.#isClosed) return;
      this.#isLost = true;
      this.#failure = new DeviceFailure(
        'lost',
        `The graphics device was lost: ${info.message || info.reason}.`,
      );
    });
  }

  /** True once the device was lost, unless that was expected. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Whether something went wrong that has not been thrown yet. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** From now on the loss of the device is expected. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * Starts a piece of work: what went wrong before is not its fault, unless the device is lost.
   * @throws DeviceFailure
   */
  begin(): void {
    if (!this.#isLost) this.#failure = undefined;
    this.check();
  }

  /**
   * Reports what went wrong since the last call. An error is reported once; a lost device stays lost.
   * @throws DeviceFailure
   */
  check(): void {
    const failure = this.#failure;
    if (!failure) return;
    if (!this.#isLost) this.#failure = undefined;
    throw failure;
  }

  /**
   * Waits for the device. What goes wrong meanwhile is thrown as a failure.
   * @throws DeviceFailure
   */
  async wait<Result>(promise: Promise<Result>): Promise<Result> {
    try {
      const result = await promise;
      this.check();
      return result;
    } catch (error) {
      if (error instanceof DeviceFailure) throw error;
      // The reason arrives with the device's own report, which may come a turn later.
      await Promise.resolve();
      this.check();
      throw new DeviceFailure('kernel', messageOf(error));
    }
  }

  /** The node of the pass that an error names. */
  #originOf({ message }: GPUError): string | undefined {
    for (const [label, origin] of this.originOfLabel) {
      if (message.includes(`"${label}"`)) return origin;
    }
    return undefined;
  }

  /**
   * Runs `work` so that errors of allocation and of use are its own.
   * @throws DeviceFailure
   */
  async guard<Result>(device: GPUDevice, work: () => Result): Promise<Result> {
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    let errors: Promise<readonly (GPUError | null)[]>;
    let result: Result;
    try {
      result = work();
    } finally {
      // Scopes are a stack: they close before anything else may open one.
      errors = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    }
    for (const error of await this.wait(errors)) {
      if (error) throw failureOf(error, this.#originOf(error));
    }
    return result;
  }
}

function failureOf(error: GPUError, origin: string | undefined): DeviceFailure {
  // By name: the classes are globals of a page, and parameters of the device elsewhere.
  const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
  return new DeviceFailure(isMemory ? 'out-of-memory' : 'kernel', error.message, origin);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
