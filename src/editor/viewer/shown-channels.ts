import type { VolumeData } from '../../runtime/api/engine/engine-api';
import type { ChannelChoice, CompareMode } from '../store/view-store';
import type { ShownVolume } from './painter';

/** What can be chosen for these volumes; nothing where none has several channels. */
export function channelChoices(
  volumes: readonly VolumeData[],
  mode: CompareMode,
): readonly ChannelChoice[] {
  const most = Math.max(1, ...volumes.map(({ channels }) => channels));
  if (most === 1) return [];
  const numbers = Array.from({ length: most }, (_, channel) => channel);
  const isColour = volumes.some((volume) => canBeColour(volume, mode));
  return isColour ? ['colour', ...numbers] : numbers;
}

/** The choice that holds among those that there are: the first where it is none of them. */
export function effectiveChoice(
  choices: readonly ChannelChoice[],
  chosen: ChannelChoice,
): ChannelChoice {
  return choices.includes(chosen) ? chosen : (choices[0] ?? 0);
}

/**
 * The volume as it is shown: with one channel, or with three as colours. A volume of fewer channels than
 * that shows its last one.
 * @param channelsOf some channels of a volume, the same object whenever it is asked for the same
 */
export function shownChannels(
  volume: ShownVolume,
  choice: ChannelChoice,
  mode: CompareMode,
  channelsOf: (volume: VolumeData, from: number, count: number) => VolumeData,
): ShownVolume {
  const { data, note } = volume;
  if (data.channels === 1) return volume;
  const noted = (text: string) => (note === undefined ? text : `${note}, ${text}`);
  if (choice === 'colour' && canBeColour(data, mode)) {
    const colours = [0, 1, 2].map((channel) => channelsOf(data, channel, 1));
    return { ...volume, data: channelsOf(data, 0, 3), colours, note: noted('colour') };
  }
  const channel = Math.min(choice === 'colour' ? 0 : choice, data.channels - 1);
  return { ...volume, data: channelsOf(data, channel, 1), note: noted(`channel ${channel}`) };
}

/** Colours cannot be compared with others; a fourth channel is how opaque they are. */
function canBeColour({ channels }: VolumeData, mode: CompareMode): boolean {
  return (channels === 3 || channels === 4) && (mode === 'side-by-side' || mode === 'single');
}
