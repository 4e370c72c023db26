import type { NetworkWeight } from '../../api/data-kinds/network';
import type { CheckpointStore } from '../../api/engine/checkpoint-store';

/** Where a training stands: enough to go on as if it had never stopped. */
export interface Checkpoint {
  /** Steps that are done. */
  readonly steps: number;
  readonly weights: readonly NetworkWeight[];
  /** What the optimizer remembers, in its order. */
  readonly optimizer: readonly NetworkWeight[];
  /** What did best on the validation pairs so far, and how well: larger is better. */
  readonly best?: {
    readonly steps: number;
    readonly score: number;
    readonly weights: readonly NetworkWeight[];
  };
  /** Looks at the validation pairs since then. */
  readonly looksSinceBest: number;
  /** Numbers of every look, by name, and the step after which it was taken. */
  readonly looks: readonly {
    readonly steps: number;
    readonly numbers: Readonly<Record<string, number>>;
  }[];
  /** Of each step the loss, and each objective before its weight. */
  readonly losses: readonly (readonly number[])[];
  /** Parameters that were turned while it learned, and the step that was the first with the new value, from 0. */
  readonly turned?: readonly {
    readonly nodeId: string;
    readonly parameter: string;
    readonly value: number;
    readonly atIteration: number;
  }[];
}

/** As long as the process lives. */
export function checkpointsInMemory(): CheckpointStore {
  const kept = new Map<string, Uint8Array>();
  return {
    load: async (key) => kept.get(key),
    save: async (key, bytes) => void kept.set(key, bytes),
  };
}

const magic = 'WEFTCKP1';

/** One array after another in the bytes behind the header. */
interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly length: number;
}

type Header = Omit<Checkpoint, 'weights' | 'optimizer' | 'best'> & {
  readonly weights: readonly Stored[];
  readonly optimizer: readonly Stored[];
  readonly best?: {
    readonly steps: number;
    readonly score: number;
    readonly weights: readonly Stored[];
  };
};

/** A checkpoint as bytes: a header of JSON, then float32 numbers, little-endian. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const arrays: Float32Array[] = [];
  const stored = (weights: readonly NetworkWeight[]): readonly Stored[] =>
    weights.map(({ name, shape, values }) => {
      arrays.push(values);
      return { name, shape, length: values.length };
    });
  const { best, ...rest } = checkpoint;
  const header: Header = {
    ...rest,
    weights: stored(checkpoint.weights),
    optimizer: stored(checkpoint.optimizer),
    ...(best ? { best: { ...best, weights: stored(best.weights) } } : {}),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const begin = magic.length + 4 + json.length;
  const floats = arrays.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(begin + 4 * floats);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  view.setUint32(magic.length, json.length, true);
  bytes.set(json, magic.length + 4);
  let at = begin;
  for (const array of arrays) {
    for (const value of array) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** The checkpoint of these bytes; undefined where they are none, or not whole. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  if (bytes.length < magic.length + 4 || text(0, magic.length) !== magic) return undefined;
  const begin = magic.length + 4 + view.getUint32(magic.length, true);
  if (begin > bytes.length) return undefined;
  try {
    const header = JSON.parse(text(magic.length + 4, begin)) as Header;
    let at = begin;
    const arrays = (stored: readonly Stored[]): readonly NetworkWeight[] =>
      stored.map(({ name, shape, length }) => {
        const values = Float32Array.from({ length }, (_, index) =>
          view.getFloat32(at + 4 * index, true),
        );
        at += 4 * length;
        return { name, shape, values };
      });
    const { best, ...rest } = header;
    const weights = arrays(header.weights);
    const optimizer = arrays(header.optimizer);
    const bestArrays = best && { ...best, weights: arrays(best.weights) };
    if (at !== bytes.length) return undefined;
    return { ...rest, weights, optimizer, ...(bestArrays ? { best: bestArrays } : {}) };
  } catch {
    // Cut off, or something else under this name: training begins anew.
    return undefined;
  }
}
