import type { NiftiGeometry } from '../../imaging/nifti/header';
import type { LevelOutcome } from '../api/engine/engine-api';
import type { KeptOutputs } from '../compile/lower';
import type { ValueId } from '../ir/values';

/** What a finished node left: its data values with their numbers. */
export interface StoredResult extends KeptOutputs {
  readonly data: ReadonlyMap<ValueId, readonly Float32Array[]>;
  /** Header of the image on whose grid the results lie, where a file brought one. */
  readonly geometry: NiftiGeometry | undefined;
  /** How the levels of its loops ended; empty where it has none. */
  readonly levels: readonly LevelOutcome[];
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

  get(key: string): StoredResult | undefined {
    const result = this.#results.get(key);
    if (result) {
      this.#results.delete(key);
      this.#results.set(key, result);
    }
    return result;
  }

  /** Keeps the results of a run; `newest` holds all of them, those that were found here included. */
  keep(newest: ReadonlyMap<string, StoredResult>): void {
    for (const [key, result] of newest) {
      this.delete(key);
      this.#results.set(key, result);
      this.#bytes += bytesOf(result);
    }
    for (const oldest of this.#results.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      if (!newest.has(oldest)) this.delete(oldest);
    }
  }

  delete(key: string): void {
    const result = this.#results.get(key);
    if (!result) return;
    this.#bytes -= bytesOf(result);
    this.#results.delete(key);
  }
}

function bytesOf(result: StoredResult): number {
  let bytes = 0;
  for (const planes of result.data.values()) {
    for (const plane of planes) bytes += plane.byteLength;
  }
  return bytes;
}
