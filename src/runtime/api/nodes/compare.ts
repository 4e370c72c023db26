import { type Grid, sameGrid } from '../../../imaging/grid';
import { InternalError } from '../../internal-error';
import type { ValueId } from '../../ir/values';
import { type Builder, gridAttributes } from './builder';
import { splitChannels } from './channels';
import type {
  ComparedChannel,
  Comparison,
  Domain,
  MapValue,
  ModelMaps,
  PlacedImage,
  SimilarityPart,
} from './port-values';

export type { PlacedImage } from './port-values';

/** Two images that belong together, as they lie in their worlds. */
export interface ImagePair {
  /** Empty for the pair of `register`, else the node that brought it. */
  readonly of: string;
  readonly fixed: PlacedImage;
  readonly moving: PlacedImage;
  /** What counts of the fixed image, 0 to 1; absent: all of it. */
  readonly fixedMask?: PlacedImage;
  /** What counts of the moving image, 0 to 1; absent: all of it. */
  readonly movingMask?: PlacedImage;
}

/**
 * Reads both images of a pair at the points of a grid, each through its own map, and once each however
 * many stages a map was joined from. Gradients flow to every map. Beyond an image's edge its value goes
 * on, with a weight that falls to 0 within a voxel. Channels are read one by one; all share the weight.
 * @param maps whole maps to the worlds of the two images; without `fixed` the grid lies in the fixed world
 * @throws InternalError where the images differ in their number of channels
 */
export function comparisonOf(
  b: Builder,
  pair: ImagePair,
  maps: ModelMaps,
  grid: Grid,
  options: DomainOptions = {},
): Comparison {
  const fixed = splitChannels(b, pair.fixed.image);
  const moving = splitChannels(b, pair.moving.image);
  if (fixed.length !== moving.length) {
    throw new InternalError(`${fixed.length} channels are compared with ${moving.length}.`);
  }
  const channels = fixed.map((channel, index) =>
    compareChannel(
      b,
      { image: channel, grid: pair.fixed.grid },
      { image: moving[index] ?? moving[0], grid: pair.moving.grid },
      maps,
      grid,
      options,
    ),
  );
  return {
    of: pair.of,
    channels: channels as [ComparedChannel, ...ComparedChannel[]],
    whole: () => compareChannel(b, pair.fixed, pair.moving, maps, grid, options),
    domain: domainOf(b, pair, maps, grid, options),
    maps,
  };
}

/** What a similarity compares of a pair: the images, or the features that it makes of each. */
export function featuresOf(b: Builder, part: SimilarityPart, pair: ImagePair): ImagePair {
  const { features } = part;
  if (!features) return pair;
  const of = (placed: PlacedImage, mask: PlacedImage | undefined): PlacedImage => ({
    image: b.onBehalfOf(part.name, () => features(b, placed, mask)),
    grid: placed.grid,
  });
  return {
    ...pair,
    of: part.name,
    fixed: of(pair.fixed, pair.fixedMask),
    moving: of(pair.moving, pair.movingMask),
  };
}

function compareChannel(
  b: Builder,
  own: PlacedImage,
  moving: PlacedImage,
  maps: ModelMaps,
  grid: Grid,
  { fixedStays = maps.fixed === undefined }: DomainOptions,
): ComparedChannel {
  const fixed = isRead(own, maps.fixed, grid) ? read(b, own, maps.fixed ?? {}, grid) : own.image;
  return {
    fixed,
    warped: read(b, moving, maps.moving, grid),
    fixedUnmoved: fixedStays ? fixed : own.image,
    moving: moving.image,
  };
}

/** How a domain is made of a pair. */
export interface DomainOptions {
  /**
   * Whether what the fixed image lets count is what means are taken over: by default where it is not moved. It may
   * be true where it is read through a map that no variable of a model has a part in.
   */
  readonly fixedIsReference?: boolean;
  /**
   * Whether the fixed image as it is read does not change within the loop: by default where it is read through no map. It may
   * be true where it is read through one that neither variables nor draws have a part in.
   */
  readonly fixedStays?: boolean;
}

/** The points of a grid at which a pair is compared, and how much each of them counts. */
export function domainOf(
  b: Builder,
  pair: ImagePair,
  maps: ModelMaps,
  grid: Grid,
  { fixedIsReference = maps.fixed === undefined }: DomainOptions = {},
): Domain {
  const { fixedMask, movingMask } = pair;
  const ofFixed = product(b, [
    fixedMask &&
      (isRead(fixedMask, maps.fixed, grid)
        ? readWeight(b, fixedMask, maps.fixed ?? {}, grid)
        : fixedMask.image),
    isRead(pair.fixed, maps.fixed, grid)
      ? inside(b, pair.fixed.grid, maps.fixed ?? {}, grid)
      : undefined,
  ]);
  const ofMoving = product(b, [
    movingMask && readWeight(b, movingMask, maps.moving, grid),
    // A mask on the image's own grid ends where the image does.
    movingMask && sameGrid(movingMask.grid, pair.moving.grid)
      ? undefined
      : inside(b, pair.moving.grid, maps.moving, grid),
  ]) as ValueId;
  // Where the fixed image moves too, what counts of it as it lies: a measure that does not change in the loop.
  const counted = fixedIsReference ? ofFixed : lyingOn(fixedMask, grid);
  const reference =
    counted === undefined ? undefined : { weight: counted, ...b.meanWeight({ weight: counted }) };
  const weight = ofFixed === undefined ? ofMoving : b.multiply({ a: ofFixed, b: ofMoving });
  return {
    grid,
    weight,
    mean: b.meanWeight({ weight }).mean,
    ...(reference === undefined ? {} : { reference }),
    ...(movingMask && sameGrid(movingMask.grid, pair.moving.grid)
      ? { ofMoving: movingMask.image }
      : {}),
    hasHoles: fixedMask !== undefined || movingMask !== undefined,
  };
}

function lyingOn(mask: PlacedImage | undefined, grid: Grid): ValueId | undefined {
  return mask && sameGrid(mask.grid, grid) ? mask.image : undefined;
}

/** Whether a placed image has to be interpolated to lie on the grid. */
function isRead({ grid: own }: PlacedImage, map: MapValue | undefined, grid: Grid): boolean {
  return map !== undefined || !sameGrid(own, grid);
}

function read(b: Builder, { image }: PlacedImage, map: MapValue, grid: Grid): ValueId {
  return b.sample(
    { source: image, ...map },
    { ...gridAttributes(grid), interpolation: 'linear', outside: 'edge' },
  );
}

/** A mask where the map leads; a constant of the iteration, and 0 beyond its edge. */
function readWeight(b: Builder, { image }: PlacedImage, map: MapValue, grid: Grid): ValueId {
  return b.sampleWeight(
    { source: image, ...map },
    { ...gridAttributes(grid), interpolation: 'linear', outside: 'zero' },
  );
}

function inside(b: Builder, source: Grid, map: MapValue, grid: Grid): ValueId {
  return b.insideWeight(map, {
    ...gridAttributes(grid),
    sourceSize: [...source.sizeVoxels],
    sourceWorldFromVoxel: [...source.worldFromVoxel],
    outside: 'zero',
  });
}

function product(b: Builder, factors: readonly (ValueId | undefined)[]): ValueId | undefined {
  const present = factors.filter((factor) => factor !== undefined);
  const [first, ...others] = present;
  return first && others.reduce((a, factor) => b.multiply({ a, b: factor }), first);
}
