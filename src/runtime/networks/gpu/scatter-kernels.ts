import { type KernelProgram, runProgram, sizeOf, spread, workgroupIndex } from './kernel-program';
import { areFloats, type OwnKernel } from './own-kernel';

/**
 * Sums of rows by segment, which a gather has for its gradient. Every result goes through all rows in order:
 * TensorFlow.js adds with atomics, so that two runs differ.
 */
export function scatterKernels(): readonly OwnKernel[] {
  return [
    {
      name: 'UnsortedSegmentSum',
      run({ backend, inputs: { x, segmentIds }, attributes }) {
        if (!x || segmentIds?.dtype !== 'int32' || !areFloats(x)) return undefined;
        const { numSegments: segments } = attributes as { readonly numSegments: number };
        const rowShape = x.shape.slice(1);
        const [rows, row] = [x.shape[0] as number, sizeOf(rowShape)];
        if (segments === 0) return undefined;
        return runProgram(
          backend,
          segmentProgram,
          [x, segmentIds],
          [segments, ...rowShape],
          [...spread(backend, Math.ceil((segments * row) / invocations)), 1],
          { sizes: [rows, row, segments * row] },
        );
      },
    },
  ];
}

const invocations = 64;

const segmentProgram: KernelProgram = {
  name: 'weftSegmentSum',
  code: `
fn main() {
  // Rows, numbers of a row, numbers of the result.
  let sizes = uniforms.sizes;
  let i = ${workgroupIndex} * ${invocations} + i32(localIndex);
  if (i >= sizes.z) { return; }
  let segment = i / sizes.y;
  let column = i % sizes.y;
  var sum = 0.0;
  for (var row = 0; row < sizes.x; row += 1) {
    if (segments[row] == segment) { sum += values[row * sizes.y + column]; }
  }
  result[i] = sum;
}
`,
  invocations,
  reads: [
    ['values', 1],
    ['segments', 1],
  ],
  writes: 1,
  uniforms: ['sizes'],
};
