import type { Vec3 } from '../../imaging/frames';
import type { VolumeData } from '../../runtime/api/engine/engine-api';
import { formatNumber } from '../canvas/node-parameters';
import type { ShownVolume } from './painter';
import { valueAt } from './sample-slice';

/** Channels whose values are written out. */
const mostValues = 6;

/** World point, voxel and every volume's values under the crosshair, all channels of them. */
export function Readout({ pointMm, volumes }: { pointMm: Vec3; volumes: readonly ShownVolume[] }) {
  const first = volumes[0] && valueAt(volumes[0].data, pointMm);
  return (
    <div className="viewer-readout">
      <span title="World point: right, anterior, superior">
        <span className="weft-soft">RAS</span> {pointMm.map((part) => part.toFixed(1)).join(', ')}{' '}
        mm
      </span>
      <span title="Voxel of the first volume">
        <span className="weft-soft">voxel</span> {first ? first.voxel.join(', ') : '–'}
      </span>
      {volumes.map(({ name, from, data }) => {
        const found = valueAt(data, pointMm);
        return (
          <span key={name} title={from && titleOf(from, data.channels)}>
            <span className="weft-soft">{name.toLowerCase()}</span>{' '}
            {found ? valuesText(found.values, data) : 'outside'}
          </span>
        );
      })}
    </div>
  );
}

function titleOf(from: string, channels: number): string {
  return channels === 1
    ? `Value of what “${from}” gave`
    : `Values of the channels of what “${from}” gave, from channel 0 on`;
}

function valuesText(values: readonly number[], { labelIds }: VolumeData): string {
  const texts = values
    .slice(0, mostValues)
    .map((value) => (labelIds?.[value] ?? formatNumber(value)).toString());
  return [...texts, ...(values.length > mostValues ? ['…'] : [])].join(' · ');
}
