import { affineFromParameters, affineFromParametersAdjoint } from './affine/affine-from-parameters';
import { multiplyAffine, multiplyAffineAdjoint } from './affine/multiply-affine';
import { addScaled } from './arithmetic/add-scaled';
import { add, multiply, scale, zeros } from './arithmetic/arithmetic';
import { difference } from './arithmetic/difference';
import { rescale } from './arithmetic/rescale';
import { combineScalars, compareScalars } from './arithmetic/scalar-ops';
import { checkerboard } from './choose/checkerboard';
import { select } from './choose/select';
import { selectAffine } from './choose/select-affine';
import { brightnessDrift } from './compare/brightness-drift';
import { correlationReport } from './compare/correlation-report';
import { globalCorrelation, globalCorrelationAdjoint } from './compare/global-correlation';
import { meanSquaredDifference } from './compare/mean-squared-difference';
import { compose, composeScaled, warpAdjoint } from './compose/compose';
import { invertDisplacement } from './compose/invert-displacement';
import type { OpDefinition } from './define-op';
import { diffusionEnergy, diffusionGradient } from './derivatives/diffusion';
import { fieldDerivatives, fieldDerivativesTransposed } from './derivatives/field-derivatives';
import { jacobianDeterminant } from './derivatives/jacobian-determinant';
import { jacobianReport } from './derivatives/jacobian-report';
import { jointHistogram, jointHistogramAdjoint } from './histogram/joint-histogram';
import { mutualInformation, mutualInformationAdjoint } from './histogram/mutual-information';
import { labelOverlap } from './labels/label-overlap';
import { sampleLabels } from './labels/sample-labels';
import { lnccLoss, lnccLossAdjoint, lnccLossAdjointFixed, lnccLossWithAdjoint } from './lncc/lncc';
import { lnccFromImages } from './lncc/lncc-from-images';
import { adam } from './optimize/adam';
import { scaledStep } from './optimize/scaled-step';
import { distanceReport } from './points/distance-report';
import { gatherPoints } from './points/gather-points';
import { movePoints, movePointsToAffine } from './points/move-points';
import {
  samplePoints,
  samplePointsDerivative,
  samplePointsSlope,
  splatPoints,
} from './points/sample-points';
import { pointwise, pointwiseMean, pointwiseSum } from './pointwise/pointwise';
import { pointwiseUpdate } from './pointwise/pointwise-update';
import { uniformDraws } from './random/uniform-draws';
import { countNonFinite } from './reduce/count-non-finite';
import { dot } from './reduce/dot';
import { imageMoments } from './reduce/image-moments';
import { imageVariance } from './reduce/image-variance';
import { intensityRange } from './reduce/intensity-range';
import { largestNorm } from './reduce/largest-norm';
import { padding } from './reduce/padding';
import { quantiles } from './reduce/quantiles';
import { chainToAffine, chainToDisplacement } from './sample/chain';
import { chainToDisplacementSmoothed } from './sample/chain-smoothed';
import { insideWeight } from './sample/inside-weight';
import { sample, sampleDerivative, sampleWeight, sampleWithDerivative } from './sample/sample';
import { sampleInside, sampleInsideWithDerivative } from './sample/sample-inside';
import { sampleSlope } from './sample/sample-slope';
import { splat } from './sample/splat';
import { evenIntensity } from './shading/even-intensity';
import { gaussian } from './smooth/gaussian';
import { centresAffine, momentCandidates } from './start/moment-candidates';
import { searchStart } from './start/search-start';
import { fillOutside, meanWeight, nonZero, overlapGate, overlapReport } from './weight/weight';
import {
  windowMoments,
  windowMomentsAdjoint,
  windowMomentsAdjointFixed,
} from './window/window-moments';
import { windowPairMoments } from './window/window-pair-moments';
import { windowStatistics, windowStatisticsAdjoint } from './window/window-statistics';

/** Every op, by name. The builder's methods, the tests and the devices iterate this list. */
export const opDefinitions = {
  adam,
  add,
  addScaled,
  affineFromParameters,
  affineFromParametersAdjoint,
  brightnessDrift,
  centresAffine,
  chainToAffine,
  chainToDisplacement,
  chainToDisplacementSmoothed,
  checkerboard,
  combineScalars,
  compareScalars,
  compose,
  composeScaled,
  correlationReport,
  countNonFinite,
  difference,
  diffusionEnergy,
  diffusionGradient,
  distanceReport,
  dot,
  fieldDerivatives,
  fieldDerivativesTransposed,
  fillOutside,
  gatherPoints,
  gaussian,
  globalCorrelation,
  globalCorrelationAdjoint,
  imageMoments,
  imageVariance,
  insideWeight,
  intensityRange,
  invertDisplacement,
  jacobianDeterminant,
  jacobianReport,
  jointHistogram,
  jointHistogramAdjoint,
  labelOverlap,
  largestNorm,
  lnccFromImages,
  lnccLoss,
  lnccLossAdjoint,
  lnccLossAdjointFixed,
  lnccLossWithAdjoint,
  meanSquaredDifference,
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
  padding,
  evenIntensity,
  rescale,
  sample,
  sampleDerivative,
  sampleInside,
  sampleInsideWithDerivative,
  sampleLabels,
  samplePoints,
  samplePointsDerivative,
  samplePointsSlope,
  sampleWeight,
  sampleWithDerivative,
  sampleSlope,
  scale,
  scaledStep,
  searchStart,
  select,
  selectAffine,
  splat,
  splatPoints,
  uniformDraws,
  warpAdjoint,
  windowMoments,
  windowMomentsAdjoint,
  windowMomentsAdjointFixed,
  windowPairMoments,
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
