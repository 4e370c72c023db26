import { applyMatrix, type Vec3 } from '../../imaging/frames';
import { type Grid, voxelFromWorld } from '../../imaging/grid';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import type {
  ImageValue,
  ModelPart,
  ObjectivePart,
  OptimizerPart,
  TransformValue,
} from '../../runtime/api/nodes/port-values';
import { channelsText } from '../shared/same-grid';
import { isSumOfSquares } from './squares';

/** What is wired to a registration, as far as it can be refused before anything runs. */
interface Wired {
  readonly fixed: ImageValue;
  readonly moving: ImageValue;
  readonly initial: TransformValue | undefined;
  readonly model: ModelPart;
  readonly objectives: readonly ObjectivePart[];
  readonly optimizer: OptimizerPart;
}

const bringTogether =
  'Wire Start to "initial", or Centres of mass or Moments alone: each brings the images together.';

/** The first reason why these parts cannot make a registration, or undefined where they can. */
export function reasonToRefuse(wired: Wired): LoweringProblem | undefined {
  const { fixed, moving, initial, model, objectives } = wired;
  if (objectives.every((part) => part.on === 'field' || part.on === 'round-trips')) {
    return {
      port: 'objectives',
      message: 'Nothing that is wired here compares the two images, or places in them.',
      remedy: 'Wire a similarity, for example Local correlation, to "objectives".',
    };
  }
  const unpaired = unpairedChannels(wired);
  if (unpaired) return unpaired;
  const drawn = objectives.find((part) => part.on === 'images' && part.sampling);
  if (drawn && wired.optimizer.takesBack) {
    return {
      port: 'optimizer',
      message: `"${drawn.name}" compares at other points in every iteration, and this optimizer takes a step back by comparing one with the next.`,
      remedy:
        'Set its Sampled share to 1, or wire Gradient descent or Adam, which need no comparison.',
    };
  }
  const notForSquares = reasonAgainstSquares(wired);
  if (notForSquares) return notForSquares;
  const trips = objectives.find(needsWayBack);
  if (trips && !model.back) {
    return {
      port: 'objectives',
      message: `"${trips.name}" holds a way there and a way back to each other, and this model finds one way alone: the other follows from it, or there is none.`,
      remedy: `Wire the model Displacement pair, which finds both, or take the wire from "${trips.name}" away.`,
    };
  }
  const unfit = objectives.find((part) => part.on === 'field');
  if (unfit && !model.fields) {
    return {
      port: 'objectives',
      message: `"${unfit.name}" weighs a deformation field, and the model has none.`,
      remedy: `Remove the wire from "${unfit.name}", or wire a deformable model such as Greedy.`,
    };
  }
  const unmeasured = objectives.find(
    (part) => part.on === 'field' && part.roles.every((role) => role === 'metric'),
  );
  if (unmeasured && !model.hasMetric) {
    return {
      port: 'objectives',
      message: `"${unmeasured.name}" weighs how far a model is from rest in its own metric, and this model has none.`,
      remedy: `Wire the model LDDMM or Fourier, or take Diffusion or Displacement magnitude in place of "${unmeasured.name}".`,
    };
  }
  const misfit = model.refuses?.(fixed.grid);
  if (misfit) return misfit;
  if (initial?.displacement !== undefined && !model.fields) {
    return {
      port: 'initial',
      message: 'The initial transform bends space, and this model moves it as a whole.',
      remedy: 'Register with the rigid or affine model first, then with the deformable one.',
    };
  }
  const [fixedSlices, movingSlices] = [fixed.grid.sizeVoxels[2], moving.grid.sizeVoxels[2]];
  if (movingSlices === 1 && fixedSlices > 1) {
    return {
      port: 'moving',
      message: `The moving image is one slice and the fixed one a volume of ${fixedSlices}; a slice cannot be brought onto a volume.`,
      remedy:
        'Load a volume as the moving image, or exchange the two: a slice may be the fixed image.',
    };
  }
  if (!initial && !overlap(fixed.grid, moving.grid)) {
    return {
      port: 'initial',
      message: 'The fixed and the moving image do not overlap in the world.',
      remedy: bringTogether,
    };
  }
  return undefined;
}

/** Whether an objective weighs how far the way there and back miss each other. */
function needsWayBack(part: ObjectivePart): boolean {
  if (part.on === 'field') return part.roles.every((role) => role === 'round-trip');
  return part.on === 'round-trips';
}

