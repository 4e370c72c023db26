import { type Grid, spacingMm, voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { LevelContext, ModelPart } from '../../runtime/api/nodes/port-values';
import { resample } from './resample';

/** Where a Gaussian is cut off, in standard deviations. */
const truncate = 2;

/** No Gaussian reaches over more voxels than this to one side. */
const mostReachVoxels = 255;

/** Largest width that a form takes, voxels or mm. */
export const widestSmoothing = 100;

/** What the widths of a model's Gaussians are given in: voxels of the level, or mm. */
export type SmoothUnit = 'voxels' | 'mm';

/** Widths of the two Gaussians of a field model. The names are from when all were in voxels. */
export interface FieldSmoothing {
  readonly smoothGradientVoxels: number;
  readonly smoothFieldVoxels: number;
  /** Of both widths; `voxels` where left out. */
  readonly smoothUnit?: SmoothUnit;
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
      help: 'Standard deviation of the Gaussian on each step, in the unit of *Smoothing unit*; more makes the motion stiffer and folds less.',
      default: defaults.smoothGradientVoxels,
      min: 0,
      max: widestSmoothing,
    }),
    smoothFieldVoxels: numberParameter({
      title: `Smooth ${field}`,
      help: `Standard deviation of the Gaussian on the whole ${field} after each step, in the unit of *Smoothing unit*; more forgets small motions.`,
      default: defaults.smoothFieldVoxels,
      min: 0,
      max: widestSmoothing,
    }),
    smoothUnit: choiceParameter({
      title: 'Smoothing unit',
      help: 'Of the widths of all Gaussians here. Voxels are those of the level: coarse levels are smoothed over more mm. Millimetres are the same at every level and in all directions.',
      choices: ['voxels', 'mm'],
      default: 'voxels',
      advanced: true,
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
  smoothing: Omit<FieldSmoothing, 'smoothFieldVoxels'> & Partial<FieldSmoothing>,
  count = 1,
) {
  const { smoothGradientVoxels, smoothFieldVoxels = 0, smoothUnit } = smoothing;
  return {
    kind: 'model',
    refuses: (grid) =>
      smoothingTooWide(grid, Math.max(smoothGradientVoxels, smoothFieldVoxels), smoothUnit),
    start: (b, { fixed }) =>
      Array.from({ length: count }, () => b.zeros({ like: fixed }, { channels: 3 })),
    refine: (b, variables, { grid }) => variables.map((field) => resample(b, field, grid)),
    fields: (_, variables) => variables.map((value) => ({ role, value })),
    lossScale: ({ grid }) => voxelCount(grid),
    shapeGradient: (b, gradient, context) =>
      gradient.map((field) => smoothInside(b, field, smoothGradientVoxels, smoothing, context)),
  } satisfies Partial<ModelPart>;
}

/** The one variable of a field model. */
export function firstOf(variables: readonly ValueId[]): ValueId {
  const [first] = variables;
  if (first === undefined) throw new RangeError('A field model has one variable.');
  return first;
}

/**
 * Why a width cannot be used on the fixed grid: its Gaussian reaches over more voxels than one may. Coarser levels have
 * larger voxels, so that what fits here fits there.
 */
export function smoothingTooWide(
  grid: Grid,
  width: number,
  unit: SmoothUnit | undefined,
): LoweringProblem | undefined {
  const widest = Math.max(...widthVoxels(grid, width, unit));
  if (truncate * widest <= mostReachVoxels) return undefined;
  const most = (width * mostReachVoxels) / (truncate * widest);
  return {
    port: 'model',
    message: `A Gaussian of the model is ${width} ${unit ?? 'voxels'} wide, ${Math.round(widest)} voxels of the fixed image: nothing would bend.`,
    remedy: `Smooth less: at most ${Math.floor(most)} ${unit ?? 'voxels'} fit here. Are the voxel sizes in its header right?`,
  };
}

/** Standard deviations along the axes of a grid, voxels. */
function widthVoxels(grid: Grid, width: number, unit: SmoothUnit | undefined): readonly number[] {
  if (unit !== 'mm') return [width, width, width];
  return spacingMm(grid).map((edge, axis) => (grid.sizeVoxels[axis] === 1 ? 0 : width / edge));
}

/** A field smoothed by a Gaussian; beyond the edge it is zero, so that the border stays put. */
export function smoothField(b: Builder, value: ValueId, width: number, unit?: SmoothUnit): ValueId {
  return fieldGaussian(b, value, width, 'zero', unit);
}

/**
 * A field of the level smoothed by a Gaussian, with a border that stays put or is free: then what lies beyond the edge
 * has no weight, and a constant field stays as it is.
 */
export function smoothInside(
  b: Builder,
  value: ValueId,
  width: number,
  { border, smoothUnit }: Pick<FieldSmoothing, 'border' | 'smoothUnit'>,
  { fixed }: LevelContext,
): ValueId {
  const smooth = smoothField(b, value, width, smoothUnit);
  if (border !== 'free' || width === 0) return smooth;
  // The weight inside is the same in every iteration, so that it is reckoned once a level.
  const ones = b.pointwise(
    { a: b.zeros({ like: fixed }, { channels: 1 }) },
    { expressions: [['+', 'a', 1]] },
  );
  const inside = smoothField(b, ones, width, smoothUnit);
  return b.pointwise({ a: smooth, b: inside }, { expressions: [['/', 'a', 'b']] });
}

/** A field smoothed by a Gaussian of one width along every axis, in voxels of its grid or mm. */
export function fieldGaussian(
  b: Builder,
  value: ValueId,
  width: number,
  edges: 'zero' | 'renormalize',
  unit?: SmoothUnit,
): ValueId {
  const type = b.typeOf(value);
  if (width === 0 || type.kind !== 'field') return value;
  const sigmaVoxels = widthVoxels(type.grid, width, unit);
  return b.gaussian({ value }, { sigmaVoxels, truncate, edges, transposed: false });
}
