import { type ConnectionLineComponentProps, getBezierPath, useViewport } from '@xyflow/react';
import { useEditor } from '../editor-context';
import { judgeConnection } from './connection-rules';
import { findPort, portStyles } from './ports';
import type { FlowItem } from './projection';

/** The wire in the hand; over a port that does not take it, it says why. */
export function ConnectionLine(props: ConnectionLineComponentProps<FlowItem>) {
  const { documents, registry } = useEditor();
  const { zoom } = useViewport();
  const { fromX, fromY, toX, toY, fromPosition, toPosition, fromHandle, toHandle } = props;
  const { document } = documents.store.getState();
  const isOutput = fromHandle.type === 'source';
  const own = { nodeId: fromHandle.nodeId, port: fromHandle.id ?? '' };
  const type = findPort(document, registry, own, isOutput ? 'output' : 'input')?.type;
  const other = toHandle && { nodeId: toHandle.nodeId, port: toHandle.id ?? '' };
  const isSameSide = toHandle?.type === fromHandle.type;
  const verdict =
    other &&
    !isSameSide &&
    (isOutput
      ? judgeConnection(document, registry, own, other)
      : judgeConnection(document, registry, other, own));
  const reason = isSameSide
    ? `Wires go from an output to an input; this is ${isOutput ? 'another output' : 'another input'}.`
    : verdict && !verdict.ok
      ? verdict.reason
      : undefined;
  const [path] = getBezierPath({
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition,
  });
  const colour = reason ? 'var(--weft-bad)' : type ? portStyles[type].colour : 'currentColor';
  return (
    <g>
      <path
        d={path}
        fill="none"
        stroke={colour}
        strokeWidth={2.5}
        strokeDasharray={reason ? '5 5' : undefined}
      />
      {reason && (
        <foreignObject
          x={toX + 14}
          y={toY + 12}
          width={280}
          height={120}
          style={{ overflow: 'visible' }}
        >
          <div className="wire-reason" style={{ scale: String(1 / zoom) }}>
            {reason}
          </div>
        </foreignObject>
      )}
    </g>
  );
}
