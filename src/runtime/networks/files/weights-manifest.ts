import { z } from 'zod';
import { NetworkFileProblem } from './network-file-problem';
import { largestPartBytes, type NetworkParts } from './pack-network';

/** One weight: its place in `weights.bin` is taken by its numbers. */
export interface NamedWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Weights by name, `layer/kernel`. */
export type NamedWeights = ReadonlyMap<string, NamedWeight>;

const entry = z.object({
  name: z.string().min(1).max(500),
  shape: z
    .array(
      z
        .int()
        .min(0)
        .max(1 << 28),
    )
    .max(8),
  dtype: z.string().max(50),
  quantization: z.unknown().optional(),
});

const modelFile = z.object({
  modelTopology: z.unknown().optional(),
  weightsManifest: z
    .array(
      z.object({ paths: z.array(z.string()).max(10_000), weights: z.array(entry).max(100_000) }),
    )
    .max(10_000),
});

/** `model.json`, checked, with its weights. */
export interface ReadModel {
  /** As TensorFlow.js wrote it; unchecked. */
  readonly topology: unknown;
  readonly weights: NamedWeights;
}

/**
 * Reads a model's weights. Sizes are checked before anything is allocated; nothing is fetched: all
 * weights are taken from `weights.bin`, whatever paths the list names.
 * @throws NetworkFileProblem
 */
export function readModel({ model, weights }: NetworkParts): ReadModel {
  const parsed = modelFile.safeParse(parseJson('model.json', model, largestPartBytes.model));
  if (!parsed.success) {
    throw new NetworkFileProblem('damaged', `model.json: ${z.prettifyError(parsed.error)}`);
  }
  const entries = parsed.data.weightsManifest.flatMap((group) => group.weights);
  const declared = entries.reduce((bytes, { shape }) => bytes + 4 * elements(shape), 0);
  if (declared > largestPartBytes.weights) {
    throw new NetworkFileProblem(
      'too-large',
      `model.json declares weights of ${declared} bytes, more than the ${largestPartBytes.weights} that are read.`,
    );
  }
  const foreign = entries.find((e) => e.dtype !== 'float32' || e.quantization !== undefined);
  if (foreign) {
    throw new NetworkFileProblem(
      'foreign',
      `Weight "${foreign.name}" is ${foreign.quantization === undefined ? foreign.dtype : 'quantized'}; float32 alone is read.`,
    );
  }
  if (declared !== weights.byteLength) {
    throw new NetworkFileProblem(
      'damaged',
      `weights.bin has ${weights.byteLength} bytes; model.json declares ${declared}.`,
    );
  }
  const named = new Map<string, NamedWeight>();
  let at = 0;
  for (const { name, shape } of entries) {
    if (named.has(name))
      throw new NetworkFileProblem('damaged', `Weight "${name}" is there twice.`);
    const count = elements(shape);
    named.set(name, { shape, values: numbers(name, weights, at, count) });
    at += 4 * count;
  }
  return { topology: parsed.data.modelTopology, weights: named };
}

/**
 * JSON of untrusted bytes. A key `__proto__` is refused, which no file of ours has.
 * @throws NetworkFileProblem
 */
export function parseJson(name: string, bytes: Uint8Array, mostBytes: number): unknown {
  if (bytes.byteLength > mostBytes) {
    throw new NetworkFileProblem('too-large', `${name} has more than ${mostBytes} bytes.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('A key is __proto__.');
      return value;
    });
  } catch {
    throw new NetworkFileProblem('damaged', `${name} is not JSON.`);
  }
}

/** A copy, aligned; little-endian whatever the machine is. */
function numbers(name: string, bytes: Uint8Array, at: number, count: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4 * count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 1) {
    const value = view.getFloat32(4 * i, true);
    if (!Number.isFinite(value)) {
      throw new NetworkFileProblem('not-finite', `Weight "${name}" holds what is not a number.`);
    }
    values[i] = value;
  }
  return values;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
