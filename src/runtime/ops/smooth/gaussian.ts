import { InternalError } from '../../internal-error';
import type { BufferId } from '../../ir/kernel-graph';
import { elementsPerBuffer } from '../../ir/values';
import { defineOp } from '../define-op';
import { asField } from '../grid-attributes';
import { copyKernel } from '../loop/loop-kernels';
import {
  gaussianAxisKernel,
  gaussianAxisShortKernel,
  gaussianNarrowKernel,
  mostTaps,
  type NarrowGaussian,
  narrowRadius,
  shortTaps,
} from './gaussian-axis.kernel';
import {
  edgesRenormalized,
  edgesRenormalizedTransposed,
  edgesZero,
  gaussianRadius,
  gaussianTaps,
} from './taps';

/**
 * `zero` counts voxels beyond the edge as 0 (then the smoothing is its own transpose);
 * `renormalize` divides by the weight inside, so that a constant stays as it is.
 */
export type GaussianEdges = 'zero' | 'renormalize';

export type GaussianAttributes = {
  /** Standard deviation along x, y, z; 0 leaves an axis alone. */
  readonly sigmaVoxels: readonly number[];
  /** Taps reach this many standard deviations. */
  readonly truncate: number;
  readonly edges: GaussianEdges;
  /** Applies the transposed matrix, which is the adjoint. */
  readonly transposed: boolean;
};

interface AxisPass {
  readonly axis: number;
  readonly sigmaVoxels: number;
  readonly radius: number;
}

export const gaussian = defineOp<GaussianAttributes>()({
  name: 'gaussian',
  doc:
    'Separable Gaussian smoothing of every channel. Taps are the integrals of the Gaussian over ' +
    'voxels out to ceil(truncate·σ), with sum 1. Axes of one voxel are left alone.',
  inputs: { value: 'field' },
  outputs: ['value'],
  infer({ value }, attributes) {
    axisPasses(attributes, asField(value).grid.sizeVoxels);
    return { value };
  },
  adjoint(b, { attributes }, { value: cotangent }) {
    if (cotangent === undefined) return {};
    const transposed = !attributes.transposed;
    return { value: b.op('gaussian', { value: cotangent }, { ...attributes, transposed }).value };
  },
  kernels: [gaussianAxisKernel, gaussianAxisShortKernel, gaussianNarrowKernel, copyKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const type = asField(inputTypes.value);
    const count = elementsPerBuffer(type);
    const [nx, ny, nz] = type.grid.sizeVoxels;
    const passes = axisPasses(attributes, type.grid.sizeVoxels);
    const narrow = narrowGaussian(attributes, type.grid.sizeVoxels);
    if (narrow) {
      for (const [channel, value] of i.value.entries()) {
        emitter.call(
          gaussianNarrowKernel,
          { value, smoothed: o.value[channel] },
          { nx, ny, nz, ...narrow },
        );
      }
      return;
    }
    const scratch = passes.length > 1 ? emitter.scratch(count) : undefined;
    i.value.forEach((plane, channel) => {
      const result = o.value[channel] as BufferId;
      if (passes.length === 0) {
        emitter.call(copyKernel, { source: plane, value: result }, { count });
      }
      let source = plane;
      passes.forEach((pass, index) => {
        // Results alternate between scratch and the output, so that the last lands in the output.
        const isOutput = (passes.length - index) % 2 === 1;
        const smoothed = isOutput ? result : (scratch as BufferId);
        const edges = edgesCode(attributes);
        if (edges === edgesZero && pass.radius < shortTaps) {
          emitter.call(
            gaussianAxisShortKernel,
            { value: source, smoothed },
            { nx, ny, nz, ...pass, taps: tapsOf(pass) },
          );
        } else {
          emitter.call(
            gaussianAxisKernel,
            { value: source, smoothed },
            { nx, ny, nz, ...pass, edges },
          );
        }
        source = smoothed;
      });
    });
  },
});

/** @throws InternalError where a Gaussian is wider than a kernel takes: shrink in steps. */
function axisPasses(attributes: GaussianAttributes, size: readonly number[]): readonly AxisPass[] {
  return attributes.sigmaVoxels.flatMap((sigmaVoxels, axis) => {
    const radius = gaussianRadius(sigmaVoxels, attributes.truncate);
    if (radius < 1 || (size[axis] ?? 1) === 1) return [];
    if (radius >= mostTaps) {
      throw new InternalError(`A Gaussian of σ ${sigmaVoxels} voxels needs too many taps.`);
    }
    return [{ axis, sigmaVoxels, radius }];
  });
}

/**
 * What kernels that smooth along all axes in one pass are given; undefined where they do not serve: a single axis
 * gains nothing from it, and a slice has no columns to walk up.
 */
export function narrowGaussian(
  attributes: GaussianAttributes,
  size: readonly number[],
): NarrowGaussian | undefined {
  const passes = axisPasses(attributes, size);
  const isNarrow =
    (size[2] ?? 1) > 1 &&
    passes.length > 1 &&
    edgesCode(attributes) === edgesZero &&
    passes.every(({ radius }) => radius <= narrowRadius);
  return isNarrow ? narrowParameters(passes) : undefined;
}

function narrowParameters(passes: readonly AxisPass[]): NarrowGaussian {
  const along = (axis: number): AxisPass =>
    passes.find((pass) => pass.axis === axis) ?? { axis, sigmaVoxels: 0, radius: 0 };
  const [x, y, z] = [along(0), along(1), along(2)];
  const taps = [x, y, z].flatMap(({ sigmaVoxels, radius }) => {
    const all = radius === 0 ? [1] : gaussianTaps(sigmaVoxels, radius).subarray(radius);
    return Array.from({ length: narrowRadius + 1 }, (_, k) => all[k] ?? 0);
  });
  return {
    sigmaX: x.sigmaVoxels,
    sigmaY: y.sigmaVoxels,
    sigmaZ: z.sigmaVoxels,
    radiusX: x.radius,
    radiusY: y.radius,
    radiusZ: z.radius,
    taps,
  };
}

/** The middle tap and those on one side, as many as a short kernel takes. */
function tapsOf({ sigmaVoxels, radius }: AxisPass): readonly number[] {
  const taps = gaussianTaps(sigmaVoxels, radius);
  return Array.from({ length: shortTaps }, (_, k) => taps[radius + k] ?? 0);
}

function edgesCode({ edges, transposed }: GaussianAttributes): number {
  if (edges === 'zero') return edgesZero;
  return transposed ? edgesRenormalizedTransposed : edgesRenormalized;
}
