import { type Grid, sameGrid, spacingMm } from '../../imaging/grid';
import {
  type Builder,
  gridAttributes,
  type Judge,
  type ValueId,
} from '../../runtime/api/nodes/builder';
import { firstChannel } from '../../runtime/api/nodes/channels';
import type { ImageValue, MaskValue } from '../../runtime/api/nodes/port-values';

/** Ports of a regularizer that say where in the fixed image it is weighed, and how much. */
export const placePorts = {
  mask: {
    type: 'mask',
    doc: 'Where it is weighed, in the fixed world. Without it: everywhere.',
    optional: true,
  },
  weightMap: {
    type: 'image',
    doc: 'Factor on the energy at each place of the fixed world, 0 or more. Without it: 1.',
    optional: true,
  },
} as const;

/** What may be wired to these ports. */
export interface WeighedPlaces {
  readonly mask?: MaskValue | undefined;
  readonly weightMap?: ImageValue | undefined;
}

/** Has it said where nothing at all is weighed, and that what is below 0 counts as 0. */
export function warnOfNoPlace(b: Builder, { mask, weightMap }: WeighedPlaces): void {
  if (mask) b.warn([b.intensityRange({ image: mask.mask })], nothingIn('mask'));
  if (weightMap) {
    b.warn([b.intensityRange({ image: firstChannel(b, weightMap) })], nothingIn('weightMap'));
  }
}

/** Says what the range of a mask or a map of weights speaks against it. */
export const nothingIn =
  (port: keyof WeighedPlaces): Judge =>
  ([range = []]) => {
    const [lowest = 0, highest = 1] = range;
    if (!(highest > 0)) {
      return {
        about: `nothing weighed by ${port}`,
        port,
        message: 'What is wired here is 0 everywhere: this regularizer weighs nothing.',
        remedy: 'Wire what is above 0 where it should be weighed, or take the wire away.',
      };
    }
    if (!(lowest < 0)) return undefined;
    return {
      about: `weights below 0 of ${port}`,
      port,
      message: `The weights go down to ${Number(lowest.toPrecision(3))}; what is below 0 counts as 0, since it would reward what the regularizer is against.`,
      remedy: 'Wire weights of 0 and more.',
    };
  };

/**
 * The factor at each voxel of a grid, one channel: what is wired, read on that grid and smoothed where it
 * is coarser; undefined where nothing is. A map goes on beyond its edge, a mask ends there.
 */
export function placeWeight(
  b: Builder,
  { mask, weightMap }: WeighedPlaces,
  grid: Grid,
): ValueId | undefined {
  const inside = mask && shrunk(b, mask.mask, mask.grid, grid, 'cut');
  const factor = weightMap && shrunk(b, firstChannel(b, weightMap), weightMap.grid, grid, 'edge');
  const map = factor && b.pointwise({ a: factor }, { expressions: [['max', 'a', 0]] });
  return inside && map ? b.multiply({ a: inside, b: map }) : (inside ?? map);
}

/** An image on a grid, smoothed along its axes by half a voxel of that grid where that has larger voxels. */
function shrunk(
  b: Builder,
  image: ValueId,
  own: Grid,
  grid: Grid,
  outside: 'cut' | 'edge',
): ValueId {
  if (sameGrid(own, grid)) return image;
  const [coarse, fine] = [spacingMm(grid), spacingMm(own)];
  const sigmaVoxels = fine.map((edge, axis) => {
    const factor = (coarse[axis] ?? edge) / edge;
    return factor > 1.01 && own.sizeVoxels[axis] !== 1 ? factor / 2 : 0;
  });
  const smooth = sigmaVoxels.some((sigma) => sigma > 0)
    ? b.gaussian(
        { value: image },
        { sigmaVoxels, truncate: 2, edges: 'renormalize', transposed: false },
      )
    : image;
  return b.sample(
    { source: smooth },
    { ...gridAttributes(grid), interpolation: 'linear', outside },
  );
}
