import type { TensorInfo } from '@tensorflow/tfjs';
import type { TensorBackend } from './backend';
import { chunksOf, isFloat, sizeOf, type TensorKernel } from './kernel';

/** What `combineTensors` and `changeTensor` call their operations. */
const combinations = {
  Add: 0,
  Sub: 1,
  Multiply: 2,
  RealDiv: 3,
  Maximum: 4,
  Minimum: 5,
  SquaredDifference: 6,
} as const;
const slopeCombination = 7;
const changes = { Relu: 0, LeakyRelu: 1, Sqrt: 2, Square: 3, Neg: 4, Abs: 5 } as const;

/** A pattern that is repeated is made at least so long. */
const patternFloats = 64;
/** Chunks of a sum: sizes alone decide them, and so the order of what is added. */
const sumChunkFloats = 1 << 16;

/** Kernels that go element by element, and sums over all axes but the last, by TensorFlow.js's names. */
export function elementwiseKernels(): Readonly<Record<string, TensorKernel>> {
  const kernels: Record<string, TensorKernel> = { Sum: sum, AddN: addAll };
  for (const [name, number] of Object.entries(combinations)) {
    kernels[name] = (backend, { a, b }) =>
      isFloat(a) && isFloat(b) ? combine(backend, number, a, b) : undefined;
  }
  for (const [name, number] of Object.entries(changes)) {
    kernels[name] = (backend, { x }, { alpha }) =>
      isFloat(x) ? change(backend, number, x, Number(alpha ?? 0)) : undefined;
  }
  return kernels;
}

/** What comes back through a leaky relu, or a relu where the slope is 0. */
export function slopeOf(
  backend: TensorBackend,
  x: TensorInfo,
  dy: TensorInfo,
  slope: number,
): TensorInfo {
  return combine(backend, slopeCombination, x, dy, slope) as TensorInfo;
}

/** Equal shapes, or one of them a single number or a vector along the last axis. */
function combine(
  backend: TensorBackend,
  operation: number,
  a: TensorInfo,
  b: TensorInfo,
  slope = 0,
): TensorInfo | undefined {
  const [sizeA, sizeB] = [sizeOf(a.shape), sizeOf(b.shape)];
  const isEqual = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
  const large = sizeA >= sizeB ? a : b;
  const small = large === a ? b : a;
  const count = sizeOf(large.shape);
  const repeats = sizeOf(small.shape);
  if (count === 0 || small.shape.length > large.shape.length) return undefined;
  const last = small.shape.at(-1) ?? 1;
  if (!isEqual && repeats !== 1 && !(repeats === last && last === large.shape.at(-1))) {
    return undefined;
  }
  const { info, address } = backend.newTensor(large.shape);
  const addressA = backend.addressOf(a);
  const addressB = backend.addressOf(b);
  const { team, tensorMemory } = backend;
  if (isEqual) {
    const { chunk, tasks, isSmall } = chunksOf(count);
    const parameters = [operation, addressA, addressB, address, count, chunk, 0, 0];
    team.run({ run: 'combineTensors', tasks, parameters, floats: { 8: slope }, isSmall });
    return info;
  }
  const whole = leastCommonMultiple(repeats, 4);
  const period = whole * Math.ceil(patternFloats / whole);
  backend.withRoom(4 * period, (pattern) => {
    const values = tensorMemory.floats(small === a ? addressA : addressB, repeats);
    const repeated = tensorMemory.floats(pattern, period);
    for (let i = 0; i < period; i += 1) repeated[i] = values[i % repeats] as number;
    const { chunk, tasks, isSmall } = chunksOf(count, period);
    const parameters = [
      ...[operation, small === a ? pattern : addressA, small === a ? addressB : pattern, address],
      ...[count, chunk, small === a ? period : 0, small === a ? 0 : period],
    ];
    team.run({ run: 'combineTensors', tasks, parameters, floats: { 8: slope }, isSmall });
  });
  return info;
}

function change(
  backend: TensorBackend,
  operation: number,
  x: TensorInfo,
  slope: number,
): TensorInfo {
  const count = sizeOf(x.shape);
  const { info, address } = backend.newTensor(x.shape);
  const { chunk, tasks, isSmall } = chunksOf(count);
  backend.team.run({
    run: 'changeTensor',
    tasks,
    parameters: [operation, backend.addressOf(x), 0, address, count, chunk],
    floats: { 8: slope },
    isSmall,
  });
  return info;
}

const addAll: TensorKernel = (backend, inputs) => {
  const [first, ...others] = Object.values(inputs);
  if (!isFloat(first) || others.length === 0 || !others.every(isFloat)) return undefined;
  let total = first;
  for (const other of others) {
    const next = combine(backend, combinations.Add, total, other as TensorInfo);
    if (total !== first) backend.disposeIntermediateTensorInfo(total);
    if (!next) return undefined;
    total = next;
  }
  return total;
};

/** Over all axes, or over all but the last. */
const sum: TensorKernel = (backend, { x }, attributes) => {
  if (!isFloat(x) || x.shape.length === 0) return undefined;
  const { axis, keepDims } = attributes as unknown as {
    readonly axis: number | readonly number[] | undefined;
    readonly keepDims?: boolean;
  };
  const rank = x.shape.length;
  const given = [axis ?? []].flat().map((n) => (n < 0 ? n + rank : n));
  const axes = new Set(given.length === 0 ? x.shape.keys() : given);
  // An axis of one is as good as summed: the gradient of a bias leaves out the batch.
  const isGone = (n: number, i: number): boolean => axes.has(i) || n === 1;
  const isWhole = x.shape.every(isGone);
  const keepsLast = !isWhole && x.shape.slice(0, -1).every(isGone);
  const count = sizeOf(x.shape);
  if ((!isWhole && !keepsLast) || count === 0) return undefined;
  const kept = keepsLast ? (x.shape[rank - 1] as number) : 1;
  const period = leastCommonMultiple(kept, 4);
  const chunk = Math.max(1, Math.floor(sumChunkFloats / period)) * period;
  const tasks = Math.ceil(count / chunk);
  const shape = x.shape.flatMap((n, i) => (!axes.has(i) ? [n] : keepDims ? [1] : []));
  const { info, address } = backend.newTensor(shape);
  const input = backend.addressOf(x);
  backend.withRoom(8 * tasks * period, (partials) => {
    const parameters = [0, input, 0, partials, count, chunk, period];
    backend.team.run({ run: 'sumPeriods', tasks, parameters, isSmall: tasks < 2 });
    const parts = backend.tensorMemory.doubles(partials, tasks * period);
    const sums = new Float64Array(kept);
    for (let i = 0; i < parts.length; i += 1) {
      sums[i % kept] = (sums[i % kept] as number) + (parts[i] as number);
    }
    backend.tensorMemory.floats(address, kept).set(sums);
  });
  return info;
};

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
