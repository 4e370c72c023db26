import type { NodeDefinition, NodeRegistry } from '../runtime/api/nodes/define-node';
import { applyToImage } from './apply/image';
import { applyToLabels } from './apply/labels';
import { applyToLandmarks } from './apply/landmarks';
import { evaluateCorrelation } from './evaluate/correlation';
import { evaluateDice } from './evaluate/dice';
import { evaluateJacobian } from './evaluate/jacobian';
import { evaluateLandmarks } from './evaluate/landmarks';
import { centresOfMass } from './initialise/centres-of-mass';
import { moments } from './initialise/moments';
import { start } from './initialise/start';
import { loadImage } from './load/image';
import { loadLabels } from './load/labels';
import { loadLandmarks } from './load/landmarks';
import { loadMask } from './load/mask';
import { loadTransform } from './load/transform';
import { affine } from './model/affine';
import { greedy } from './model/greedy';
import { rigid } from './model/rigid';
import { svf } from './model/svf';
import { syn } from './model/syn';
import { adamNormalized } from './optimizer/adam-normalized';
import { gradientDescent } from './optimizer/gradient-descent';
import { lbfgs } from './optimizer/lbfgs';
import { lineSearchDescent } from './optimizer/line-search-descent';
import { schedulePyramid } from './optimizer/schedule-pyramid';
import { combineChannels } from './prepare/combine-channels';
import { evenIntensity } from './prepare/even-intensity';
import { normalizeIntensity } from './prepare/normalize-intensity';
import { pickChannel } from './prepare/pick-channel';
import { register } from './register/register';
import { bending } from './regularizer/bending';
import { curvature } from './regularizer/curvature';
import { diffusion } from './regularizer/diffusion';
import { linearElastic } from './regularizer/linear-elastic';
import { saveImage } from './save/image';
import { saveLabels } from './save/labels';
import { saveLandmarks } from './save/landmarks';
import { saveTransform } from './save/transform';
import { correlation } from './similarity/correlation';
import { landmarkDistance } from './similarity/landmarks';
import { lncc } from './similarity/lncc';
import { meanSquaredError } from './similarity/mean-squared-error';
import { mutualInformation } from './similarity/mutual-information';
import { checkerboard } from './view/checkerboard';
import { difference } from './view/difference';

/** Every node that can be placed, in the order of the palette. */
export const nodeDefinitions = [
  loadImage,
  loadLabels,
  loadMask,
  loadTransform,
  evenIntensity,
  loadLandmarks,
  normalizeIntensity,
  combineChannels,
  pickChannel,
  centresOfMass,
  moments,
  start,
  rigid,
  affine,
  greedy,
  svf,
  syn,
  lncc,
  mutualInformation,
  correlation,
  meanSquaredError,
  landmarkDistance,
  diffusion,
  curvature,
  bending,
  linearElastic,
  adamNormalized,
  gradientDescent,
  lineSearchDescent,
  lbfgs,
  schedulePyramid,
  register,
  applyToImage,
  applyToLabels,
  applyToLandmarks,
  evaluateDice,
  evaluateCorrelation,
  evaluateJacobian,
  evaluateLandmarks,
  checkerboard,
  difference,
  saveImage,
  saveLabels,
  saveTransform,
  saveLandmarks,
] as const;

/** The nodes by type, with their specific types erased, for the compiler, the page and the terminal. */
export const nodeRegistry: NodeRegistry = new Map(
  nodeDefinitions.map((definition) => [definition.type, definition as unknown as NodeDefinition]),
);
