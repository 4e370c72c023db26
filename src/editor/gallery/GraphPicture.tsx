import type { PipelineDocument } from '../../pipeline/schema';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import { cardSize } from '../canvas/layout';
import { findPort, portStyles } from '../canvas/ports';
import { portEnd } from '../store/document-edits';

/** A small drawing of a recipe's graph. */
export function GraphPicture({
  document,
  registry,
}: {
  document: PipelineDocument;
  registry: NodeRegistry;
}) {
  const boxes = new Map(
    Object.keys(document.nodes).map((nodeId) => {
      const [x, y] = document.layout[nodeId] ?? [0, 0];
      const { width, height } = cardSize(document, registry, nodeId);
      return [nodeId, { x, y, width, height }] as const;
    }),
  );
  const all = [...boxes.values()];
  if (all.length === 0) return null;
  const left = Math.min(...all.map((box) => box.x)) - 20;
  const top = Math.min(...all.map((box) => box.y)) - 20;
  const right = Math.max(...all.map((box) => box.x + box.width)) + 20;
  const bottom = Math.max(...all.map((box) => box.y + box.height)) + 20;
  return (
    <svg
      className="graph-picture"
      viewBox={`${left} ${top} ${right - left} ${bottom - top}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden="true"
    >
      {document.edges.map((edge) => {
        const from = boxes.get(portEnd(edge.from).nodeId);
        const to = boxes.get(portEnd(edge.to).nodeId);
        if (from === undefined || to === undefined) return null;
        const type = findPort(document, registry, portEnd(edge.from), 'output')?.type;
        const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
        const [x2, y2] = [to.x, to.y + to.height / 2];
        const bend = Math.max(40, (x2 - x1) / 2);
        return (
          <path
            key={`${edge.from}>${edge.to}`}
            d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
            stroke={type ? portStyles[type].colour : 'var(--port-table)'}
          />
        );
      })}
      {[...boxes].map(([nodeId, box]) => (
        <rect
          key={nodeId}
          {...box}
          rx={14}
          data-section={registry.get(document.nodes[nodeId]?.type ?? '')?.section ?? 'unknown'}
        />
      ))}
    </svg>
  );
}
