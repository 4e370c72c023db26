import { affineFromParameters, affineFromParametersAdjoint } from './affine/affine-from-parameters';
import { multiplyAffine, multiplyAffineAdjoint } from './affine/multiply-affine';
import { add, multiply, scale, zeros } from './arithmetic/arithmetic';
import { rescale } from './arithmetic/rescale';
import { compose, warpAdjoint } from './compose/compose';
import { addScaled } from './control/add-scaled';
import { dot } from './control/dot';
import { combineScalars, compareScalars } from './control/scalar-ops';
import { select } from './control/select';
import type { OpDefinition } from './define-op';
import { fieldDerivatives, fieldDerivativesTransposed } from './derivatives/field-derivatives';
import { brightnessDrift } from './evaluate/brightness-drift';
import { correlationReport } from './evaluate/correlation-report';
import { jacobianDeterminant } from './evaluate/jacobian-determinant';
import { jacobianReport } from './evaluate/jacobian-report';
import { countNonFinite } from './finite/count-non-finite';
import { intensityRange } from './information/intensity-range';
import { jointHistogram, jointHistogramAdjoint } from './information/joint-histogram';
import { mutualInformation, mutualInformationAdjoint } from './information/mutual-information';
import {
  globalCorrelation,
  globalCorrelationAdjoint,
  imageVariance,
} from './intensity/global-correlation';
import {
  meanSquaredDifference,
  meanSquaredDifferenceAdjoint,
} from './intensity/mean-squared-difference';
import { labelOverlap } from './labels/label-overlap';
import { sampleLabels } from './labels/sample-labels';
import { lnccLoss, lnccLossAdjoint, lnccLossAdjointFixed } from './lncc/lncc';
import { centresAffine, imageMoments, momentCandidates, selectAffine } from './moments/moments';
import { adam } from './optimize/adam';
import { largestNorm } from './optimize/largest-norm';
import { scaledStep } from './optimize/scaled-step';
import { distanceReport } from './points/distance-report';
import { gatherPoints } from './points/gather-points';
import { movePoints, movePointsToAffine } from './points/move-points';
import { samplePoints, samplePointsDerivative, splatPoints } from './points/sample-points';
import { pointwise, pointwiseMean, pointwiseSum } from './pointwise/pointwise';
import { pointwiseUpdate } from './pointwise/pointwise-update';
import { quantiles } from './prepare/quantiles';
import { uniformDraws } from './random/uniform-draws';
import { diffusionEnergy, diffusionGradient } from './regularize/diffusion';
import { chainToAffine, chainToDisplacement } from './sample/chain';
import { insideWeight } from './sample/inside-weight';
import { sample, sampleDerivative, sampleWeight, sampleWithDerivative } from './sample/sample';
import { splat } from './sample/splat';
import { gaussian } from './smooth/gaussian';
import { searchStart } from './start/search-start';
import { checkerboard } from './view/checkerboard';
import { difference } from './view/difference';
import { fillOutside, meanWeight, nonZero, overlapGate, overlapReport } from './weight/weight';
import {
  windowMoments,
  windowMomentsAdjoint,
  windowMomentsAdjointFixed,
} from './window/window-moments';
import { windowStatistics, windowStatisticsAdjoint } from './window/window-statistics';

/** Every op, by name. The builder's methods, the tests and the devices iterate this list. */
export const opDefinitions = {
  adam,
  add,
  addScaled,
  affineFromParameters,
  affineFromParametersAdjoint,
  centresAffine,
  chainToAffine,
  chainToDisplacement,
  checkerboard,
  combineScalars,
  compareScalars,
  compose,
  correlationReport,
  countNonFinite,
  difference,
  diffusionEnergy,
  diffusionGradient,
  distanceReport,
  dot,
  fillOutside,
  fieldDerivatives,
  fieldDerivativesTransposed,
  gatherPoints,
  gaussian,
  globalCorrelation,
  globalCorrelationAdjoint,
  imageMoments,
  imageVariance,
  insideWeight,
  intensityRange,
  brightnessDrift,
  jacobianDeterminant,
  jacobianReport,
  jointHistogram,
  jointHistogramAdjoint,
  labelOverlap,
  largestNorm,
  lnccLoss,
  lnccLossAdjoint,
  lnccLossAdjointFixed,
  meanSquaredDifference,
  meanSquaredDifferenceAdjoint,
  meanWeight,
  momentCandidates,
  movePoints,
  movePointsToAffine,
  multiply,
  multiplyAffine,
  multiplyAffineAdjoint,
  mutualInformation,
  mutualInformationAdjoint,
  nonZero,
  overlapGate,
  overlapReport,
  pointwise,
  pointwiseMean,
  pointwiseSum,
  pointwiseUpdate,
  quantiles,
  rescale,
  sample,
  sampleDerivative,
  sampleLabels,
  samplePoints,
  samplePointsDerivative,
  sampleWeight,
  sampleWithDerivative,
  scale,
  scaledStep,
  select,
  searchStart,
  selectAffine,
  splat,
  splatPoints,
  uniformDraws,
  warpAdjoint,
  windowMoments,
  windowMomentsAdjoint,
  windowMomentsAdjointFixed,
  windowStatistics,
  windowStatisticsAdjoint,
  zeros,
} as const;

export type OpRegistry = ReadonlyMap<string, OpDefinition>;

/** The op list with its specific types erased, for the passes. */
export const opRegistry: OpRegistry = new Map(
  Object.entries(opDefinitions).map(([name, definition]) => [
    name,
    definition as unknown as OpDefinition,
  ]),
);
