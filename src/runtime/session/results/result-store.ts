import type { NiftiGeometry } from '../../../imaging/nifti/header';
import type { LevelOutcome } from '../../api/engine/engine-api';
import type { KeptOutputs } from '../../compile/lower';
import type { ToldWarning } from '../../compile/result-warnings';
import type { ResultData } from './result-data';

/** What a finished node left: its data values with their numbers. */
export interface StoredResult extends KeptOutputs {
  readonly data: ResultData;
  /** Header of the image on whose grid the results lie, where a file brought one. */
  readonly geometry: NiftiGeometry | undefined;
  /** How the levels of its loops ended; empty where it has none. */
  readonly levels: readonly LevelOutcome[];
  /** What speaks against it. */
  readonly warnings?: readonly ToldWarning[];
}

/**
 * Keeps results by node key, the least recently used going first once there are too many bytes. The
 * results of one run stay together however large they are: someone is about to read them.
 */
export class ResultStore {
  readonly #results = new Map<string, StoredResult>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all results that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): StoredResult | undefined {
    const result = this.#results.get(key);
    if (!result) return undefined;
    if (result.data.isLost) {
      this.delete(key);
      return undefined;
    }
    this.#results.delete(key);
    this.#results.set(key, result);
    return result;
  }

  /** Keeps the results of a run; `newest` holds all of them, those that were found here included. */
  keep(newest: ReadonlyMap<string, StoredResult>): void {
    for (const [key, result] of newest) {
      result.data.retain();
      this.delete(key);
      this.#results.set(key, result);
      this.#bytes += result.data.bytes;
    }
    this.#shrinkTo(this.#maxBytes, newest);
  }

  /** Lets results go, the least recently used first, until no more than so many bytes are kept. */
  makeRoom(bytes: number): void {
    this.#shrinkTo(bytes, new Map());
  }

  delete(key: string): void {
    const result = this.#results.get(key);
    if (!result) return;
    this.#results.delete(key);
    this.#bytes -= result.data.bytes;
    result.data.release();
  }

  clear(): void {
    for (const key of [...this.#results.keys()]) this.delete(key);
  }

  #shrinkTo(bytes: number, spared: { has(key: string): boolean }): void {
    for (const oldest of [...this.#results.keys()]) {
      if (this.#bytes <= bytes) break;
      if (!spared.has(oldest)) this.delete(oldest);
    }
  }
}
