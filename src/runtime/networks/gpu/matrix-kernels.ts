import { sizeOf } from './kernel-program';
import type { KernelCall, OwnKernel, TensorFlow } from './own-kernel';

/**
 * Matrix products whose sums have an order. Where a product is small and its sums are long, TensorFlow.js would add up
 * parts with atomics, so that two runs differ; it is told to take its program for small products instead.
 */
export function matrixKernels(tf: TensorFlow): readonly OwnKernel[] {
  const run = ({ inputs: { a, b }, attributes, theirs }: KernelCall) => {
    if (!a || !b || sizeOf(a.shape.slice(0, -2)) > 1) return undefined;
    const { transposeA, transposeB } = attributes as Transposed;
    const [rows, inner] = lastTwo(a.shape, transposeA);
    const [, columns] = lastTwo(b.shape, transposeB);
    const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32);
    if (inner < longSum || tiles > mostTiles || rows * columns <= reducedAlone) return undefined;
    const environment = tf.env();
    const before = environment.getNumber(programFlag);
    if (before >= 0) return undefined;
    environment.set(programFlag, smallProducts);
    try {
      return theirs();
    } finally {
      environment.set(programFlag, before);
    }
  };
  return [
    { name: 'BatchMatMul', run },
    { name: '_FusedMatMul', run },
  ];
}

interface Transposed {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Flag of TensorFlow.js that fixes the program, its value for small products, and from where it splits sums. */
const programFlag = 'WEBGPU_MATMUL_PROGRAM_TYPE';
const smallProducts = 2;
const longSum = 2000;
/** Tiles of 32 × 32 up to which it may think that there are too few. */
const mostTiles = 32;
/** Results up to which it takes a program of another kind. */
const reducedAlone = 128;

function lastTwo(shape: readonly number[], isTransposed: boolean): readonly [number, number] {
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  return isTransposed ? [columns, rows] : [rows, columns];
}
