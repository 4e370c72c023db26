import type { Builder, Judge, ValueId } from '../../runtime/api/nodes/builder';
import { splitChannels } from '../../runtime/api/nodes/channels';
import { comparisonOf } from '../../runtime/api/nodes/compare';
import { isSlice, largeTurn, tiltedPlanes, unlikelySize, unseenAcross } from './affine-doubts';
import { levelPairs } from './level-pairs';
import { leastOverlap } from './overlap';
import type { RegistrationParts } from './registration-parts';
import type { TotalTransform } from './total-transform';

/** Share of the smaller image that should have a partner; below `leastOverlap` it is an error. */
export const wantedOverlap = 0.5;
/** A voxel that shrinks to less than this share of its volume is about to fold. */
export const nearFold = 0.01;
/** By what factor brightness may drift from one end to the other. */
export const mostBrightnessDrift = 1.6;
/** Share of the ratios' spread that the drift must explain to be one. */
export const leastDriftExplained = 0.3;

/** By what share of its size the loss must have risen: less is the noise of the last steps. */
export const leastRise = 0.05;
/** By what share of its size the loss must fall at some level for a field to have found much, if it bends so much. */
export const leastGain = 0.1;
/** Standard deviation of the log Jacobian that this much gain pays for: half as much motion need gain but half. */
export const paidMotion = 0.25;
/** A level of fewer iterations has been cut short: what it did not gain in that time says nothing. */
export const fewestIterations = 20;
/** Standard deviation of a field's log Jacobian from which on it moves much. */
export const muchMotion = 0.1;

/**
 * Has all said that speaks against what a registration found.
 * @param total the whole map that it found
 * @param overlap shares of the fixed and of the smaller image that have a partner
 */
export function warnOfRegistration(
  b: Builder,
  parts: RegistrationParts,
  total: TotalTransform,
  overlap: ValueId,
): void {
  const { fixed, moving, initial, objectives } = parts;
  const comparing = objectives.filter((part) => part.on === 'images');
  const slices = [fixed.grid, moving.grid].filter(isSlice).length;
  b.warn([total.affine], unlikelySize);
  if (slices === 0) b.warn([total.affine], largeTurn);
  if (slices === 2) b.warn([total.affine], tiltedPlanes(fixed.grid, moving.grid));
  if (isSlice(fixed.grid) && slices === 1 && !initial) b.warn([], () => unseenAcross);
  b.warn([overlap], littleOverlap);
  warnOfPadding(b, parts);
  // Of points that are drawn anew the loss is another one in each iteration.
  if (comparing.every(({ sampling }) => !sampling)) b.warn([], rise);
  if (total.displacement !== undefined) {
    const { affine, displacement } = total;
    const determinant = b.jacobianDeterminant({ displacement, affine });
    const report = b.jacobianReport({ determinant });
    b.warn([report], folds);
    // Of other losses it is not known how much of them a field can gain.
    const isTold = comparing.length > 0 && comparing.every((part) => part.tellsGain);
    if (isTold) b.warn([report], motionForNothing);
  } else {
    warnOfDrift(b, parts, total);
  }
}

/** Of any channel. What is masked does not count, and pairs of their own are looked after by who wired them. */
function warnOfPadding(b: Builder, parts: RegistrationParts): void {
  const { fixed, moving, fixedMask, movingMask, objectives } = parts;
  if (fixedMask && movingMask) return;
  if (objectives.every((part) => part.on !== 'images' || part.pair)) return;
  const inMoving = splitChannels(b, moving.image);
  splitChannels(b, fixed.image).forEach((image, channel) => {
    const partner = inMoving[channel] ?? inMoving[0];
    b.warn([b.padding({ image }), b.padding({ image: partner })], paddingAttracts);
  });
}

/** Of any channel, compared where it is cheap: on the grid of the coarsest level. */
function warnOfDrift(b: Builder, parts: RegistrationParts, total: TotalTransform): void {
  const { objectives, schedule } = parts;
  const comparing = objectives.filter((part) => part.on === 'images');
  const [coarsest] = schedule.levels;
  if (!coarsest || comparing.every((part) => part.isLocal || part.pair)) return;
  const { main } = levelPairs(b, parts, coarsest.shrink);
  const { domain, channels } = comparisonOf(b, main, { moving: total }, main.fixed.grid);
  for (const { fixed, warped } of channels) {
    b.warn([b.brightnessDrift({ fixed, warped, weight: domain.weight })], drift);
  }
}

