import type { PipelineDocument } from '../../pipeline/schema';
import type { NodeDefinition, NodeRegistry } from '../../runtime/api/nodes/define-node';
import type { PortType } from '../../runtime/api/nodes/port-values';
import type { PortEnd } from '../store/document-edits';

/** The form by which a port's type is known without its colour. */
export type PortShape =
  | 'circle'
  | 'square'
  | 'diamond'
  | 'bar'
  | 'hexagon'
  | 'triangle'
  | 'pentagon'
  | 'chevron'
  | 'ring'
  | 'bow-tie'
  | 'stack'
  | 'stairs'
  | 'cross';

/** The outline of each form as an SVG path, on a square of 12 by 12. */
export const portOutlines: Readonly<Record<PortShape, string>> = {
  circle: 'M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z',
  square: 'M1.5 1.5h9v9h-9z',
  diamond: 'M6 .2L11.8 6L6 11.8L.2 6z',
  bar: 'M.5 3.4h11v5.2H.5z',
  hexagon: 'M3.2 1h5.6L11.6 6l-2.8 5H3.2L.4 6z',
  triangle: 'M1 .8L11.4 6L1 11.2z',
  pentagon: 'M6 .5l5.6 4.1l-2.1 6.7h-7L.4 4.6z',
  ring: 'M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10zM6 3.6a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 1 0 0-4.8z',
  cross: 'M4.2.8h3.6v3.4h3.4v3.6H7.8v3.4H4.2V7.8H.8V4.2h3.4z',
  'bow-tie': 'M.8 .8L6 4.2L11.2 .8v10.4L6 7.8L.8 11.2z',
  stack: 'M.8 .4h10.4v3.8H.8zM.8 7.8h10.4v3.8H.8z',
  stairs: 'M.8 11.2V.8h3.5v3.5h3.4v3.4h3.5v3.5z',
  chevron: 'M.8 1h5.6l4.8 5l-4.8 5H.8l4.2-5z',
};

/** How a type of port looks and is called. */
export interface PortStyle {
  readonly label: string;
  readonly shape: PortShape;
  /** CSS colour; the custom properties are set by the theme, light and dark. */
  readonly colour: string;
  /** True for what flows at run time, false for parts of a recipe. */
  readonly isData: boolean;
}

/** Every type of port with its colour and shape. */
export const portStyles: Readonly<Record<PortType, PortStyle>> = {
  image: { label: 'Image', shape: 'circle', colour: 'var(--port-image)', isData: true },
  labels: { label: 'Labels', shape: 'square', colour: 'var(--port-labels)', isData: true },
  mask: { label: 'Mask', shape: 'ring', colour: 'var(--port-mask)', isData: true },
  transform: {
    label: 'Transform',
    shape: 'diamond',
    colour: 'var(--port-transform)',
    isData: true,
  },
  landmarks: {
    label: 'Landmarks',
    shape: 'cross',
    colour: 'var(--port-landmarks)',
    isData: true,
  },
  table: { label: 'Table', shape: 'bar', colour: 'var(--port-table)', isData: true },
  network: { label: 'Network', shape: 'bow-tie', colour: 'var(--port-network)', isData: true },
  dataset: { label: 'Dataset', shape: 'stack', colour: 'var(--port-dataset)', isData: true },
  cases: { label: 'Cases', shape: 'stairs', colour: 'var(--port-cases)', isData: true },
  model: { label: 'Model', shape: 'hexagon', colour: 'var(--port-model)', isData: false },
  objective: {
    label: 'Objective',
    shape: 'triangle',
    colour: 'var(--port-objective)',
    isData: false,
  },
  optimizer: {
    label: 'Optimizer',
    shape: 'pentagon',
    colour: 'var(--port-optimizer)',
    isData: false,
  },
  schedule: { label: 'Schedule', shape: 'chevron', colour: 'var(--port-schedule)', isData: false },
};

/** One port of a placed node, as its definition says it. */
export interface PortFacts {
  readonly name: string;
  readonly type: PortType;
  readonly doc: string;
  readonly isOptional: boolean;
  readonly takesMany: boolean;
}

/** The input ports of a definition, in its order. */
export function inputPorts(definition: NodeDefinition): readonly PortFacts[] {
  return Object.entries(definition.inputs).map(([name, port]) => ({
    name,
    type: port.type,
    doc: port.doc,
    isOptional: port.optional === true,
    takesMany: port.many === true,
  }));
}

/** The output ports of a definition, in its order. */
export function outputPorts(definition: NodeDefinition): readonly PortFacts[] {
  return Object.entries(definition.outputs).map(([name, port]) => ({
    name,
    type: port.type,
    doc: port.doc,
    isOptional: false,
    takesMany: true,
  }));
}

/** True for nodes that take nothing and give one thing: their port is in the head of the card. */
export function isSourceCard(definition: NodeDefinition): boolean {
  return (
    Object.keys(definition.inputs).length === 0 && Object.keys(definition.outputs).length === 1
  );
}

/** A port of a placed node; undefined where node, type or port are unknown. */
export function findPort(
  document: PipelineDocument,
  registry: NodeRegistry,
  end: PortEnd,
  side: 'input' | 'output',
): PortFacts | undefined {
  const node = document.nodes[end.nodeId];
  const definition = node && registry.get(node.type);
  if (definition === undefined) return undefined;
  const ports = side === 'input' ? inputPorts(definition) : outputPorts(definition);
  return ports.find((port) => port.name === end.port);
}

/** `fixedLabels` as `fixed labels`. */
export function portLabel(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase();
}
