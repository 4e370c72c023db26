import type { TensorInfo } from '@tensorflow/tfjs';
import type { TensorBackend } from './backend';
import { isFloat, sizeOf, type TensorKernel } from './kernel';

/** Kernels that move values: parts of tensors, and tensors side by side. */
export const copyKernels: Readonly<Record<string, TensorKernel>> = {
  Concat(backend, inputs, { axis }) {
    const parts = Object.values(inputs);
    if (!parts.every(isFloat)) return undefined;
    const [first] = parts as TensorInfo[];
    if (!first) return undefined;
    const along = Number(axis) < 0 ? Number(axis) + first.shape.length : Number(axis);
    const total = (parts as TensorInfo[]).reduce((sum, { shape }) => sum + (shape[along] ?? 0), 0);
    const shape = first.shape.map((n, i) => (i === along ? total : n));
    const { info, address } = backend.newTensor(shape);
    const outer = sizeOf(shape.slice(0, along));
    const inner = sizeOf(shape.slice(along + 1));
    let place = 0;
    for (const part of parts as TensorInfo[]) {
      const run = (part.shape[along] as number) * inner;
      const from = backend.addressOf(part);
      if (run > 0)
        copyRuns(backend, from, address + 4 * place, { outer, run, from: run, to: total * inner });
      place += run;
    }
    return info;
  },
  Slice(backend, { x }, { begin, size }) {
    if (!isFloat(x)) return undefined;
    // Single numbers and those left out are read by TensorFlow.js itself.
    if (!Array.isArray(begin) || !Array.isArray(size) || size.length !== x.shape.length)
      return undefined;
    const starts = begin as number[];
    const lengths = (size as number[]).map((n, i) =>
      n < 0 ? (x.shape[i] as number) - (starts[i] as number) : n,
    );
    // One axis is cut, all others are whole.
    const cut = x.shape.findIndex((n, i) => n !== lengths[i]);
    const others = x.shape.some((n, i) => i !== cut && n !== lengths[i]);
    if (others || cut < 0 || starts.length !== x.shape.length || sizeOf(lengths) === 0)
      return undefined;
    return partOf(backend, x, {
      axis: cut,
      start: starts[cut] as number,
      length: lengths[cut] as number,
    });
  },
  // What comes back through a concatenation.
  SplitV(backend, { x }, { numOrSizeSplits, axis }) {
    if (!isFloat(x) || sizeOf(x.shape) === 0) return undefined;
    const along = Number(axis) < 0 ? Number(axis) + x.shape.length : Number(axis);
    const whole = x.shape[along] as number;
    const lengths = Array.isArray(numOrSizeSplits)
      ? (numOrSizeSplits as number[])
      : Array.from({ length: Number(numOrSizeSplits) }, () => whole / Number(numOrSizeSplits));
    // A length that is left open, or that does not come out even, is TensorFlow.js's to judge.
    if (!lengths.every((length) => Number.isInteger(length) && length > 0)) return undefined;
    let start = 0;
    return lengths.map((length) => {
      const part = partOf(backend, x, { axis: along, start, length });
      start += length;
      return part;
    });
  },
};

/** A part of a tensor along one axis, whole along all others. */
function partOf(
  backend: TensorBackend,
  x: TensorInfo,
  {
    axis,
    start,
    length,
  }: { readonly axis: number; readonly start: number; readonly length: number },
): TensorInfo {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const run = length * inner;
  const { info, address } = backend.newTensor(x.shape.map((n, i) => (i === axis ? length : n)));
  copyRuns(backend, backend.addressOf(x) + 4 * start * inner, address, {
    outer: sizeOf(x.shape.slice(0, axis)),
    run,
    from: (x.shape[axis] as number) * inner,
    to: run,
  });
  return info;
}

/** Floats of a task. */
const taskFloats = 1 << 15;

/** Copies runs of floats that lie in steps, to where they lie in others. */
function copyRuns(
  backend: TensorBackend,
  source: number,
  target: number,
  runs: {
    readonly outer: number;
    readonly run: number;
    readonly from: number;
    readonly to: number;
  },
): void {
  const per = Math.max(1, Math.floor(taskFloats / runs.run));
  backend.team.run({
    run: 'copyBlocks',
    tasks: Math.ceil(runs.outer / per),
    parameters: [
      ...[source, target, runs.run, per],
      ...[1, runs.outer, 1, 1, 1],
      ...[0, runs.from, 0, 0, 0],
      ...[0, runs.to, 0, 0, 0],
    ],
    isSmall: runs.outer * runs.run < taskFloats,
  });
}
