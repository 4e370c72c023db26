import { describe, expect, test } from 'vitest';
import { initialViewer } from '../../../src/editor/store/view-store';
import { createPainter, type ShownVolume } from '../../../src/editor/viewer/painter';
import { valueAt } from '../../../src/editor/viewer/sample-slice';
import {
  channelChoices,
  effectiveChoice,
  shownChannels,
} from '../../../src/editor/viewer/shown-channels';
import { sliceView } from '../../../src/editor/viewer/slice-geometry';
import { VolumeLibrary } from '../../../src/editor/viewer/volume-library';
import type { VolumeData } from '../../../src/runtime/api/engine/engine-api';

const volume = (channels: number): VolumeData => ({
  sizeVoxels: [2, 2, 1],
  worldFromVoxel: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
  channels,
  // Ten times the channel, and the voxel.
  values: Float32Array.from({ length: 4 * channels }, (_, i) => 10 * Math.floor(i / 4) + (i % 4)),
});
const shownOf = (data: VolumeData): ShownVolume => ({ name: 'Fixed', kind: 'image', data });
const library = () => new VolumeLibrary({} as never);

describe('channels of the viewer', () => {
  test('can be chosen where there are several, as colours where there are three or four', () => {
    expect(channelChoices([volume(1), volume(1)], 'side-by-side')).toEqual([]);
    expect(channelChoices([volume(1), volume(2)], 'side-by-side')).toEqual([0, 1]);
    expect(channelChoices([volume(3)], 'single')).toEqual(['colour', 0, 1, 2]);
    expect(channelChoices([volume(4)], 'side-by-side')).toEqual(['colour', 0, 1, 2, 3]);
    expect(channelChoices([volume(3)], 'overlay')).toEqual([0, 1, 2]);
    expect(effectiveChoice(['colour', 0, 1, 2], 'colour')).toBe('colour');
    expect(effectiveChoice([0, 1], 'colour')).toBe(0);
    expect(effectiveChoice([0, 1], 7)).toBe(0);
  });

  test('are shown one at a time, named, with a range of their own', () => {
    const { channelsOf, rangeOf } = library();
    const data = volume(2);
    const shown = shownChannels(shownOf(data), 1, 'overlay', channelsOf);
    expect(shown.note).toBe('channel 1');
    expect([...shown.data.values]).toEqual([10, 11, 12, 13]);
    expect(rangeOf(shown.data)).toMatchObject({ minimum: 10, maximum: 13 });
    // The same object again, or its range would be measured with every picture.
    expect(shownChannels(shownOf(data), 1, 'overlay', channelsOf).data).toBe(shown.data);
    const one = shownOf(volume(1));
    expect(shownChannels(one, 1, 'overlay', channelsOf)).toBe(one);
    const live = { ...shownOf(data), note: 'live' };
    expect(shownChannels(live, 9, 'overlay', channelsOf).note).toBe('live, channel 1');
  });

  test('are painted in one window as colours', () => {
    const { channelsOf, rangeOf } = library();
    const data = volume(3);
    const shown = shownChannels(shownOf(data), 'colour', 'single', channelsOf);
    expect(shown.note).toBe('colour');
    const settings = { ...initialViewer, mode: 'single', isInterpolated: false } as const;
    const paint = createPainter([shown], data, settings, rangeOf);
    const frame = { widthPixels: 2, heightPixels: 2, zoom: 1, panMm: [0, 0] } as const;
    const image = { width: 2, height: 2, data: new Uint8ClampedArray(16) } as ImageData;
    paint(sliceView(data, 'axial', [0, 0, 0], frame), image);
    const { low, high } = rangeOf(shown.data);
    const levels = [image.data[0]!, image.data[1]!, image.data[2]!];
    const voxel = [0, 1, 2, 3].find((one) =>
      levels.every(
        (level, c) => Math.abs(level - (255 * (10 * c + one - low)) / (high - low)) <= 1.5,
      ),
    );
    expect(voxel, String(levels)).toBeDefined();
    expect(image.data[3]).toBe(255);
  });

  test('are all read out under the crosshair', () => {
    expect(valueAt(volume(3), [1, 1, 0])).toEqual({ voxel: [1, 1, 0], values: [3, 13, 23] });
  });
});
