import type { Grid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { channelOf, mapChannels } from '../../runtime/api/nodes/channels';
import type { PlacedImage } from '../../runtime/api/nodes/compare';
import { choiceParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { MapValue } from '../../runtime/api/nodes/port-values';

/** What a result holds where its point leads out of the image. */
export interface OutsideChoice {
  readonly outside: 'lowest' | 'edge' | 'value';
  readonly outsideValue: number;
}

/** The parameters of that choice. */
export function outsideParameters() {
  return {
    outside: choiceParameter({
      title: 'Outside',
      help: 'What stands where the image has nothing: its lowest value (air), its edge going on, or a set value.',
      choices: ['lowest', 'edge', 'value'],
      default: 'lowest',
    }),
    outsideValue: numberParameter({
      title: 'Outside value',
      help: 'The value that stands there, in the units of the image, where "value" is chosen.',
      default: 0,
      min: -1e9,
      max: 1e9,
      advanced: true,
    }),
  };
}

/**
 * An image through a map, on a grid, channel by channel. Within half a voxel of its edge the edge's value goes on, as in ITK;
 * beyond it stands what was chosen.
 */
export function warpImage(
  b: Builder,
  { image, grid: source }: PlacedImage,
  map: MapValue,
  grid: Grid,
  options: OutsideChoice & { readonly interpolation: 'linear' | 'nearest' },
): ValueId {
  const { outside, outsideValue, interpolation } = options;
  const target = gridAttributes(grid);
  const value = b.sample(
    { source: image, ...map },
    { ...target, interpolation, outside: outside === 'edge' ? 'edge' : 'cut' },
  );
  if (outside === 'edge') return value;
  const inside = insideOf(b, source, map, grid);
  if (outside === 'value') {
    return b.fillOutside({ value, inside, fill: b.constant([outsideValue]) });
  }
  return mapChannels(b, value, (channel, index) => {
    const fill = b.intensityRange({ image: channelOf(b, image, index) });
    return b.fillOutside({ value: channel, inside, fill });
  });
}

/** 1 where a map leads a point of the grid into an image, 0 where it leads out, by more than half a voxel. */
export function insideOf(b: Builder, source: Grid, map: MapValue, grid: Grid): ValueId {
  return b.insideWeight(map, {
    ...gridAttributes(grid),
    sourceSize: [...source.sizeVoxels],
    sourceWorldFromVoxel: [...source.worldFromVoxel],
    outside: 'cut',
  });
}
