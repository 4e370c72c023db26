import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { numberParameter } from '../../runtime/api/nodes/parameters';
import type { ModelPart } from '../../runtime/api/nodes/port-values';
import { addSteps } from './add-steps';
import {
  type FieldSmoothing,
  fieldGaussian,
  fieldModel,
  smoothField,
  smoothingParameters,
  smoothingTooWide,
  widestSmoothing,
} from './field-model';
import { resample } from './resample';

/** Widths of the Gaussians of displacements to which steps are added, all in one unit. */
export interface AdditiveSmoothing extends FieldSmoothing {
  readonly seenThroughVoxels: number;
}

/** The parameters of their Gaussians. */
export function additiveParameters() {
  return {
    ...smoothingParameters('displacement', { smoothGradientVoxels: 0, smoothFieldVoxels: 1 }),
    seenThroughVoxels: numberParameter({
      title: 'Seen through',
      help: 'Standard deviation of the Gaussian through which the map sees what is optimized, in the unit of *Smoothing unit*; more makes the motion stiffer and folds less.',
      default: 0,
      min: 0,
      max: widestSmoothing,
    }),
  };
}

/**
 * What models have in common whose variables are displacements (mm) to which steps are added. Maps and regularizers read them
 * as `seen` gives them.
 */
export function additiveFields(smoothing: AdditiveSmoothing, count = 1) {
  const { smoothGradientVoxels, smoothFieldVoxels, seenThroughVoxels, smoothUnit } = smoothing;
  const widest = Math.max(smoothGradientVoxels, smoothFieldVoxels, seenThroughVoxels);
  const seen = (b: Builder, variables: readonly ValueId[]): readonly ValueId[] =>
    variables.map((field) => fieldGaussian(b, field, seenThroughVoxels, 'renormalize', smoothUnit));
  return {
    seen,
    part: {
      ...fieldModel('displacement', smoothing, count),
      refuses: (grid) => smoothingTooWide(grid, widest, smoothUnit),
      refine: (b, variables, { grid }) =>
        seen(b, variables).map((field) => resample(b, field, grid)),
      fields: (b, variables) =>
        seen(b, variables).map((value) => ({ role: 'displacement', value }) as const),
      update: (b, variables, steps) =>
        addSteps(b, variables, steps).map((field) =>
          smoothField(b, field, smoothFieldVoxels, smoothUnit),
        ),
    } satisfies Partial<ModelPart>,
  };
}
