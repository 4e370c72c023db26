import { type Grid, sameGrid } from '../../../imaging/grid';
import type { ValueId } from '../../ir/values';
import { type Builder, gridAttributes } from './builder';
import type { Comparison, MapValue, ModelMaps } from './port-values';

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
}

/**
 * Reads both images of a pair at the points of a grid, each through its own map, and once each however
 * many stages a map was joined from. Gradients flow to every map.
 * @param maps whole maps to the worlds of the two images; without `fixed` the grid lies in the fixed world
 */
export function comparisonOf(
  b: Builder,
  { of, fixed, moving }: ImagePair,
  maps: ModelMaps,
  grid: Grid,
): Comparison {
  const type = b.typeOf(moving.image);
  return {
    of,
    fixed:
      maps.fixed === undefined && sameGrid(fixed.grid, grid)
        ? fixed.image
        : read(b, fixed, maps.fixed ?? {}, grid),
    warped: read(b, moving, maps.moving, grid),
    moving: moving.image,
    channels: type.kind === 'field' ? type.channels : 1,
    domain: { grid },
  };
}

function read(b: Builder, { image }: PlacedImage, map: MapValue, grid: Grid): ValueId {
  return b.sample(
    { source: image, ...map },
    { ...gridAttributes(grid), interpolation: 'linear', outside: 'zero' },
  );
}
