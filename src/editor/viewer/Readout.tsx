import type { Vec3 } from '../../imaging/frames';
import { formatNumber } from '../canvas/node-parameters';
import type { ShownVolume } from './painter';
import { valueAt } from './sample-slice';

/** World point, voxel and every volume's value under the crosshair. */
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
          <span key={name} title={from && `Value of what “${from}” gave`}>
            <span className="weft-soft">{name.toLowerCase()}</span>{' '}
            {found
              ? (data.labelIds?.[found.value] ?? formatNumber(found.value)).toString()
              : 'outside'}
          </span>
        );
      })}
    </div>
  );
}
