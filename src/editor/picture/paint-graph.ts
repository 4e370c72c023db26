import { getBezierPath, Position } from '@xyflow/react';
import { portLabel, portOutlines, portStyles } from '../canvas/ports';
import {
  type DrawnCard,
  type DrawnNote,
  type DrawnPort,
  type GraphDrawing,
  noteLineHeight,
} from './graph-drawing';

/** The colours and letters of the page, as a canvas takes them. */
export interface PictureStyle {
  /** The value of a custom property, for example `--weft-ink`. */
  readonly colour: (name: string) => string;
  readonly sectionColour: (section: string) => string;
  readonly fontFamily: string;
}

/** Paints a graph; the context's origin is the upper left corner of the drawing. */
export function paintGraph(
  context: CanvasRenderingContext2D,
  drawing: GraphDrawing,
  style: PictureStyle,
): void {
  context.save();
  context.translate(-drawing.left, -drawing.top);
  for (const note of drawing.notes) paintNote(context, note, style);
  for (const { from, to } of drawing.wires) paintWire(context, from, to, style);
  for (const card of drawing.cards) paintCard(context, card, style);
  context.restore();
}

/** A text that is cut with an ellipsis where it is wider than its place. */
export function fitText(
  text: string,
  widthOf: (text: string) => number,
  mostWidth: number,
): string {
  if (widthOf(text) <= mostWidth) return text;
  let length = text.length;
  while (length > 1 && widthOf(`${text.slice(0, length)}…`) > mostWidth) length -= 1;
  return `${text.slice(0, length)}…`;
}

function paintWire(
  context: CanvasRenderingContext2D,
  from: DrawnPort,
  to: DrawnPort,
  style: PictureStyle,
): void {
  const type = from.type ?? to.type;
  const [path] = getBezierPath({
    sourceX: from.x,
    sourceY: from.y,
    sourcePosition: Position.Right,
    targetX: to.x,
    targetY: to.y,
    targetPosition: Position.Left,
    curvature: 0.32,
  });
  context.globalAlpha = 0.72;
  context.lineWidth = type && portStyles[type].isData ? 2.4 : 1.6;
  context.strokeStyle = portColour(from, style);
  context.stroke(new Path2D(path));
  context.globalAlpha = 1;
}

function paintCard(context: CanvasRenderingContext2D, card: DrawnCard, style: PictureStyle): void {
  const { x, y, width, height } = card;
  const ink = style.colour('--weft-ink');
  const soft = style.colour('--weft-ink-soft');
  context.beginPath();
  context.roundRect(x, y, width, height, 9);
  context.fillStyle = style.colour('--weft-raised');
  context.fill();
  context.save();
  context.clip();
  context.fillStyle = style.sectionColour(card.section);
  context.fillRect(x, y, width, 3.5);
  context.restore();
  context.lineWidth = 1;
  context.strokeStyle = style.colour('--weft-line-strong');
  context.stroke();

  const write = (text: string, size: number, colour: string, at: WrittenAt) => {
    context.font = `${at.weight ?? 400} ${size}px ${style.fontFamily}`;
    context.textAlign = at.align ?? 'left';
    context.textBaseline = 'middle';
    context.fillStyle = colour;
    const shown = fitText(text, (part) => context.measureText(part).width, at.mostWidth);
    context.fillText(shown, at.x, at.y);
  };
  write(card.title, 13, ink, { x: x + 12, y: y + 18, mostWidth: width - 28, weight: 600 });
  write(card.nodeId, 11, soft, { x: x + 12, y: y + 35, mostWidth: width - 28 });
  for (const port of card.ports) {
    const isInput = port.side === 'input';
    paintMark(context, port, style);
    // A port in the head is named by the head.
    if (port.y < y + 48) continue;
    write(portLabel(port.name), 12, ink, {
      x: isInput ? port.x + 13 : port.x - 13,
      y: port.y,
      mostWidth: width / 2 - 14,
      align: isInput ? 'left' : 'right',
    });
  }
  card.parameters.forEach(({ title, text }, row) => {
    const line = y + height - 14 - 18 * (card.parameters.length - 1 - row);
    write(title, 11.5, soft, { x: x + 12, y: line, mostWidth: width / 2 - 14 });
    write(text, 11.5, ink, {
      x: x + width - 12,
      y: line,
      mostWidth: width / 2 - 14,
      align: 'right',
    });
  });
}

function paintNote(context: CanvasRenderingContext2D, note: DrawnNote, style: PictureStyle): void {
  const { x, y, width, height, lines } = note;
  context.fillStyle = style.colour('--weft-warn-wash');
  context.fillRect(x, y, width, height);
  context.fillStyle = style.colour('--weft-ink');
  context.font = `400 13px ${style.fontFamily}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  lines.forEach((line, row) => {
    context.fillText(line, x + 11, y + 9 + noteLineHeight * (row + 0.5), width - 22);
  });
}

interface WrittenAt {
  readonly x: number;
  readonly y: number;
  readonly mostWidth: number;
  readonly align?: CanvasTextAlign;
  readonly weight?: number;
}

function paintMark(context: CanvasRenderingContext2D, port: DrawnPort, style: PictureStyle): void {
  const outline = portOutlines[port.type ? portStyles[port.type].shape : 'circle'];
  context.save();
  context.translate(port.x - 6, port.y - 6);
  context.fillStyle = portColour(port, style);
  context.fill(new Path2D(outline));
  context.restore();
}

function portColour({ type }: DrawnPort, style: PictureStyle): string {
  // Port colours are written as CSS writes them: `var(--port-image)`.
  const name = type && /--[\w-]+/.exec(portStyles[type].colour)?.[0];
  return style.colour(name ?? '--port-table');
}
