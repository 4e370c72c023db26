import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

/** What a workgroup may hold in its own memory on any device, bytes. */
export const workgroupBytes = 16_384;

/** Largest number of invocations of a workgroup on any device. */
export const workgroupInvocations = 256;

/** A shader and how it is bound. Everything that its text depends on is part of its name. */
export interface KernelProgram {
  /** Programs of one name are compiled once. */
  readonly name: string;
  /** Functions and workgroup memory, and `fn main()`; TensorFlow.js adds bindings and the entry point. */
  readonly code: string;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  /** Storage buffers that are read, in order, and whether as scalars or as `vec4`. */
  readonly reads: readonly (readonly [variable: string, components: 1 | 4])[];
  /** Whether `result` is written as scalars or as `vec4`. */
  readonly writes: 1 | 4;
  /** Names of uniforms; each is a `vec4<i32>`, and those that begin with `scale` are an `f32`. */
  readonly uniforms: readonly string[];
}

/** Numbers for the uniforms of a program. */
export type UniformValues = Readonly<Record<string, readonly number[] | number>>;

/** A tensor that is too large for one buffer of the device. */
export class TensorTooLarge extends RangeError {
  constructor(shape: readonly number[], bytes: number, largestBytes: number) {
    const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
    super(
      `A tensor of ${shape.join(' × ')} numbers needs ${mebibytes(bytes)} in one buffer; ` +
        `this graphics device binds ${mebibytes(largestBytes)} at most. ` +
        'Train and predict on a coarser grid or on smaller patches, or give the network fewer channels.',
    );
    this.name = 'TensorTooLarge';
  }
}

/**
 * Runs a program by TensorFlow.js's own queue.
 * @param into tensor of the result, or its shape where a new one is to be made
 * @throws TensorTooLarge before anything is allocated for it
 */
export function runProgram(
  backend: WebGPUBackend,
  program: KernelProgram,
  inputs: readonly TensorInfo[],
  into: TensorInfo | readonly number[],
  dispatch: readonly [number, number, number],
  uniforms: UniformValues,
): TensorInfo {
  const shape = 'dataId' in into ? into.shape : [...into];
  for (const tensor of [...inputs, { shape }]) checkFits(backend, tensor.shape);
  const output = 'dataId' in into ? into : backend.makeTensorInfo(shape, 'float32');
  const asked: WebGPUProgram = {
    dispatch: [...dispatch],
    // A name for each axis keeps TensorFlow.js from making a linear index of them.
    dispatchLayout: { x: [0], y: [1], z: [2] },
    outputShape: [sizeOf(shape)],
    outputComponent: program.writes,
    shaderKey: program.name,
    uniforms: program.uniforms
      .map((name) => `${name} : ${name.startsWith('scale') ? 'f32' : 'vec4<i32>'}`)
      .join(', '),
    variableNames: program.reads.map(([variable]) => variable),
    variableComponents: program.reads.map(([, components]) => components),
    workgroupSize: [program.invocations, 1, 1],
    getUserCode: () => program.code,
  };
  backend.runWebGPUProgram(
    asked,
    inputs.map(flat),
    'float32',
    program.uniforms.map((name) => uniformOf(name, uniforms[name])),
    flat(output),
  );
  return { dataId: output.dataId, shape, dtype: 'float32' };
}

/** Workgroups along two dimensions; some too many where one dimension is not enough. */
export function spread(backend: WebGPUBackend, workgroups: number): [number, number] {
  const rows = Math.ceil(workgroups / backend.device.limits.maxComputeWorkgroupsPerDimension);
  return [Math.ceil(workgroups / rows), rows];
}

/** Index of the workgroup that `spread` gave, in WGSL. */
export const workgroupIndex = 'i32(workgroupId.x + workgroupId.y * numWorkgroups.x)';

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The same numbers as one row: our programs find their own way, by uniforms. */
function flat(tensor: TensorInfo): TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape: [sizeOf(tensor.shape)] };
}

function uniformOf(name: string, value: readonly number[] | number | undefined) {
  if (typeof value === 'number') return { type: 'float32', data: [value] };
  if (value === undefined || value.length > 4) throw new TypeError(`Uniform ${name} has no value.`);
  return { type: 'int32', data: [...value, 0, 0, 0].slice(0, 4) };
}

function checkFits(backend: WebGPUBackend, shape: readonly number[]): void {
  const bytes = Float32Array.BYTES_PER_ELEMENT * sizeOf(shape);
  const { maxStorageBufferBindingSize, maxBufferSize } = backend.device.limits;
  const largest = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  if (bytes > largest) throw new TensorTooLarge(shape, bytes, largest);
}
