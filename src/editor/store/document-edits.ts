import type {
  Params,
  ParamValue,
  PipelineDocument,
  PipelineEdge,
  PipelineNode,
} from '../../pipeline/schema';
import type { NodeDefinition } from '../../runtime/api/nodes/define-node';
import { defaultParams } from '../inspector/form-fields';

/** Upper left corner of a node in canvas units. */
export type CanvasPoint = readonly [number, number];

/** One end of a wire. */
export interface PortEnd {
  readonly nodeId: string;
  readonly port: string;
}

/** A recipe without nodes, which a person starts from. */
export const emptyDocument: PipelineDocument = {
  schemaVersion: 1,
  name: 'Untitled recipe',
  description: '',
  nodes: {},
  edges: [],
  layout: {},
};

/** Splits `node.port`. */
export function portEnd(text: string): PortEnd {
  const dot = text.indexOf('.');
  return { nodeId: text.slice(0, dot), port: text.slice(dot + 1) };
}

/** Joins a node's id and a port's name as edges write them. */
export function endText(end: PortEnd): string {
  return `${end.nodeId}.${end.port}`;
}

/** The last word of a node's type, made unique among the ids of a document: `lncc`, `lncc-2`. */
export function freshNodeId(taken: Readonly<Record<string, unknown>>, wanted: string): string {
  const base = (wanted.split('.').at(-1) ?? wanted).replace(/-\d+$/, '').slice(0, 36);
  if (!Object.hasOwn(taken, base)) return base;
  let count = 2;
  while (Object.hasOwn(taken, `${base}-${count}`)) count += 1;
  return `${base}-${count}`;
}

/** Places a node of a known type with its default parameters; returns its id too. */
export function addNode(
  document: PipelineDocument,
  definition: NodeDefinition,
  at: CanvasPoint,
): { readonly document: PipelineDocument; readonly nodeId: string } {
  const nodeId = freshNodeId(document.nodes, definition.type);
  const node: PipelineNode = {
    type: definition.type,
    version: definition.version,
    params: defaultParams(definition.params),
  };
  return {
    nodeId,
    document: {
      ...document,
      nodes: { ...document.nodes, [nodeId]: node },
      layout: { ...document.layout, [nodeId]: whole(at) },
    },
  };
}

/** Takes nodes, their wires and other wires away, as one edit. */
export function removeItems(
  document: PipelineDocument,
  nodeIds: readonly string[],
  edges: readonly PipelineEdge[],
): PipelineDocument {
  const gone = new Set(nodeIds);
  const goneEdges = new Set(edges.map(wireKey));
  const keep = ([nodeId]: [string, unknown]) => !gone.has(nodeId);
  return {
    ...document,
    nodes: Object.fromEntries(Object.entries(document.nodes).filter(keep)),
    layout: Object.fromEntries(Object.entries(document.layout).filter(keep)),
    edges: document.edges.filter(
      (edge) =>
        !goneEdges.has(wireKey(edge)) &&
        !gone.has(portEnd(edge.from).nodeId) &&
        !gone.has(portEnd(edge.to).nodeId),
    ),
  };
}

/** Changes positions and nothing else. */
export function moveNodes(
  document: PipelineDocument,
  positions: Readonly<Record<string, CanvasPoint>>,
): PipelineDocument {
  const moved = Object.entries(positions).filter(([nodeId]) =>
    Object.hasOwn(document.nodes, nodeId),
  );
  return {
    ...document,
    layout: {
      ...document.layout,
      ...Object.fromEntries(moved.map(([nodeId, at]) => [nodeId, whole(at)])),
    },
  };
}

/** Sets one parameter of a node. */
export function setParam(
  document: PipelineDocument,
  nodeId: string,
  name: string,
  value: ParamValue | undefined,
): PipelineDocument {
  return changeNode(document, nodeId, (node) => ({
    ...node,
    params: withParam(node.params, name, value),
  }));
}

/** Parameters with one of them changed, or taken out where there is no value. */
export function withParam(params: Params, name: string, value: ParamValue | undefined): Params {
  if (value !== undefined) return { ...params, [name]: value };
  return Object.fromEntries(Object.entries(params).filter(([other]) => other !== name));
}

/** Names a node; an empty title gives it back the title of its type. */
export function setTitle(
  document: PipelineDocument,
  nodeId: string,
  title: string,
): PipelineDocument {
  return changeNode(document, nodeId, ({ title: _, ...node }) =>
    title.trim() === '' ? node : { ...node, title },
  );
}

/** Adds a wire; where the input takes only one, the earlier wire makes room. */
export function connectPorts(
  document: PipelineDocument,
  from: PortEnd,
  to: PortEnd,
  takesMany: boolean,
): PipelineDocument {
  const edge = { from: endText(from), to: endText(to) };
  const others = document.edges.filter(
    (other) => wireKey(other) !== wireKey(edge) && (takesMany || other.to !== edge.to),
  );
  return { ...document, edges: [...others, edge] };
}

/** The nodes with these ids, the wires between them and their places: what is copied. */
export function extractFragment(
  document: PipelineDocument,
  nodeIds: readonly string[],
): PipelineDocument {
  const taken = new Set(nodeIds);
  const keep = ([nodeId]: [string, unknown]) => taken.has(nodeId);
  return {
    ...emptyDocument,
    name: 'Copied from Weft',
    nodes: Object.fromEntries(Object.entries(document.nodes).filter(keep)),
    layout: Object.fromEntries(Object.entries(document.layout).filter(keep)),
    edges: document.edges.filter(
      (edge) => taken.has(portEnd(edge.from).nodeId) && taken.has(portEnd(edge.to).nodeId),
    ),
  };
}

/** Adds a copied part under fresh ids, shifted so that it does not hide the original. */
export function insertFragment(
  document: PipelineDocument,
  fragment: PipelineDocument,
  shift: CanvasPoint,
): { readonly document: PipelineDocument; readonly nodeIds: readonly string[] } {
  const nodes: Record<string, PipelineNode> = { ...document.nodes };
  const layout: Record<string, CanvasPoint> = { ...document.layout };
  const renamed = new Map<string, string>();
  for (const [nodeId, node] of Object.entries(fragment.nodes)) {
    const fresh = freshNodeId(nodes, nodeId);
    renamed.set(nodeId, fresh);
    nodes[fresh] = node;
    const [x, y] = fragment.layout[nodeId] ?? [0, 0];
    layout[fresh] = whole([x + shift[0], y + shift[1]]);
  }
  const rename = (text: string) => {
    const end = portEnd(text);
    return endText({ ...end, nodeId: renamed.get(end.nodeId) ?? end.nodeId });
  };
  const edges = fragment.edges.map((edge) => ({ from: rename(edge.from), to: rename(edge.to) }));
  return {
    document: { ...document, nodes, layout, edges: [...document.edges, ...edges] },
    nodeIds: [...renamed.values()],
  };
}

/** Text by which two wires between the same ports are known to be the same. */
export function wireKey(edge: PipelineEdge): string {
  return `${edge.from}>${edge.to}`;
}

function changeNode(
  document: PipelineDocument,
  nodeId: string,
  change: (node: PipelineNode) => PipelineNode,
): PipelineDocument {
  const node = document.nodes[nodeId];
  if (node === undefined) return document;
  return { ...document, nodes: { ...document.nodes, [nodeId]: change(node) } };
}

function whole([x, y]: CanvasPoint): CanvasPoint {
  return [Math.round(x), Math.round(y)];
}
