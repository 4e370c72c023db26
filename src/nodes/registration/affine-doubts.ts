import type { Matrix3x4, Vec3 } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import type { Doubt, Judge } from '../../runtime/api/nodes/builder';
import { affineParts, mapDirection } from './affine-parts';

/** Heads of all ages differ less in volume, either way. */
export const mostVolumeChange = 2;
/** Largest over smallest stretch of a direction. */
export const mostUnevenness = 1.5;
/** Degrees by which headers of volumes may be wrong before one asks. */
export const largestTurnDegrees = 60;
/** Degrees between two planes that can still be taken for one. */
export const largestTiltDegrees = 15;

/** A grid of one slice. */
export function isSlice({ sizeVoxels }: Grid): boolean {
  return sizeVoxels.includes(1);
}

/** Doubts an affine that makes volumes much larger or smaller, or stretches directions unlike. */
export const unlikelySize: Judge = ([affine]) => {
  const parts = affineParts(matrixOf(affine));
  if (!parts) return undefined;
  const { volume, unevenness } = parts;
  if (volume < 1 / mostVolumeChange || volume > mostVolumeChange) {
    return {
      about: 'size',
      port: 'model',
      message: `The affine makes everything ${times(volume)}. Few pairs differ so much in size.`,
      remedy: sizeRemedy,
    };
  }
  if (unevenness <= mostUnevenness) return undefined;
  return {
    about: 'size',
    port: 'model',
    message: `The affine stretches one direction ${unevenness.toFixed(1)} times as much as another. Few pairs differ so much in shape.`,
    remedy: sizeRemedy,
  };
};

const sizeRemedy =
  'Look at the checkerboard. If the images do not lie on each other, use the rigid model, check the ' +
  'voxel sizes in the headers, or mask what only one image shows.';

/** Doubts a map that turns a volume far from where its header puts it. */
export const largeTurn: Judge = ([affine]) => {
  const turn = affineParts(matrixOf(affine))?.turnDegrees ?? 0;
  if (turn <= largestTurnDegrees) return undefined;
  return {
    about: 'turn',
    port: 'moving',
    message: `The moving image is turned by ${Math.round(turn)}° against what the headers say.`,
    remedy:
      'If the headers are right, the result is wrong: wire the images without a start, or raise its ' +
      'margin. If they are wrong, look at the checkerboard and compare left and right.',
  };
};

/** Doubts a map under which the plane of a fixed slice is not that of the moving one. */
export function tiltedPlanes(fixed: Grid, moving: Grid): Judge {
  return ([affine]) => {
    const [u, v] = planeOf(fixed);
    const matrix = matrixOf(affine);
    const normal = cross(mapDirection(matrix, u), mapDirection(matrix, v));
    const tilt = angleDegrees(normal, cross(...planeOf(moving)));
    if (!(tilt > largestTiltDegrees)) return undefined;
    return {
      about: 'planes',
      port: 'moving',
      message: `The planes of the two slices meet at ${Math.round(tilt)}°: they show different cuts, and only what lies on their common line has a partner.`,
      remedy:
        'Bring a volume in place of one of them, or cut both in one plane. If the header of one is wrong, correct it.',
    };
  };
}

/** What cannot be found where a slice is brought onto a volume and nothing has searched across it. */
export const unseenAcross: Doubt = {
  about: 'across the slice',
  port: 'initial',
  message:
    'The fixed image is one slice of a volume: motion across it and tilts cannot be seen, and stay as the headers have them.',
  remedy:
    'Wire Start to "initial": it searches across the slice too. Or bring a slab of some slices.',
};

function matrixOf(numbers: readonly number[] | undefined): Matrix3x4 {
  return (numbers ?? []) as unknown as Matrix3x4;
}

function times(volume: number): string {
  return volume > 1
    ? `${volume.toFixed(1)} times as large`
    : `${(1 / volume).toFixed(1)} times as small`;
}

/** The directions, in the world, of the two axes along which a slice extends. */
function planeOf({ sizeVoxels, worldFromVoxel: m }: Grid): readonly [Vec3, Vec3] {
  const axis = sizeVoxels.indexOf(1);
  const column = (index: number): Vec3 => {
    const at = index % 3;
    return [m[at] ?? 0, m[4 + at] ?? 0, m[8 + at] ?? 0];
  };
  return [column(axis + 1), column(axis + 2)];
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Angle between two lines, 0 to 90. */
function angleDegrees(a: Vec3, b: Vec3): number {
  const product = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const cosine = Math.abs(product) / (Math.hypot(...a) * Math.hypot(...b));
  return (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
}
