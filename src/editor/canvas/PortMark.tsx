import type { PortType } from '../../runtime/api/port-values';
import { type PortShape, portStyles } from './ports';

/** Outlines on a square of 12 by 12. */
const outlines: Readonly<Record<PortShape, string>> = {
  circle: 'M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z',
  square: 'M1.5 1.5h9v9h-9z',
  diamond: 'M6 .2L11.8 6L6 11.8L.2 6z',
  bar: 'M.5 3.4h11v5.2H.5z',
  hexagon: 'M3.2 1h5.6L11.6 6l-2.8 5H3.2L.4 6z',
  triangle: 'M1 .8L11.4 6L1 11.2z',
  pentagon: 'M6 .5l5.6 4.1l-2.1 6.7h-7L.4 4.6z',
  chevron: 'M.8 1h5.6l4.8 5l-4.8 5H.8l4.2-5z',
};

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
        d={outlines[style?.shape ?? 'circle']}
        fill={isHollow ? 'var(--weft-raised)' : colour}
        stroke={colour}
        strokeWidth="1.8"
        strokeLinejoin="round"
      />
    </svg>
  );
}
