import type { NodeDefinition, NodeRegistry } from '../runtime/api/nodes/define-node';
import { composeTransforms } from './apply/compose-transforms';
import { exponentiateTransform } from './apply/exponentiate';
import { applyToImage } from './apply/image';
import { invertTransform } from './apply/invert-transform';
import { applyToLabels } from './apply/labels';
import { applyToLandmarks } from './apply/landmarks';
import { projectImage } from './apply/project';
import { evaluateCorrelation } from './evaluate/correlation';
import { evaluateDice } from './evaluate/dice';
import { evaluateIntensityError } from './evaluate/intensity-error';
import { evaluateInverseConsistency } from './evaluate/inverse-consistency';
import { evaluateJacobian } from './evaluate/jacobian';
import { evaluateLandmarks } from './evaluate/landmarks';
import { evaluateMutualInformation } from './evaluate/mutual-information';
import { evaluateStructuralSimilarity } from './evaluate/structural-similarity';
import { evaluateSurfaceDistance } from './evaluate/surface-distance';
import { blocks } from './initialise/blocks';
import { centres } from './initialise/centres';
import { centresOfMass } from './initialise/centres-of-mass';
import { coupledConvex } from './initialise/coupled-convex';
import { identityStart } from './initialise/identity';
import { landmarkStart } from './initialise/landmarks';
import { moments } from './initialise/moments';
import { start } from './initialise/start';
import { loadCases } from './load/cases';
import { loadImage } from './load/image';
import { loadLabels } from './load/labels';
import { loadLandmarks } from './load/landmarks';
import { loadMask } from './load/mask';
import { loadNetwork } from './load/network';
import { loadTransform } from './load/transform';
import { affine } from './model/affine';
import { bspline } from './model/bspline';
import { bsplineVelocity } from './model/bspline-velocity';
import { displacementModel } from './model/displacement';
import { displacementPair } from './model/displacement-pair';
import { fourier } from './model/fourier';
import { greedy } from './model/greedy';
import { lddmm } from './model/lddmm';
import { rigid } from './model/rigid';
import { similarityModel } from './model/similarity';
import { svf } from './model/svf';
import { syn } from './model/syn';
import { translation } from './model/translation';
import { adapt } from './network/adapt';
import { affineRegression } from './network/affine-regression';
import { augmentDataset } from './network/augment';
import { conditionalLapIrn } from './network/conditional-lapirn';
import { dataset } from './network/dataset';
import { discriminator } from './network/discriminator';
import { dualAttention } from './network/dual-attention';
import { featureEncoder } from './network/feature-encoder';
import { features } from './network/features';
import { followAgent } from './network/follow-agent';
import { fourierNet } from './network/fourier-net';
import { hypermorph } from './network/hypermorph';
import { lapirn } from './network/lapirn';
import { lkuNet } from './network/lku-net';
import { localWeight } from './network/local-weight';
import { predict } from './network/predict';
import { rigidAgent } from './network/rigid-agent';
import { symnet } from './network/symnet';
import { symtrans } from './network/symtrans';
import { synthesize } from './network/synthesize';
import { synthmorph } from './network/synthmorph';
import { tdNet } from './network/td-net';
import { trainNetwork } from './network/train';
import { trainAdversarial } from './network/train-adversarial';
import { trainAgent } from './network/train-agent';
import { trainTranslation } from './network/train-translation';
import { translate } from './network/translate';
import { translator } from './network/translator';
import { transmorph } from './network/transmorph';
import { vitVNet } from './network/vit-v-net';
import { voxelmorph } from './network/voxelmorph';
import { weightMap } from './network/weight-map';
import { adam } from './optimizer/adam';
import { adamNormalized } from './optimizer/adam-normalized';
import { adaptiveStochastic } from './optimizer/adaptive-stochastic';
import { cmaEs } from './optimizer/cma-es';
import { conjugateGradient } from './optimizer/conjugate-gradient';
import { demons } from './optimizer/demons';
import { gradientDescent } from './optimizer/gradient-descent';
import { lbfgs } from './optimizer/lbfgs';
import { levenbergMarquardt } from './optimizer/levenberg-marquardt';
import { lineSearchDescent } from './optimizer/line-search-descent';
import { regularStep } from './optimizer/regular-step';
import { schedulePyramid } from './optimizer/schedule-pyramid';
import { biasCorrection } from './prepare/bias-correction';
import { clampIntensity } from './prepare/clamp';
import { combineChannels } from './prepare/combine-channels';
import { cropOrPad } from './prepare/crop-pad';
import { cropToMask } from './prepare/crop-to-mask';
import { evenIntensity } from './prepare/even-intensity';
import { foregroundMask } from './prepare/foreground-mask';
import { matchHistogramNode } from './prepare/match-histogram';
import { normalizeIntensity } from './prepare/normalize-intensity';
import { pickChannel } from './prepare/pick-channel';
import { reorient } from './prepare/reorient';
import { resampleImage } from './prepare/resample';
import { resampleLabels } from './prepare/resample-labels';
import { slidingBorder } from './prepare/sliding-border';
import { smoothImage } from './prepare/smooth';
import { standardizeIntensity } from './prepare/standardize';
import { register } from './register/register';
import { bending } from './regularizer/bending';
import { curvature } from './regularizer/curvature';
import { cycleConsistency } from './regularizer/cycle-consistency';
import { diffusion } from './regularizer/diffusion';
import { displacementMagnitude } from './regularizer/displacement-magnitude';
import { edgeWeightedDiffusion } from './regularizer/edge-weighted-diffusion';
import { folding } from './regularizer/folding';
import { gradientInverseConsistency } from './regularizer/gradient-inverse-consistency';
import { hyperelastic } from './regularizer/hyperelastic';
import { inverseConsistency } from './regularizer/inverse-consistency';
import { kineticEnergy } from './regularizer/kinetic-energy';
import { linearElastic } from './regularizer/linear-elastic';
import { localRigidity } from './regularizer/local-rigidity';
import { logJacobianEnergy } from './regularizer/log-jacobian';
import { sparsity } from './regularizer/sparsity';
import { totalVariation } from './regularizer/total-variation';
import { volumePreservation } from './regularizer/volume-preservation';
import { saveImage } from './save/image';
import { saveLabels } from './save/labels';
import { saveLandmarks } from './save/landmarks';
import { saveNetwork } from './save/network';
import { saveTransform } from './save/transform';
import { correlation } from './similarity/correlation';
import { correlationRatio } from './similarity/correlation-ratio';
import { gradientField } from './similarity/gradient-field';
import { labelCentroids } from './similarity/label-centroids';
import { labelOverlap } from './similarity/label-overlap';
import { landmarkDistance } from './similarity/landmarks';
import { lncc } from './similarity/lncc';
import { meanSquaredError } from './similarity/mean-squared-error';
import { mindSsc } from './similarity/mind-ssc';
import { mutualInformation } from './similarity/mutual-information';
import { normalizedMutualInformation } from './similarity/normalized-mutual-information';
import { robustDifference } from './similarity/robust-difference';
import { structuralSimilarity } from './similarity/structural-similarity';
import { sumOfSquares } from './similarity/sum-of-squares';
import { checkerboard } from './view/checkerboard';
import { deformationGrid } from './view/deformation-grid';
import { difference } from './view/difference';
import { logJacobianImage } from './view/log-jacobian';
import { transformMagnitude } from './view/transform-magnitude';