/** Why an optimizer that looks into what is squared, or at parameters, finds nothing there, or cannot move the model by it. */
function reasonAgainstSquares({
  model,
  objectives,
  optimizer,
}: Wired): LoweringProblem | undefined {
  const { needsResiduals, needsCurvature, needsFewParameters } = optimizer;
  const other =
    needsResiduals || needsCurvature ? objectives.find((part) => !isSumOfSquares(part)) : undefined;
  if (other) {
    const isDrawn = other.on === 'images' && other.sampling !== undefined;
    const squares =
      'Wire Mean squared error, Sum of squared differences or Self-similarity context alone';
    return {
      port: 'objectives',
      message: isDrawn
        ? `"${other.name}" compares at some of the points alone, and this optimizer looks at each.`
        : `This optimizer looks into squared differences, and "${other.name}" is none.`,
      remedy: isDrawn
        ? 'Set its Sampled share to 1.'
        : needsResiduals
          ? `${squares} (the Gaussians of the model keep it smooth), or wire another optimizer, for example Gradient descent.`
          : `${squares}, or wire another optimizer: L-BFGS or Gradient descent for what is smooth, CMA-ES for any objective.`,
    };
  }
  if (needsResiduals && !model.relativeMotion) {
    return {
      port: 'model',
      message: model.back
        ? 'This optimizer finds one force at each voxel, and the model has two maps there that are free of each other.'
        : 'This optimizer finds a force at each voxel, and the model has no vector there.',
      remedy:
        'Wire a model of a field, such as Stationary velocity field or Greedy, or another optimizer.',
    };
  }
  if ((needsCurvature || needsFewParameters) && !model.parameters) {
    return {
      port: 'model',
      message: needsCurvature
        ? 'This optimizer solves equations for all parameters at once, and the model has thousands of them.'
        : 'This optimizer learns how all parameters hang together, and the model has thousands of them.',
      remedy: `Wire Translation, Rigid, Similarity or Affine. For a field wire ${
        needsCurvature
          ? 'Demons forces, which is the same voxel by voxel, or'
          : 'Adam (normalized),'
      } L-BFGS or Gradient descent.`,
    };
  }
  return undefined;
}

/** Why channels have no partners: in the pair of `register`, or in one that an objective brings. */
function unpairedChannels({ fixed, moving, objectives }: Wired): LoweringProblem | undefined {
  const remedy =
    'Take what both images show with Pick channel, or bring both to the same channels with Combine channels.';
  if (fixed.channels !== moving.channels) {
    return {
      port: 'moving',
      message: `The fixed image has ${channelsText(fixed)} and the moving one ${channelsText(moving)}; each channel is compared with its partner.`,
      remedy,
    };
  }
  for (const part of objectives) {
    if (part.on !== 'images' || !part.pair) continue;
    const pair = { fixed, moving, ...part.pair };
    if (pair.fixed.channels === pair.moving.channels) continue;
    return {
      port: 'objectives',
      message: `“${part.name}” compares a fixed image of ${channelsText(pair.fixed)} with a moving one of ${channelsText(pair.moving)}; each channel is compared with its partner.`,
      remedy: `${remedy} Where only one image is wired to “${part.name}”, its partner is that of this node.`,
    };
  }
  return undefined;
}

/**
 * What is said where the warped image comes out the same everywhere: the boxes may overlap, as above,
 * and yet hold nothing but background where they do.
 */
export function nothingOnTheFixedImage(initial: TransformValue | undefined): LoweringProblem {
  return {
    port: 'initial',
    message:
      'Nothing of the moving image lies on the fixed one: warped, it is the same everywhere, so ' +
      'that no objective can tell one transform from another.',
    remedy: initial
      ? 'Check that what is wired to "initial" was made for these two images, and that neither is empty.'
      : bringTogether,
  };
}

/** What is said where the images have slipped off each other, or hardly touched from the start. */
export function tooLittleOverlap(initial: TransformValue | undefined): LoweringProblem {
  return {
    port: 'moving',
    message:
      'Less than a quarter of the smaller image has a partner in the other one, or less than half of what ' +
      'had one at the start: the images have slipped off each other, and what is left is too little to ' +
      'trust the transform.',
    remedy: initial
      ? 'Check what is wired to "initial", and that masks leave enough; fewer degrees of freedom or smaller steps keep a stage from slipping away.'
      : 'Wire Start, Centres of mass or Moments to "initial", and check that masks leave enough.',
  };
}

/** False where the fixed box lies wholly beyond one face of the moving box. */
function overlap(fixed: Grid, moving: Grid): boolean {
  const movingVoxelFromWorld = voxelFromWorld(moving);
  const corners = cornersOf(fixed.sizeVoxels).map((corner) =>
    applyMatrix(movingVoxelFromWorld, applyMatrix(fixed.worldFromVoxel, corner)),
  );
  // Points beside a single slice count as lying in it.
  return moving.sizeVoxels.every((voxels, axis) => {
    const along = corners.map((corner) => corner[axis] ?? 0);
    return voxels === 1 || (Math.max(...along) > -0.5 && Math.min(...along) < voxels - 0.5);
  });
}

function cornersOf([nx, ny, nz]: Vec3): readonly Vec3[] {
  const ends = (voxels: number) => [-0.5, voxels - 0.5];
  return ends(nx).flatMap((x) => ends(ny).flatMap((y) => ends(nz).map((z): Vec3 => [x, y, z])));
}
