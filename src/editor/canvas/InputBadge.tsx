import { IconFileUpload, IconPhoto, IconWorldDown } from '@tabler/icons-react';
import { type Grid, spacingMm } from '../../imaging/grid';
import { dataKindOf } from '../../runtime/api/data-kinds/index';
import type { InputDescriptor } from '../../runtime/api/engine/inputs';
import { useRun } from '../editor-context';
import { readable } from '../plain-text';
import { formatNumber } from './node-parameters';

/** How the data of a loader stands, on its card. */
export function InputBadge({ nodeId }: { nodeId: string }) {
  const input = useRun((state) => state.inputs[nodeId]);
  if (input === undefined) return <p className="node-input">No data</p>;
  switch (input.state) {
    case 'opening':
      return (
        <p className="node-input" data-busy="true">
          Opening …
        </p>
      );
    case 'ready':
      return (
        <p className="node-input">
          <IconPhoto size={13} aria-hidden="true" /> <span>{describeInput(input.descriptor)}</span>
        </p>
      );
    case 'needs-file':
      return (
        <p className="node-input" data-attention="true">
          <IconFileUpload size={13} aria-hidden="true" />
          <b title={readable(input.name)}>Drop {readable(input.name) || 'a file'} here</b>
        </p>
      );
    case 'needs-consent':
      return (
        <p className="node-input" data-attention="true">
          <IconWorldDown size={13} aria-hidden="true" /> Waits for you to agree
        </p>
      );
    case 'fetching':
      return (
        <p className="node-input" data-busy="true">
          Fetching {formatBytes(input.loaded)} …
        </p>
      );
    case 'failed':
      return (
        <p className="node-input" data-attention="true">
          Could not be read
        </p>
      );
  }
}

/** `182 × 218 × 182, 1 mm`, or `256 × 256, 0.8 × 0.9 mm`, or what else its kind says of it. */
export function describeInput(descriptor: InputDescriptor): string {
  const onGrid = 'grid' in descriptor ? sizeAndSpacing(descriptor.grid) : '';
  return dataKindOf(descriptor).describe?.(descriptor, onGrid) ?? (onGrid || descriptor.kind);
}

function sizeAndSpacing(grid: Grid): string {
  const axes = grid.sizeVoxels[2] === 1 ? [0, 1] : [0, 1, 2];
  const size = axes.map((axis) => grid.sizeVoxels[axis]).join(' × ');
  const spacing = axes.map((axis) => formatNumber(spacingMm(grid)[axis] ?? 0));
  const isEven = new Set(spacing).size === 1;
  return `${size}, ${isEven ? spacing[0] : spacing.join(' × ')} mm`;
}

/** Bytes in the unit that makes them short. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
