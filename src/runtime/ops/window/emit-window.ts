import { InternalError } from '../../internal-error';
import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer, type FieldType, type ValueType } from '../../ir/values';
import { multiplyKernel } from '../arithmetic/elementwise.kernel';
import type { Emitter } from '../define-op';
import { requireWeightOn } from '../grid-attributes';
import { divideByWeightKernel } from '../weight/weight.kernel';
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
  multiplyKernel,
  divideByWeightKernel,
] as const;

/** A term of an adjoint: factor · multiplier · box(cotangent / n), with n the clipped count. */
export interface AdjointTerm {
  readonly cotangent: readonly BufferId[] | undefined;
  readonly multiplier?: readonly BufferId[];
  readonly factor: number;
}

/** What counts in a window: a weight a voxel, and the window means of that weight. */
export interface WindowWeight {
  readonly weight: readonly BufferId[];
  readonly weightMean: readonly BufferId[];
}

/**
 * Emits window means of products, and their adjoints, on one grid. With a weight ω the mean of q is
 * Σ ω·q / Σ ω over the window, 0 where nothing in it counts.
 */
export function windowEmitter(
  emitter: Emitter,
  type: FieldType,
  radiusVoxels: number,
  weights?: WindowWeight,
) {
  const [nx, ny, nz] = type.grid.sizeVoxels;
  const size = { nx, ny, nz, radius: Math.round(radiusVoxels) };
  const partial = emitter.scratch(elementsPerBuffer(type));
  const sums = emitter.scratch(elementsPerBuffer(type));
  const count = elementsPerBuffer(type);
  const product = weights && emitter.scratch(count);
  const quotient = weights && emitter.scratch(count);
  return {
    /** mean = window mean of a, or of a·b. */
    mean(
      a: readonly BufferId[],
      b: readonly BufferId[] | undefined,
      mean: readonly BufferId[],
    ): void {
      if (weights) {
        emitter.call(multiplyKernel, { a, b: weights.weight, value: product }, { count });
      }
      emitter.call(
        windowWithinSlicesKernel,
        { a: product ?? a, b, partial, sums },
        { ...size, divided: 0, hasB: b ? 1 : 0 },
      );
      emitter.call(
        windowAcrossSlicesKernel,
        { sums, total: quotient ?? mean },
        { ...size, divided: 1, hasMultiplier: 0, accumulate: 0, factor: 1 },
      );
      if (weights) {
        const by = weights.weightMean;
        emitter.call(divideByWeightKernel, { value: quotient, by, quotient: mean }, { count });
      }
    },
    /** total = the sum of the terms that have a cotangent. */
    adjoint(terms: readonly AdjointTerm[], total: readonly BufferId[]): void {
      terms
        .filter((term) => term.cotangent !== undefined)
        .forEach(({ cotangent, multiplier, factor }, index) => {
          if (weights) {
            const by = weights.weightMean;
            emitter.call(divideByWeightKernel, { value: cotangent, by, quotient }, { count });
          }
          emitter.call(
            windowWithinSlicesKernel,
            { a: quotient ?? cotangent, partial, sums },
            { ...size, divided: 1, hasB: 0 },
          );
          emitter.call(
            index === 0 ? windowAcrossSlicesKernel : windowAcrossSlicesAddKernel,
            { sums, multiplier, total: product ?? total },
            {
              ...size,
              divided: 0,
              hasMultiplier: multiplier ? 1 : 0,
              accumulate: index === 0 ? 0 : 1,
              factor,
            },
          );
        });
      if (weights) {
        emitter.call(multiplyKernel, { a: product, b: weights.weight, value: total }, { count });
      }
    },
  };
}

/** The weight among the inputs of an op, which come both or neither. */
export function windowWeightOf({ weight, weightMean }: Partial<WindowWeightInputs>) {
  return weight && weightMean && { weight, weightMean };
}

type WindowWeightInputs = {
  readonly [Name in keyof WindowWeight]: readonly BufferId[] | undefined;
};

/** @throws InternalError where a weight comes without its window means, or lies on another grid. */
export function requireWindowWeight(
  type: ValueType,
  weight: ValueType | undefined,
  weightMean: ValueType | undefined,
): void {
  if ((weight === undefined) !== (weightMean === undefined)) {
    throw new InternalError('A weight in windows comes with its window means.');
  }
  requireWeightOn(type, weight);
  requireWeightOn(type, weightMean);
}
