import { voxelCount } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { meanOf } from '../../runtime/api/nodes/channels';
import type { ComparedChannel, Comparison } from '../../runtime/api/nodes/port-values';

/** The mean over channels of what each of them gives: all count alike, whatever their spread. */
export function meanOverChannels(
  b: Builder,
  { channels: [first, ...others] }: Comparison,
  ofChannel: (channel: ComparedChannel) => ValueId,
): ValueId {
  return meanOf(b, [ofChannel(first), ...others.map(ofChannel)]);
}

/** What a mean of squares over voxels and channels takes its sum times: `SimilarityPart.squaresFactor`. */
export function meanSquaresFactor({ channels, domain }: Comparison): number {
  return 1 / (channels.length * voxelCount(domain.grid));
}
