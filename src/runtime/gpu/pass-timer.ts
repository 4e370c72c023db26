import type { EncodedPass } from './encode';
import { mapForRead, type PlanMemory, usage } from './plan-memory';
import { recordPasses } from './record';

/** A query set holds this many timestamps at most. */
const maxQueries = 4096;

/**
 * Times every pass of a plan with timestamp queries: each gets a compute pass of its own, so the
 * whole is slower than a plain run, and the parts are comparable.
 */
export class PassTimer {
  /** Seconds by step and pass, summed over iterations. */
  readonly seconds: number[][];
  /** Passes that can be timed before they must be collected. */
  readonly most: number;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  constructor(device: GPUDevice, memory: PlanMemory, passCounts: readonly number[]) {
    this.seconds = passCounts.map((count) => new Array<number>(count).fill(0));
    const count = Math.min(maxQueries, Math.max(2, 2 * Math.max(0, ...passCounts)));
    this.most = count / 2;
    this.#queries = device.createQuerySet({ type: 'timestamp', count, label: 'pass times' });
    this.#resolved = memory.create(8 * count, usage.queryResolve | usage.copySource, 'pass times');
    this.#staging = memory.create(8 * count, usage.mapRead | usage.copyTarget, 'pass times');
  }

  /** Records at most `most` passes one by one with a timestamp before and after each. */
  record(encoder: GPUCommandEncoder, passes: readonly EncodedPass[]): void {
    let query = 0;
    for (const pass of passes) {
      const recorder = encoder.beginComputePass({
        label: pass.label,
        timestampWrites: {
          querySet: this.#queries,
          beginningOfPassWriteIndex: query,
          endOfPassWriteIndex: query + 1,
        },
      });
      recordPasses(recorder, [pass]);
      recorder.end();
      query += 2;
    }
    encoder.resolveQuerySet(this.#queries, 0, query, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 8 * query);
  }

  /** Adds the times of the passes recorded last. */
  async collect(step: number, passes: readonly EncodedPass[]): Promise<void> {
    await this.#staging.mapAsync(mapForRead);
    const nanoseconds = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    const times = this.seconds[step];
    passes.forEach(({ place }, i) => {
      const begin = nanoseconds[2 * i] ?? 0n;
      const end = nanoseconds[2 * i + 1] ?? 0n;
      // Some drivers put a pass's end before its beginning across a clock change.
      if (times && end > begin) times[place] = (times[place] ?? 0) + Number(end - begin) / 1e9;
    });
  }

  destroy(): void {
    this.#queries.destroy();
  }
}
