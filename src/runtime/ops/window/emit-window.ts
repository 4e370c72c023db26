import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer, type FieldType } from '../../ir/values';
import type { Emitter } from '../define-op';
import {
  windowAcrossSlicesAddKernel,
  windowAcrossSlicesKernel,
  windowWithinSlicesKernel,
} from './window-sums.kernel';

/** Kernels that `windowEmitter` calls. */
export const windowKernels = [
  windowWithinSlicesKernel,
  windowAcrossSlicesKernel,
  windowAcrossSlicesAddKernel,
] as const;

/** A term of an adjoint: factor · multiplier · box(cotangent / n), with n the clipped count. */
export interface AdjointTerm {
  readonly cotangent: readonly BufferId[] | undefined;
  readonly multiplier?: readonly BufferId[];
  readonly factor: number;
}

/** Emits window means of products, and their adjoints, on one grid. */
export function windowEmitter(emitter: Emitter, type: FieldType, radiusVoxels: number) {
  const [nx, ny, nz] = type.grid.sizeVoxels;
  const size = { nx, ny, nz, radius: Math.round(radiusVoxels) };
  const partial = emitter.scratch(elementsPerBuffer(type));
  const sums = emitter.scratch(elementsPerBuffer(type));
  return {
    /** mean = window mean of a, or of a·b. */
    mean(
      a: readonly BufferId[],
      b: readonly BufferId[] | undefined,
      mean: readonly BufferId[],
    ): void {
      emitter.call(
        windowWithinSlicesKernel,
        { a, b, partial, sums },
        { ...size, divided: 0, hasB: b ? 1 : 0 },
      );
      emitter.call(
        windowAcrossSlicesKernel,
        { sums, total: mean },
        { ...size, divided: 1, hasMultiplier: 0, accumulate: 0, factor: 1 },
      );
    },
    /** total = the sum of the terms that have a cotangent. */
    adjoint(terms: readonly AdjointTerm[], total: readonly BufferId[]): void {
      terms
        .filter((term) => term.cotangent !== undefined)
        .forEach(({ cotangent, multiplier, factor }, index) => {
          emitter.call(
            windowWithinSlicesKernel,
            { a: cotangent, partial, sums },
            { ...size, divided: 1, hasB: 0 },
          );
          emitter.call(
            index === 0 ? windowAcrossSlicesKernel : windowAcrossSlicesAddKernel,
            { sums, multiplier, total },
            {
              ...size,
              divided: 0,
              hasMultiplier: multiplier ? 1 : 0,
              accumulate: index === 0 ? 0 : 1,
              factor,
            },
          );
        });
    },
  };
}
