import { voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { LevelContext, ModelPart } from '../../runtime/api/nodes/port-values';
import { resample } from './resample';

/** Where a Gaussian is cut off, in standard deviations. */
const truncate = 2;

/** Widths of the two Gaussians of a field model, in voxels of the level. */
export interface FieldSmoothing {
  readonly smoothGradientVoxels: number;
  readonly smoothFieldVoxels: number;
  /** `still` where left out. */
  readonly border?: 'still' | 'free';
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

/** What happens at the edge of a field when it is smoothed. */
export function borderParameter() {
  return choiceParameter({
    title: 'Border',
    help: 'Still: the edge of the field stays where it is. Free: it moves with what lies next to it, as in Greedy; for heads that reach the edge.',
    choices: ['still', 'free'],
    default: 'still',
    advanced: true,
  });
}

/**
 * What all models have in common whose variables are vector fields in mm on the level's grid, one or several: they
 * start at zero, are resampled between levels, and their gradients are smoothed.
 */
export function fieldModel(
  role: 'displacement' | 'velocity',
  { smoothGradientVoxels, border }: Omit<FieldSmoothing, 'smoothFieldVoxels'>,
  count = 1,
) {
  return {
    kind: 'model',
    start: (b, { fixed }) =>
      Array.from({ length: count }, () => b.zeros({ like: fixed }, { channels: 3 })),
    refine: (b, variables, { grid }) => variables.map((field) => resample(b, field, grid)),
    fields: (_, variables) => variables.map((value) => ({ role, value })),
    lossScale: ({ grid }) => voxelCount(grid),
    shapeGradient: (b, gradient, context) =>
      gradient.map((field) => smoothInside(b, field, smoothGradientVoxels, border, context)),
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

/**
 * A field of the level smoothed by a Gaussian, with a border that stays put or is free: then what lies beyond the edge
 * has no weight, and a constant field stays as it is.
 */
export function smoothInside(
  b: Builder,
  value: ValueId,
  sigmaVoxels: number,
  border: FieldSmoothing['border'],
  { fixed }: LevelContext,
): ValueId {
  const smooth = smoothField(b, value, sigmaVoxels);
  if (border !== 'free' || sigmaVoxels === 0) return smooth;
  // The weight inside is the same in every iteration, so that it is reckoned once a level.
  const ones = b.pointwise(
    { a: b.zeros({ like: fixed }, { channels: 1 }) },
    { expressions: [['+', 'a', 1]] },
  );
  const inside = smoothField(b, ones, sigmaVoxels);
  return b.pointwise({ a: smooth, b: inside }, { expressions: [['/', 'a', 'b']] });
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
