import type { VolumeData } from '../../runtime/api/engine/engine-api';
import type { ViewerSettings } from '../store/view-store';
import {
  greyWindow,
  paintCheckerboard,
  paintColour,
  paintColours,
  paintDifference,
  paintLabels,
  paintMapped,
  paintOverlay,
} from './paint-slice';
import { sampleSlice } from './sample-slice';
import { type SlicedGrid, type SliceView, viewInVolume } from './slice-geometry';
import { guessColourMap, type VolumeRange } from './volume-range';

/** A volume with what a pane says of it. */
export interface ShownVolume {
  readonly name: string;
  /** The node that gave it: before a run the loader, after it perhaps a preparation. */
  readonly from?: string;
  readonly kind: 'image' | 'labels';
  readonly data: VolumeData;
  /** Red, green and blue, a volume each, where it is shown in colour; `data` is then all three. */
  readonly colours?: readonly VolumeData[];
  /** A word beside the name: `live`. */
  readonly note?: string;
}

/** Draws one pane's pixels. */
export type Painter = (view: SliceView, image: ImageData) => void;

/** Draws one volume, or the second against the first, as the settings say. */
export function createPainter(
  volumes: readonly ShownVolume[],
  reference: SlicedGrid | undefined,
  settings: ViewerSettings,
  rangeOf: (volume: VolumeData) => VolumeRange,
): Painter {
  return (view, image) => {
    const [first, second] = volumes;
    if (first === undefined || reference === undefined) return;
    const sample = (data: VolumeData, kind: ShownVolume['kind']) => {
      const slice = new Float32Array(image.width * image.height);
      const raster = viewInVolume(reference, view, data);
      const isSmooth = settings.isInterpolated && kind === 'image';
      sampleSlice(data, raster, image.width, image.height, isSmooth, slice);
      return slice;
    };
    const windowOf = (volume: ShownVolume) =>
      greyWindow(rangeOf(volume.data), settings.windowWidth, settings.windowLevel);

    if (second === undefined && first.colours) {
      const slices = first.colours.map((colour) => sample(colour, first.kind));
      return paintColour(slices, windowOf(first), image.data);
    }
    const firstSlice = sample(first.data, first.kind);
    if (second === undefined) {
      const range = rangeOf(first.data);
      const map = guessColourMap(first.kind, range);
      if (map === 'labels') return paintLabels(firstSlice, first.data.labelIds, image.data);
      return paintMapped(firstSlice, map, range, windowOf(first), image.data);
    }
    const secondSlice = sample(second.data, second.kind);
    const pair = [firstSlice, windowOf(first), secondSlice, windowOf(second)] as const;
    switch (settings.mode) {
      case 'colours':
        return paintColours(...pair, settings.opacity, image.data);
      case 'difference':
        return paintDifference(...pair, image.data);
      case 'checkerboard': {
        const field = Math.max(2, settings.checkerSizeMm * view.pixelsPerMm);
        const isSecond = (index: number) => {
          const column = Math.floor((index % image.width) / field);
          const row = Math.floor(Math.floor(index / image.width) / field);
          return (column + row) % 2 === 1;
        };
        return paintCheckerboard(...pair, isSecond, image.data);
      }
      default:
        return paintOverlay(...pair, settings.opacity, image.data);
    }
  };
}
