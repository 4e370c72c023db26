import type { Attributes } from '../../src/runtime/ir/op-graph';
import type { ValueType } from '../../src/runtime/ir/values';

/** One value of a case: its type and one array of numbers a plane. */
export interface CaseValue {
  readonly type: ValueType;
  readonly planes: readonly Float64Array[];
}

/**
 * One named situation of an op. The unit suite runs it on the CPU device in float64 and compares
 * with `expected`, checks the adjoint against central differences, and the GPU suite compares the
 * GPU with the CPU device.
 */
export interface OpCase {
  readonly op: string;
  /** Says the situation: `oblique anisotropic grid, samples beyond the edge`. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, CaseValue>>;
  readonly attributes?: Attributes;
  /** Closed form or a plain reference that shares no code with the kernel; planes by output. */
  readonly expected?: Readonly<Record<string, readonly (readonly number[] | Float64Array)[]>>;
  /** Largest difference from `expected` in float64; 1e-9 unless told. */
  readonly expectedTolerance?: number;
  /** Inputs whose cotangents are checked against central differences. */
  readonly gradientOf?: readonly string[];
  /** Relative error allowed in the gradient check; 1e-5 unless told, with the reason in `name`. */
  readonly gradientTolerance?: number;
  /** GPU (float32) against CPU (float32): |a − b| ≤ absolute + relative·|b|. */
  readonly gpu: { readonly absolute: number; readonly relative: number; readonly because: string };
}
