import type { TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from './kernel-program';
import type { OwnKernel, TensorFlow } from './own-kernel';
import { runSum, type SumView } from './sum-program';

/**
 * Sums and means over axes that lie side by side. TensorFlow.js turns a tensor around first where these are not the
 * last, and gives each result to a single workgroup, also where that is the sum of a whole volume.
 */
export function sumKernels(tf: TensorFlow): readonly OwnKernel[] {
  const reduction =
    (isMean: boolean): OwnKernel['run'] =>
    ({ backend, inputs: { x }, attributes }) => {
      if (x?.dtype !== 'float32' || x.shape.includes(0)) return undefined;
      const { axis, keepDims } = attributes as { axis: number[] | number; keepDims: boolean };
      const axes = tf.util.parseAxisParam(axis, x.shape);
      const view = viewOf(x.shape, axes);
      // Theirs is as good where each of many results is a short row.
      if (!view || (view.inner === 1 && view.summed < longRow)) return undefined;
      const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
      const kept = keepDims ? tf.backend_util.expandShapeToKeepDim(shape, axes) : shape;
      return runSum(backend, x, view, isMean ? 1 / view.summed : 1, kept);
    };
  return [
    { name: 'Sum', run: reduction(false) },
    { name: 'Mean', run: reduction(true) },
  ];
}

/** Numbers in a row from which several workgroups are worth it. */
const longRow = 16_384;

/** Undefined where axes that stay lie between axes that are summed. */
function viewOf(shape: TensorInfo['shape'], axes: readonly number[]): SumView | undefined {
  const summed = shape.map((length, axis) => axes.includes(axis) && length > 1);
  const first = summed.indexOf(true);
  const last = summed.lastIndexOf(true);
  if (first < 0) return undefined;
  if (shape.some((length, axis) => axis > first && axis < last && length > 1 && !summed[axis])) {
    return undefined;
  }
  return {
    outer: sizeOf(shape.slice(0, first)),
    summed: sizeOf(shape.slice(first, last + 1)),
    inner: sizeOf(shape.slice(last + 1)),
  };
}
