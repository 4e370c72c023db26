import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { type KernelProgram, runProgram, sizeOf, spread, workgroupIndex } from './kernel-program';
import { areFloats, type OwnKernel } from './own-kernel';

/** Rank from which TensorFlow.js reads a tensor back and repeats it on the processor. */
const tooManyAxes = 5;

/** Repeats of tensors of many axes, one axis after the other. */
export function tileKernels(): readonly OwnKernel[] {
  return [
    {
      name: 'Tile',
      run({ backend, inputs: { x }, attributes }) {
        const repeats = (attributes as { readonly reps: readonly number[] }).reps;
        if (!x || !areFloats(x) || x.shape.length < tooManyAxes || repeats.includes(0)) {
          return undefined;
        }
        return repeatAxes(backend, x, repeats);
      },
    },
  ];
}

function repeatAxes(
  backend: WebGPUBackend,
  tensor: TensorInfo,
  repeats: readonly number[],
): TensorInfo | undefined {
  let current = tensor;
  // The last first: what is repeated then is as small as it can be.
  for (let axis = repeats.length - 1; axis >= 0; axis -= 1) {
    const times = repeats[axis] as number;
    if (times === 1) continue;
    const row = sizeOf(current.shape.slice(axis));
    const shape = current.shape.map((length, i) => (i === axis ? length * times : length));
    const workgroups = Math.ceil(sizeOf(shape) / invocations);
    const repeated = runProgram(
      backend,
      repeatProgram,
      [current],
      shape,
      [...spread(backend, workgroups), 1],
      { sizes: [row, times, sizeOf(shape)] },
    );
    if (current !== tensor) backend.disposeData(current.dataId);
    current = repeated;
  }
  // Nothing to repeat: theirs gives the tensor itself.
  return current === tensor ? runCopy(backend, tensor) : current;
}

function runCopy(backend: WebGPUBackend, tensor: TensorInfo): TensorInfo {
  const numbers = sizeOf(tensor.shape);
  return runProgram(
    backend,
    repeatProgram,
    [tensor],
    tensor.shape,
    [...spread(backend, Math.ceil(numbers / invocations)), 1],
    { sizes: [numbers, 1, numbers] },
  );
}

const invocations = 64;

const repeatProgram: KernelProgram = {
  name: 'weftRepeat',
  code: `
fn main() {
  // Numbers of a row, how often it is repeated, numbers of the result.
  let sizes = uniforms.sizes;
  let i = ${workgroupIndex} * ${invocations} + i32(localIndex);
  if (i >= sizes.z) { return; }
  result[i] = values[(i / (sizes.x * sizes.y)) * sizes.x + i % sizes.x];
}
`,
  invocations,
  reads: [['values', 1]],
  writes: 1,
  uniforms: ['sizes'],
};
