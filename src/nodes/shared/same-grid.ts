import { type Grid, sameGrid } from '../../imaging/grid';
import type { LoweringContext } from '../../runtime/api/nodes/define-node';
import type { ImageValue } from '../../runtime/api/nodes/port-values';

/** Refuses images of different numbers of channels where each channel needs its partner. */
export function requireSameChannels(
  context: LoweringContext,
  first: ImageValue,
  second: ImageValue,
  port: string,
): void {
  if (first.channels === second.channels) return;
  context.refuse({
    port,
    message: `One image has ${channelsText(first)} and the other one ${channelsText(second)}; each channel needs its partner.`,
    remedy: 'Take the channel that both have with Pick channel.',
  });
}

/** `1 channel`, `3 channels`. */
export function channelsText({ channels }: ImageValue): string {
  return channels === 1 ? '1 channel' : `${channels} channels`;
}

/**
 * Refuses data of different grids where a node takes it voxel by voxel.
 * @param grids whose grid everything has to be on
 */
export function requireSameGrid(
  context: LoweringContext,
  first: Grid,
  second: Grid,
  port: string,
  grids: 'fixed' | 'first' = 'fixed',
): void {
  if (sameGrid(first, second)) return;
  const described = [first, second].map(({ sizeVoxels }) => sizeVoxels.join(' × '));
  context.refuse({
    port,
    message: `What is ${grids === 'fixed' ? 'compared' : 'combined'} voxel by voxel lies on two grids, ${described.join(' and ')} voxels.`,
    remedy: `Bring it onto the ${grids === 'fixed' ? 'fixed grid' : 'grid of the first image'} with Transform image${grids === 'fixed' ? ' or Transform labels' : ''} first.`,
  });
}
