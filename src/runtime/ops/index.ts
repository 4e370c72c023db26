import { affineCurvature } from './affine/affine-curvature';
import { affineFromParameters, affineFromParametersAdjoint } from './affine/affine-from-parameters';
import { invertAffine } from './affine/invert-affine';
import { multiplyAffine, multiplyAffineAdjoint } from './affine/multiply-affine';
import { addScaled } from './arithmetic/add-scaled';
import { add, multiply, scale, zeros } from './arithmetic/arithmetic';
import { difference } from './arithmetic/difference';
import { rescale } from './arithmetic/rescale';
import { combineScalars, compareScalars } from './arithmetic/scalar-ops';
import { splineBending, splineGrams } from './bspline/spline-bending';
import { splineField, splineFieldTransposed, subdivideSpline } from './bspline/spline-field';
import { checkerboard } from './choose/checkerboard';
import { select } from './choose/select';
import { selectAffine } from './choose/select-affine';
import { brightnessDrift } from './compare/brightness-drift';
import { correlationReport } from './compare/correlation-report';
import { globalCorrelation, globalCorrelationAdjoint } from './compare/global-correlation';
import { meanSquaredDifference } from './compare/mean-squared-difference';
import { compose, composeScaled, warpAdjoint } from './compose/compose';
import { invertDisplacement } from './compose/invert-displacement';
import { travelledDistance } from './compose/travelled-distance';
import { cosineField, cosineFieldTransposed } from './cosine/cosine-field';
import type { OpDefinition } from './define-op';
import { diffusionEnergy, diffusionGradient } from './derivatives/diffusion';
import { fieldDerivatives, fieldDerivativesTransposed } from './derivatives/field-derivatives';
import { jacobianDeterminant } from './derivatives/jacobian-determinant';
import { jacobianReport } from './derivatives/jacobian-report';
import { nonDiffeomorphicReport } from './derivatives/non-diffeomorphic';
import { bestDisplacement } from './discrete/best-displacement';
import { cellMeans } from './discrete/cell-means';
import { displacementCosts } from './discrete/displacement-costs';
import { mindSsc } from './features/mind-ssc';
import { informationReport, labelInformationReport } from './histogram/information';
import { jointHistogram, jointHistogramAdjoint } from './histogram/joint-histogram';
import { matchHistogram } from './histogram/match-histogram';
import { mutualInformation, mutualInformationAdjoint } from './histogram/mutual-information';
import { otsuThreshold } from './histogram/otsu';
import { tableSums, tableSumsAdjoint } from './histogram/table-sums';
import { labelCentroids } from './labels/label-centroids';
import { labelOverlap } from './labels/label-overlap';
import { relabel } from './labels/relabel';
import { sampleLabels } from './labels/sample-labels';
import {
  softDice,
  softDiceAdjoint,
  softLabelCounts,
  softLabelSlopes,
} from './labels/soft-label-counts';
import { surfaceDistance } from './labels/surface-distance';
import { lnccLoss, lnccLossAdjoint, lnccLossAdjointFixed, lnccLossWithAdjoint } from './lncc/lncc';
import { lnccFromImages } from './lncc/lncc-from-images';
import { adam } from './optimize/adam';
import { dampedStep } from './optimize/damped-step';
import { evolutionCandidate, evolutionUpdate } from './optimize/evolution-ops';
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
import { project, projectAdjoint } from './project/project';
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
import { biasField } from './shading/bias-field';
import { evenIntensity } from './shading/even-intensity';
import { gaussian } from './smooth/gaussian';
import { landmarkFit } from './start/landmark-fit';
import { matchBlocks } from './start/match-blocks';
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
  affineCurvature,
  affineFromParameters,
  affineFromParametersAdjoint,
  bestDisplacement,
  brightnessDrift,
  cellMeans,
  centresAffine,
  chainToAffine,
  chainToDisplacement,
  chainToDisplacementSmoothed,
  checkerboard,
  combineScalars,
  compareScalars,
  compose,
  composeScaled,
  cosineField,
  cosineFieldTransposed,
  correlationReport,
  countNonFinite,
  dampedStep,
  difference,
  diffusionEnergy,
  diffusionGradient,
  displacementCosts,
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
  informationReport,
  insideWeight,
  intensityRange,
  invertAffine,
  invertDisplacement,
  jacobianDeterminant,
  jacobianReport,
  jointHistogram,
  jointHistogramAdjoint,
  labelInformationReport,
  labelCentroids,
  labelOverlap,
  landmarkFit,
  largestNorm,
  lnccFromImages,
  lnccLoss,
  lnccLossAdjoint,
  lnccLossAdjointFixed,
  lnccLossWithAdjoint,
  matchBlocks,
  matchHistogram,
  meanSquaredDifference,
  meanWeight,
  mindSsc,
  momentCandidates,
  movePoints,
  movePointsToAffine,
  multiply,
  multiplyAffine,
  multiplyAffineAdjoint,
  mutualInformation,
  mutualInformationAdjoint,
  nonDiffeomorphicReport,
  nonZero,
  otsuThreshold,
  overlapGate,
  overlapReport,
  pointwise,
  pointwiseMean,
  pointwiseSum,
  pointwiseUpdate,
  project,
  projectAdjoint,
  quantiles,
  padding,
  biasField,
  evenIntensity,
  evolutionCandidate,
  evolutionUpdate,
  relabel,
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
  softDice,
  softDiceAdjoint,
  softLabelCounts,
  softLabelSlopes,
  splat,
  splatPoints,
  splineBending,
  splineField,
  splineFieldTransposed,
  splineGrams,
  subdivideSpline,
  surfaceDistance,
  tableSums,
  tableSumsAdjoint,
  travelledDistance,
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
