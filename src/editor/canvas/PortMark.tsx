import type { PortType } from '../../runtime/api/nodes/port-values';
import { portOutlines, portStyles } from './ports';

/** The mark of a port's type: known by its form as well as by its colour. */
export function PortMark({
  type,
  isHollow = false,
}: {
  type: PortType | undefined;
  isHollow?: boolean;
}) {
  const style = type && portStyles[type];
  const colour = style?.colour ?? 'var(--port-table)';
  return (
    <svg className="port-mark" viewBox="-1 -1 14 14" width="13" height="13" aria-hidden="true">
      <path
        d={portOutlines[style?.shape ?? 'circle']}
        fill={isHollow ? 'var(--weft-raised)' : colour}
        stroke={colour}
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
    </svg>
  );
}