export const littleOverlap: Judge = ([overlap = []]) => {
  const share = overlap[1] ?? 1;
  if (!(share < wantedOverlap) || share < leastOverlap) return undefined;
  return {
    about: 'overlap',
    port: 'moving',
    message: `Only ${percent(share)} of the smaller image has a partner in the other one.`,
    remedy:
      'Look at the checkerboard: if the images have slipped apart, wire Start to "initial" or mask what only one image shows.',
  };
};

export const paddingAttracts: Judge = ([inFixed = [], inMoving = []]) => {
  const [[fixed = 0, fixedShare = 0], [moving = 0, movingShare = 0]] = [inFixed, inMoving];
  if (fixedShare === 0 || movingShare === 0) return undefined;
  return {
    about: 'padding',
    port: 'fixed',
    message: `A value that stands for no data fills ${percent(fixedShare)} of the fixed image (${fixed}) and ${percent(movingShare)} of the moving one (${moving}). It says nothing of the body, and its edges attract each other.`,
    remedy:
      'Wire Normalize intensity between the images and this node: it leaves that value out. Or wire a mask.',
  };
};

export const folds: Judge = ([report = []]) => {
  const [minimum = 1, folded = 0] = report;
  const about = { about: 'folds', port: 'model' };
  if (folded > 0) {
    return {
      ...about,
      message: `The field folds: ${Number(folded.toPrecision(2))} % of the voxels are turned inside out, which no anatomy does.`,
      remedy: 'Smooth the model more, raise the weight of its regularizer, or take the SVF model.',
    };
  }
  if (!(minimum < nearFold)) return undefined;
  return {
    ...about,
    message: `The field is about to fold: somewhere a voxel keeps ${percent(minimum)} of its volume.`,
    remedy: 'Smooth the model more, or raise the weight of its regularizer.',
  };
};

export const motionForNothing: Judge = ([report = []], descents) => {
  const spread = report[2] ?? 0;
  if (!(spread > muchMotion)) return undefined;
  if (descents.every(({ iterations }) => iterations < fewestIterations)) return undefined;
  const gain = Math.max(
    ...descents.map(({ first, last }) => (first - last) / Math.max(Math.abs(first), 1e-6)),
  );
  // Noise gives little for its motion, whether a field is free to follow voxels or bends as widely as a spline.
  if (!(gain < leastGain * Math.min(1, spread / paidMotion))) return undefined;
  return {
    about: 'motion for nothing',
    port: 'model',
    message: `The field bends much (log Jacobian ${spread.toFixed(2)}) and makes hardly anything better: ${(100 * Math.max(0, gain)).toFixed(1)} % of the loss at most. What it moves may be noise.`,
    remedy:
      'If the images show the same body, trust the stage before this one. Otherwise smooth the model more.',
  };
};

/** The last loop is that of the finest level. */
export const rise: Judge = (_, descents) => {
  const finest = descents.at(-1);
  if (!finest) return undefined;
  const { first, last } = finest;
  if (!(last - first > leastRise * Math.abs(first))) return undefined;
  return {
    about: 'loss',
    port: 'optimizer',
    message: `This stage ended worse than it began: at its finest level the loss rose from ${first.toPrecision(3)} to ${last.toPrecision(3)}.`,
    remedy: 'Take smaller steps in the optimizer, or smooth the model more where it has a field.',
  };
};

export const drift: Judge = ([report = []]) => {
  const [factor = 1, explained = 0] = report;
  if (!(factor > mostBrightnessDrift && explained > leastDriftExplained)) return undefined;
  return {
    about: 'drift',
    port: 'objectives',
    message: `From one end of the images to the other their brightness drifts apart ${factor.toFixed(1)}-fold. What compares whole images takes such a bias for motion.`,
    remedy:
      'Put Even intensity before this stage, compare by Local correlation, or correct the bias before.',
  };
};

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
