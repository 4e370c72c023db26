import { voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { ModelPart } from '../../runtime/api/nodes/port-values';
import { resample } from './resample';

/** Where a Gaussian is cut off, in standard deviations. */
const truncate = 2;

/** Widths of the two Gaussians of a field model, in voxels of the level. */
export interface FieldSmoothing {
  readonly smoothGradientVoxels: number;
  readonly smoothFieldVoxels: number;
}

/** The parameters of both Gaussians; `field` says what the second one smooths. */
export function smoothingParameters(
  field: 'displacement' | 'velocity',
  defaults: FieldSmoothing = { smoothGradientVoxels: 1, smoothFieldVoxels: 0.5 },
) {
  return {
    smoothGradientVoxels: numberParameter({
      title: 'Smooth gradient',
      help: 'Standard deviation of the Gaussian on each step; more makes the motion stiffer and folds less.',
      unit: 'voxels',
      default: defaults.smoothGradientVoxels,
      min: 0,
      max: 10,
    }),
    smoothFieldVoxels: numberParameter({
      title: `Smooth ${field}`,
      help: `Standard deviation of the Gaussian on the whole ${field} after each step; more forgets small motions.`,
      unit: 'voxels',
      default: defaults.smoothFieldVoxels,
      min: 0,
      max: 10,
    }),
  };
}

/**
 * What all models have in common whose variables are vector fields in mm on the level's grid, one or several: they
 * start at zero, are resampled between levels, and their gradients are smoothed.
 */
export function fieldModel(
  role: 'displacement' | 'velocity',
  { smoothGradientVoxels }: FieldSmoothing,
  count = 1,
) {
  return {
    kind: 'model',
    start: (b, { fixed }) =>
      Array.from({ length: count }, () => b.zeros({ like: fixed }, { channels: 3 })),
    refine: (b, variables, { grid }) => variables.map((field) => resample(b, field, grid)),
    fields: (_, variables) => variables.map((value) => ({ role, value })),
    lossScale: ({ grid }) => voxelCount(grid),
    shapeGradient: (b, gradient) =>
      gradient.map((field) => smoothField(b, field, smoothGradientVoxels)),
  } satisfies Partial<ModelPart>;
}

/** The one variable of a field model. */
export function firstOf(variables: readonly ValueId[]): ValueId {
  const [first] = variables;
  if (first === undefined) throw new RangeError('A field model has one variable.');
  return first;
}

/** A field smoothed by a Gaussian; beyond the edge it is zero, so that the border stays put. */
export function smoothField(b: Builder, value: ValueId, sigmaVoxels: number): ValueId {
  return fieldGaussian(b, value, sigmaVoxels, 'zero');
}

/** A field smoothed by a Gaussian of one width along every axis, in voxels. */
export function fieldGaussian(
  b: Builder,
  value: ValueId,
  sigma: number,
  edges: 'zero' | 'renormalize',
): ValueId {
  if (sigma === 0) return value;
  const sigmaVoxels = [sigma, sigma, sigma];
  return b.gaussian({ value }, { sigmaVoxels, truncate, edges, transposed: false });
}
