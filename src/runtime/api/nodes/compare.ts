import { type Grid, sameGrid } from '../../../imaging/grid';
import type { ValueId } from '../../ir/values';
import { type Builder, gridAttributes } from './builder';
import type { Comparison, Domain, MapValue, ModelMaps } from './port-values';

/** An image and the grid that it lies on. */
export interface PlacedImage {
  readonly image: ValueId;
  readonly grid: Grid;
}

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
 * on, with a weight that falls to 0 within a voxel.
 * @param maps whole maps to the worlds of the two images; without `fixed` the grid lies in the fixed world
 */
export function comparisonOf(b: Builder, pair: ImagePair, maps: ModelMaps, grid: Grid): Comparison {
  const { of, moving } = pair;
  const type = b.typeOf(moving.image);
  const fixed = isRead(pair.fixed, maps.fixed, grid)
    ? read(b, pair.fixed, maps.fixed ?? {}, grid)
    : pair.fixed.image;
  return {
    of,
    fixed,
    warped: read(b, moving, maps.moving, grid),
    fixedUnmoved: maps.fixed === undefined ? fixed : pair.fixed.image,
    moving: moving.image,
    channels: type.kind === 'field' ? type.channels : 1,
    domain: domainOf(b, pair, maps, grid),
  };
}

/** The points of a grid at which a pair is compared, and how much each of them counts. */
export function domainOf(b: Builder, pair: ImagePair, maps: ModelMaps, grid: Grid): Domain {
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
  const reference =
    ofFixed === undefined || maps.fixed !== undefined
      ? undefined
      : { weight: ofFixed, ...b.meanWeight({ weight: ofFixed }) };
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
