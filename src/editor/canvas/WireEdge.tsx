import { BaseEdge, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo } from 'react';
import { useRun } from '../editor-context';
import { portStyles } from './ports';
import type { FlowEdge } from './projection';

/** A wire: the colour of what flows, thick for data, thin for parts of a recipe. */
export const WireEdge = memo(function WireEdge(props: EdgeProps<FlowEdge>) {
  const { id, source, sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition } = props;
  const style = props.data?.type && portStyles[props.data.type];
  const isActive = useRun((state) => state.nodes[source]?.state === 'running');
  const [path] = getBezierPath({
    sourceX,
    sourceY,
    sourcePosition,
    targetX,
    targetY,
    targetPosition,
    curvature: 0.32,
  });
  return (
    <BaseEdge
      id={id}
      path={path}
      interactionWidth={18}
      style={{
        stroke: style?.colour ?? 'var(--port-table)',
        strokeWidth: (style?.isData === false ? 1.6 : 2.4) + (props.selected || isActive ? 1.4 : 0),
        strokeOpacity: props.selected || isActive ? 1 : 0.72,
      }}
    />
  );
});
