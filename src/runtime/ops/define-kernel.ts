import type { Formula } from '../ir/formula';
import type { KernelParameters } from '../ir/kernel-graph';
import type { ElementType } from '../ir/values';
import type { Simd } from '../simd/simd';

/** Planar storage as kernels see it on the CPU: float32 in runs, float64 in gradient tests. */
export type FloatArray = Float32Array | Float64Array;

/**
 * How a kernel uses a buffer. `3` binds the three planes of a vector, `?` may be absent,
 * `i32`/`u32` names the element type where it is not a float. `update` reads and writes in place.
 */
export type BindingSpec =
  | 'read'
  | 'read?'
  | 'read3'
  | 'read3?'
  | 'write'
  | 'write?'
  | 'write3'
  | 'update'
  | 'update3'
  | 'read i32'
  | 'update i32'
  | 'write i32'
  | 'read u32'
  | 'update u32'
  | 'write u32'
  /** Bound as atomics on the GPU; order cannot change integer sums. */
  | 'atomic i32'
  | 'atomic u32';

/** Uniform parameters: a number, or a row-major 3×4 matrix. */
export type ParameterSpec = 'f32' | 'i32' | 'u32' | 'matrix3x4';

type BoundArray<Spec extends BindingSpec> = Spec extends `${string} i32`
  ? Int32Array
  : Spec extends `${string} u32`
    ? Uint32Array
    : Spec extends 'read3' | 'write3' | 'update3'
      ? readonly [FloatArray, FloatArray, FloatArray]
      : Spec extends 'read3?'
        ? readonly [FloatArray, FloatArray, FloatArray] | undefined
        : Spec extends 'read?' | 'write?'
          ? FloatArray | undefined
          : FloatArray;

type BoundParameter<Spec extends ParameterSpec> = Spec extends 'matrix3x4'
  ? readonly number[]
  : number;

export type BoundBuffers<Bindings extends Record<string, BindingSpec>> = {
  readonly [Name in keyof Bindings]: BoundArray<Bindings[Name]>;
};

export type BoundParameters<Parameters extends Record<string, ParameterSpec>> = {
  readonly [Name in keyof Parameters]: BoundParameter<Parameters[Name]>;
};

/** Which part of the work a thread of the CPU device does: `part` of `parts`, from 0. */
export interface Share {
  readonly part: number;
  readonly parts: number;
}

/** One dispatch of a kernel on the GPU. */
export interface GpuStage<Parameters extends Record<string, ParameterSpec>> {
  /** WGSL without bindings and parameter struct, which are generated. Entry point `main`. */
  readonly source: string;
  /** Invocations needed: the linear index runs from 0 to this. */
  readonly threads: (parameters: BoundParameters<Parameters>) => number;
  /** Invocations of a workgroup; 64 unless a reduction needs another. */
  readonly workgroupSize?: number;
  /** Bindings that this stage uses, where it does not use all of them. */
  readonly binds?: readonly string[];
  /**
   * Bindings that are bound one plane at a time, the stage being dispatched once per plane with
   * `params.component` set to 0, 1, 2. Needed where all planes would exceed eight buffers.
   */
  readonly perComponent?: readonly string[];
}

/**
 * How a kernel runs on the GPU: one stage, or several in order. `'host'` means that it has no WGSL:
 * the device reads its buffers back and runs the CPU function. Allowed outside loops only (`verify`
 * checks).
 */
export type GpuImplementation<Parameters extends Record<string, ParameterSpec>> =
  | 'host'
  | GpuStage<Parameters>
  | readonly GpuStage<Parameters>[];

/** The memory of a plan as WebAssembly sees it, where all of it is one block. */
export interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  /** What was compiled for this memory, by whatever tells two programs apart. */
  readonly modules: Map<string, WebAssembly.Module>;
}

export interface KernelDefinition<
  Bindings extends Record<string, BindingSpec> = Record<string, BindingSpec>,
  Parameters extends Record<string, ParameterSpec> = Record<string, ParameterSpec>,
> {
  readonly name: string;
  /** In the order in which a pass lists its buffers; a vector takes three places. */
  readonly bindings: Bindings;
  /** What it was generated from: a pass carries it instead of looking the kernel up by its name. */
  readonly formula?: Formula;
  readonly parameters: Parameters;
  /** False where one thread must do all the work; the default is to share it. */
  readonly sharedAmongThreads?: boolean;
  /**
   * Plain loops, accumulating in float64; or a function of `simd`, which is there in runs (float32) and
   * not where gradients are checked (float64).
   */
  cpu(
    buffers: BoundBuffers<Bindings>,
    parameters: BoundParameters<Parameters>,
    share: Share,
    simd?: Simd,
  ): void;
  /**
   * What takes the place of `cpu` for arrays of float32 that lie in one WebAssembly memory, at their
   * `byteOffset`; it gives the same bits. Asked once a plan and thread; undefined where the host compiles nothing,
   * as behind a policy without `wasm-unsafe-eval`.
   */
  inWasmMemory?(memory: WasmMemory): KernelDefinition<Bindings, Parameters>['cpu'] | undefined;
  readonly gpu: GpuImplementation<Parameters>;
  /** Floats moved and arithmetic operations of one call, for the plan and the roofline. */
  cost(parameters: BoundParameters<Parameters>): KernelCost;
  /** Bytes that the stages of the GPU move, where they are several walks in place of one. */
  bytesOnGpu?(parameters: BoundParameters<Parameters>): number;
}

export interface KernelCost {
  readonly bytes: number;
  readonly operations: number;
}

/** Declares a kernel; gives the types of its buffers and parameters to its implementations. */
export function defineKernel<
  const Bindings extends Record<string, BindingSpec>,
  const Parameters extends Record<string, ParameterSpec>,
>(kernel: KernelDefinition<Bindings, Parameters>): KernelDefinition<Bindings, Parameters> {
  return kernel;
}

/** The half-open range of `total` items that falls to a share. */
export function shareOf(total: number, share: Share): readonly [begin: number, end: number] {
  return [
    Math.floor((total * share.part) / share.parts),
    Math.floor((total * (share.part + 1)) / share.parts),
  ];
}

/** Planes that a binding takes in a pass. */
export function planeCountOf(spec: BindingSpec): number {
  return spec.includes('3') && !spec.includes('32') ? 3 : 1;
}

export function elementTypeOf(spec: BindingSpec): ElementType {
  if (spec.endsWith('i32')) return 'i32';
  if (spec.endsWith('u32')) return 'u32';
  return 'f32';
}

export function isOptional(spec: BindingSpec): boolean {
  return spec.endsWith('?');
}

export function accessOf(spec: BindingSpec): 'read' | 'write' | 'update' {
  if (spec.startsWith('read')) return 'read';
  return spec.startsWith('write') ? 'write' : 'update';
}

export type { KernelParameters };
