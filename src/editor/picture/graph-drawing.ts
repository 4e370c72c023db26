import type { ParamValue, PipelineDocument, StickyNote } from '../../pipeline/schema';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import type { PortType } from '../../runtime/api/nodes/port-values';
import { cardSize, noteWidth } from '../canvas/layout';
import { nodeParameters } from '../canvas/node-parameters';
import { inputPorts, isSourceCard, outputPorts } from '../canvas/ports';
import { portsSeenInWires } from '../canvas/projection';

/** A port of a drawn card; its place is where wires end, in canvas units. */
export interface DrawnPort {
  readonly name: string;
  readonly type: PortType | undefined;
  readonly side: 'input' | 'output';
  readonly x: number;
  readonly y: number;
}

/** A node's card as it is drawn, in canvas units. */
export interface DrawnCard {
  readonly nodeId: string;
  readonly title: string;
  readonly section: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly ports: readonly DrawnPort[];
  readonly parameters: readonly { readonly title: string; readonly text: string }[];
}

/** A note as it is drawn: its lines, broken as its width asks for. */
export interface DrawnNote {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

/** A recipe's graph as plain shapes. */
export interface GraphDrawing {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly cards: readonly DrawnCard[];
  readonly notes: readonly DrawnNote[];
  readonly wires: readonly { readonly from: DrawnPort; readonly to: DrawnPort }[];
}

/** The middle of a card's head, where a loader or a part of a recipe has its only port. */
const headPortY = 25;
/** The middle of the first row of ports, and the distance to the next. */
const firstPortY = 65;
const portHeight = 22;
/** Characters of the page's letters that fit into the width of a note. */
const noteCharacters = 28;
/** Height of a line of a note. */
export const noteLineHeight = 18;

/** Where everything of a graph is drawn: the document's layout, without the page. */
export function drawGraph(document: PipelineDocument, registry: NodeRegistry): GraphDrawing {
  const cards = Object.keys(document.nodes).map((nodeId) => drawCard(document, registry, nodeId));
  const ports = new Map<string, DrawnPort>();
  for (const { nodeId, ports: own } of cards) {
    for (const port of own) ports.set(`${port.side} ${nodeId}.${port.name}`, port);
  }
  const wires = document.edges.flatMap((edge) => {
    const from = ports.get(`output ${edge.from}`);
    const to = ports.get(`input ${edge.to}`);
    return from && to ? [{ from, to }] : [];
  });
  const notes = (document.notes ?? []).map(drawNote);
  const boxes = [...cards, ...notes];
  const left = Math.min(0, ...boxes.map(({ x }) => x));
  const top = Math.min(0, ...boxes.map(({ y }) => y));
  const right = Math.max(left, ...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(top, ...boxes.map(({ y, height }) => y + height));
  return { left, top, width: right - left, height: bottom - top, cards, notes, wires };
}

function drawCard(document: PipelineDocument, registry: NodeRegistry, nodeId: string): DrawnCard {
  const node = document.nodes[nodeId];
  const definition = registry.get(node?.type ?? '');
  const [x, y] = document.layout[nodeId] ?? [0, 0];
  const size = cardSize(document, registry, nodeId);
  const seen = portsSeenInWires(document, nodeId);
  const known = {
    input: definition ? inputPorts(definition) : seen.inputs.map(unknownPort),
    output: definition ? outputPorts(definition) : seen.outputs.map(unknownPort),
  };
  const isSource = definition !== undefined && isSourceCard(definition);
  const ports = (['input', 'output'] as const).flatMap((side) =>
    known[side].map(({ name, type }, row) => ({
      name,
      type,
      side,
      x: side === 'input' ? x : x + size.width,
      y: y + (isSource ? headPortY : firstPortY + row * portHeight),
    })),
  );
  return {
    nodeId,
    title: node?.title ?? definition?.title ?? node?.type ?? nodeId,
    section: definition?.section ?? 'unknown',
    x,
    y,
    ...size,
    ports,
    parameters: [
      ...(definition?.source ? sourceLine(node?.params.source) : []),
      ...(definition && node ? nodeParameters(definition, node.params) : []),
    ],
  };
}

function drawNote({ text, at: [x, y] }: StickyNote): DrawnNote {
  const lines = text.split('\n').flatMap((line) => breakLine(line, noteCharacters));
  return { x, y, width: noteWidth, height: lines.length * noteLineHeight + 18, lines };
}

/** A text in lines of at most so many characters, broken between words where that can be. */
export function breakLine(text: string, mostCharacters: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > mostCharacters) {
    const space = rest.lastIndexOf(' ', mostCharacters);
    const end = space > 0 ? space : mostCharacters;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** What a loader loads, in a few words. */
function sourceLine(source: ParamValue | undefined): DrawnCard['parameters'] {
  if (typeof source !== 'object' || !('kind' in source)) return [];
  if (source.kind !== 'url') return [{ title: 'Source', text: String(source.name ?? 'file') }];
  const url = String(source.url);
  return [{ title: 'Source', text: URL.canParse(url) ? new URL(url).host : url }];
}

function unknownPort(name: string): { readonly name: string; readonly type: undefined } {
  return { name, type: undefined };
}
