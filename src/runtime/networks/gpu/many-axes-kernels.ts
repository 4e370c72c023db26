import type { TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from './kernel-program';
import type { KernelCall, OwnKernel, TensorFlow } from './own-kernel';

/** Rank from which programs of TensorFlow.js do not compile, or refuse. */
const tooManyAxes = 5;

/** Functions of two tensors, element by element. */
const binaryKernels = [
  'Add',
  'Sub',
  'Multiply',
  'RealDiv',
  'FloorDiv',
  'Mod',
  'Pow',
  'Maximum',
  'Minimum',
  'SquaredDifference',
  'Atan2',
  'Prelu',
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
];

/**
 * Element by element, tensors of five and more axes are handed to TensorFlow.js's own kernels with fewer: axes that lie
 * side by side and broadcast alike are one. Its programs index a vector of four at most: a bias added to a volume, and
 * the choice in the gradient of a leaky ReLU, would not compile.
 */
export function manyAxesKernels(tf: TensorFlow): readonly OwnKernel[] {
  const binary = ({ inputs, backend, attributes, theirs }: KernelCall, names: Names) => {
    const [first, second] = names.map((name) => inputs[name]);
    if (!first || !second) return undefined;
    const shape = tf.backend_util.assertAndGetBroadcastShape(first.shape, second.shape);
    if (shape.length < tooManyAxes || shape.includes(0)) return undefined;
    const merged = mergedShapes(first.shape, second.shape, shape);
    const [a, b] = merged;
    if (!a || !b || a.length >= tooManyAxes) return undefined;
    const result = theirs({
      backend,
      attributes,
      inputs: {
        ...inputs,
        [names[0]]: { ...info(first), shape: a },
        [names[1]]: { ...info(second), shape: b },
      },
    });
    return reshaped(result, shape);
  };
  return [
    ...binaryKernels.map((name): OwnKernel => {
      const names: Names = name === 'Prelu' ? ['x', 'alpha'] : ['a', 'b'];
      return { name, run: (call) => binary(call, names) };
    }),
    {
      name: 'Select',
      run({ inputs, backend, attributes, theirs }) {
        const { condition, t, e } = inputs;
        if (!condition || !t || !e || t.shape.length < tooManyAxes) return undefined;
        if (!tf.util.arraysEqual(condition.shape, t.shape)) return undefined;
        const shape = [sizeOf(t.shape)];
        const result = theirs({
          backend,
          attributes,
          inputs: {
            condition: { ...info(condition), shape },
            t: { ...info(t), shape },
            e: { ...info(e), shape },
          },
        });
        return reshaped(result, t.shape);
      },
    },
  ];
}

type Names = readonly [first: string, second: string];

/**
 * Two shapes that broadcast to `shape`, with axes joined that lie side by side and are broadcast alike.
 * @returns shapes of the same rank, without axes of length 1 in both
 */
export function mergedShapes(
  first: readonly number[],
  second: readonly number[],
  shape: readonly number[],
): readonly [number[], number[]] {
  const padded = (lengths: readonly number[]) => [
    ...new Array<number>(shape.length - lengths.length).fill(1),
    ...lengths,
  ];
  const [a, b] = [padded(first), padded(second)];
  const merged: [number[], number[]] = [[], []];
  let kindBefore = '';
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const lengths = [a[axis] as number, b[axis] as number] as const;
    const kind = lengths.map((own) => own === length).join();
    merged.forEach((to, i) => {
      if (kind === kindBefore) to.push((to.pop() as number) * (lengths[i] as number));
      else to.push(lengths[i] as number);
    });
    kindBefore = kind;
  });
  return merged[0].length > 0 ? merged : [[1], [1]];
}

/** A tensor's record without the methods of a tensor, so that it can be given another shape. */
function info({ dataId, dtype, shape }: TensorInfo): TensorInfo {
  return { dataId, dtype, shape };
}

function reshaped(
  result: TensorInfo | TensorInfo[],
  shape: readonly number[],
): TensorInfo | undefined {
  return Array.isArray(result) ? undefined : { ...info(result), shape: [...shape] };
}
