import { MiniMap, useNodes, useReactFlow, useViewport } from '@xyflow/react';

/** A small map of the graph, shown only while a part of the graph is out of view. */
export function Overview() {
  const nodes = useNodes();
  const { getNodesBounds, flowToScreenPosition } = useReactFlow();
  useViewport();
  const area = document.querySelector('.canvas')?.getBoundingClientRect();
  if (area === undefined || nodes.length === 0) return null;
  const bounds = getNodesBounds(nodes);
  const start = flowToScreenPosition(bounds);
  const end = flowToScreenPosition({ x: bounds.x + bounds.width, y: bounds.y + bounds.height });
  const isAllInView =
    start.x >= area.left && start.y >= area.top && end.x <= area.right && end.y <= area.bottom;
  if (isAllInView) return null;
  return (
    <MiniMap
      pannable
      zoomable
      position="bottom-right"
      ariaLabel="Overview of the graph"
      nodeColor="var(--weft-line-strong)"
      nodeBorderRadius={6}
    />
  );
}
