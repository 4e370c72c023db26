import { sameGrid } from '../../imaging/grid';
import { type Builder, gridAttributes } from '../../runtime/api/nodes/builder';
import { featuresOf, type ImagePair, type PlacedImage } from '../../runtime/api/nodes/compare';
import type {
  MapValue,
  MaskValue,
  SimilarityPart,
  TransformValue,
} from '../../runtime/api/nodes/port-values';
import { inverseField } from './inverse-field';
import { shrinkImage } from './pyramid';
import type { RegistrationParts } from './registration-parts';

/** The images of a level, smoothed and shrunk: constant in its loop. */
export interface LevelPairs {
  /** The pair of `register`. */
  readonly main: ImagePair;
  /** Pairs that objectives brought, or made features of, by the name of the objective. */
  readonly own: ReadonlyMap<string, ImagePair>;
  /** Of a model that finds the way back: maps one after the other from the moving world to the start of `initial`. */
  readonly backToStart?: readonly MapValue[];
}

/**
 * Brings every pair that is compared to a level, and the masks: they count in every pair, and are
 * smoothed and shrunk as the images are, so that a coarse voxel counts by the share of it that is inside.
 */
export function levelPairs(b: Builder, parts: RegistrationParts, shrink: number): LevelPairs {
  const { objectives, schedule } = parts;
  const whole = fullPair(b, parts);
  const shrunk = (image: PlacedImage) => shrinkImage(b, image, shrink, schedule.smoothPerShrink);
  const main: ImagePair = {
    of: '',
    fixed: shrunk(whole.fixed),
    moving: shrunk(whole.moving),
    ...(whole.fixedMask && { fixedMask: shrunk(whole.fixedMask) }),
    ...(whole.movingMask && { movingMask: shrunk(whole.movingMask) }),
  };
  const own = new Map<string, ImagePair>();
  for (const part of objectives) {
    if (part.on !== 'images' || !(part.pair || part.features)) continue;
    const { fixed, moving } = part.pair ?? {};
    if (part.describesWholeImages) {
      const described = featuresOf(b, part, {
        ...whole,
        ...(fixed && { fixed }),
        ...(moving && { moving }),
      });
      const images = { fixed: shrunk(described.fixed), moving: shrunk(described.moving) };
      own.set(part.name, { ...main, of: part.name, ...images });
      continue;
    }
    const pair = {
      ...main,
      of: part.name,
      ...(fixed && { fixed: shrunk(fixed) }),
      ...(moving && { moving: shrunk(moving) }),
    };
    own.set(part.name, featuresOf(b, part, pair));
  }
  return { main, own, ...(parts.model.back && { backToStart: undoInitial(b, parts.initial) }) };
}

/** The inverse of `initial`, x ↦ y + v(y) at y = A⁻¹x, as maps one after the other. */
function undoInitial(b: Builder, initial: TransformValue | undefined): readonly MapValue[] {
  if (initial === undefined) return [];
  const { affine, displacement, inverseDisplacement } = initial;
  const straight = { affine: b.invertAffine({ affine }).inverse };
  if (displacement === undefined) return [straight];
  return [straight, { displacement: inverseDisplacement ?? inverseField(b, displacement) }];
}

/** The pair of `register` as it was wired, masks on the grids of their images. */
export function fullPair(
  b: Builder,
  { fixed, moving, fixedMask, movingMask }: RegistrationParts,
): ImagePair {
  return {
    of: '',
    fixed,
    moving,
    ...(fixedMask && { fixedMask: maskOn(b, fixedMask, fixed) }),
    ...(movingMask && { movingMask: maskOn(b, movingMask, moving) }),
  };
}

/** The pair that an objective compares. */
export function pairFor({ main, own }: LevelPairs, { name }: SimilarityPart): ImagePair {
  return own.get(name) ?? main;
}

/** A mask on the grid of its image, by nearest neighbour. */
export function maskOn(
  b: Builder,
  { mask, grid: own }: MaskValue,
  { grid }: PlacedImage,
): PlacedImage {
  if (sameGrid(own, grid)) return { image: mask, grid };
  const attributes = { ...gridAttributes(grid), interpolation: 'nearest', outside: 'cut' } as const;
  return { image: b.sample({ source: mask }, attributes), grid };
}