/** Every node that can be placed, in the order of the palette. */
export const nodeDefinitions = [
  loadImage,
  loadLabels,
  loadMask,
  loadNetwork,
  loadTransform,
  evenIntensity,
  biasCorrection,
  loadLandmarks,
  loadCases,
  normalizeIntensity,
  standardizeIntensity,
  clampIntensity,
  matchHistogramNode,
  smoothImage,
  resampleImage,
  resampleLabels,
  cropOrPad,
  cropToMask,
  reorient,
  foregroundMask,
  slidingBorder,
  combineChannels,
  pickChannel,
  identityStart,
  centres,
  centresOfMass,
  moments,
  landmarkStart,
  blocks,
  start,
  coupledConvex,
  translation,
  rigid,
  similarityModel,
  affine,
  bspline,
  bsplineVelocity,
  displacementModel,
  displacementPair,
  greedy,
  svf,
  syn,
  lddmm,
  fourier,
  lncc,
  mutualInformation,
  normalizedMutualInformation,
  correlationRatio,
  mindSsc,
  gradientField,
  correlation,
  structuralSimilarity,
  meanSquaredError,
  sumOfSquares,
  robustDifference,
  labelOverlap,
  labelCentroids,
  landmarkDistance,
  diffusion,
  edgeWeightedDiffusion,
  totalVariation,
  curvature,
  bending,
  linearElastic,
  hyperelastic,
  logJacobianEnergy,
  folding,
  volumePreservation,
  localRigidity,
  displacementMagnitude,
  sparsity,
  kineticEnergy,
  inverseConsistency,
  gradientInverseConsistency,
  cycleConsistency,
  adamNormalized,
  adam,
  gradientDescent,
  regularStep,
  adaptiveStochastic,
  lineSearchDescent,
  conjugateGradient,
  lbfgs,
  levenbergMarquardt,
  cmaEs,
  demons,
  schedulePyramid,
  voxelmorph,
  synthmorph,
  symnet,
  lkuNet,
  fourierNet,
  lapirn,
  transmorph,
  dualAttention,
  tdNet,
  symtrans,
  vitVNet,
  hypermorph,
  conditionalLapIrn,
  affineRegression,
  featureEncoder,
  rigidAgent,
  discriminator,
  translator,
  synthesize,
  dataset,
  augmentDataset,
  localWeight,
  trainNetwork,
  trainAgent,
  trainAdversarial,
  trainTranslation,
  adapt,
  predict,
  weightMap,
  features,
  followAgent,
  translate,
  register,
  applyToImage,
  applyToLabels,
  applyToLandmarks,
  projectImage,
  invertTransform,
  composeTransforms,
  exponentiateTransform,
  evaluateDice,
  evaluateSurfaceDistance,
  evaluateCorrelation,
  evaluateIntensityError,
  evaluateStructuralSimilarity,
  evaluateMutualInformation,
  evaluateJacobian,
  evaluateInverseConsistency,
  evaluateLandmarks,
  checkerboard,
  difference,
  deformationGrid,
  transformMagnitude,
  logJacobianImage,
  saveImage,
  saveLabels,
  saveNetwork,
  saveTransform,
  saveLandmarks,
] as const;

/** The nodes by type, with their specific types erased, for the compiler, the page and the terminal. */
export const nodeRegistry: NodeRegistry = new Map(
  nodeDefinitions.map((definition) => [definition.type, definition as unknown as NodeDefinition]),
);
