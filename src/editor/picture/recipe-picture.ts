import type { PipelineDocument } from '../../pipeline/schema';
import { embedInPng } from '../../pipeline/share';
import { writeDocument } from '../../pipeline/write-document';
import type { NodeRegistry } from '../../runtime/api/nodes/define-node';
import { drawGraph } from './graph-drawing';
import { type PictureStyle, paintGraph } from './paint-graph';

/** Device pixels on the longer side of a picture, which browsers can still make. */
const mostPixels = 4096;
const margin = 32;
const headHeight = 56;
const sliceHeight = 260;
const gap = 16;
/** What the viewer has around its images, in both colour schemes. */
const black = '#08090a';

/** A slice that the viewer shows, with its caption. */
export interface ShownSlice {
  readonly canvas: HTMLCanvasElement;
  readonly caption: string;
}

/**
 * A PNG of the graph, of the slices that the viewer shows, and with the recipe inside: dropped onto
 * a page it opens again. Fails where the browser cannot draw.
 */
export async function recipePicture(
  document: PipelineDocument,
  registry: NodeRegistry,
  slices: readonly ShownSlice[],
): Promise<Uint8Array> {
  const drawing = drawGraph(document, registry);
  const shown = slices.filter(({ canvas }) => canvas.width > 0 && canvas.height > 0);
  const widths = shown.map(({ canvas }) => (sliceHeight * canvas.width) / canvas.height);
  const sliceRow = widths.reduce((sum, width) => sum + width + gap, -gap);
  const width = Math.max(drawing.width, sliceRow, 320) + 2 * margin;
  const height =
    headHeight + drawing.height + 2 * margin + (shown.length > 0 ? sliceHeight + margin : 0);
  const scale = Math.min(2, mostPixels / Math.max(width, height));

  const canvas = globalThis.document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  const style = pageStyle();
  context.scale(scale, scale);
  context.fillStyle = style.colour('--weft-page');
  context.fillRect(0, 0, width, height);
  context.fillStyle = style.colour('--weft-ink');
  context.textBaseline = 'middle';
  context.font = `600 22px ${style.fontFamily}`;
  context.fillText(document.name, margin, margin + 8, width - 2 * margin);

  context.save();
  context.translate(margin, headHeight + margin / 2);
  paintGraph(context, drawing, style);
  context.restore();

  let x = margin;
  const y = headHeight + drawing.height + 2 * margin;
  shown.forEach(({ canvas: slice, caption }, index) => {
    const sliceWidth = widths[index] ?? 0;
    context.fillStyle = black;
    context.fillRect(x, y, sliceWidth, sliceHeight);
    context.drawImage(slice, x, y, sliceWidth, sliceHeight);
    context.font = `500 12px ${style.fontFamily}`;
    context.fillStyle = '#f1f3f4';
    context.fillText(caption, x + 8, y + 14);
    x += sliceWidth + gap;
  });

  return embedInPng(await pngBytes(canvas), writeDocument(document));
}

/** The slices on the page, in their order. */
export function shownSlices(): readonly ShownSlice[] {
  const canvases = globalThis.document.querySelectorAll<HTMLCanvasElement>('.slice-pane canvas');
  return [...canvases].map((canvas) => ({ canvas, caption: canvas.dataset.caption ?? '' }));
}

function pngBytes(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('This browser cannot make so large a picture.'));
      else blob.arrayBuffer().then((bytes) => resolve(new Uint8Array(bytes)), reject);
    }, 'image/png');
  });
}

/** The colours of the page as it is, light or dark; those of sections are known to the CSS alone. */
function pageStyle(): PictureStyle {
  const { documentElement, body } = globalThis.document;
  const root = getComputedStyle(documentElement);
  const sections = new Map<string, string>();
  return {
    colour: (name) => root.getPropertyValue(name).trim(),
    sectionColour: (section) => {
      const known = sections.get(section);
      if (known !== undefined) return known;
      const probe = globalThis.document.createElement('i');
      probe.dataset.section = section;
      body.append(probe);
      const colour = getComputedStyle(probe).getPropertyValue('--section').trim();
      probe.remove();
      sections.set(section, colour);
      return colour;
    },
    fontFamily: getComputedStyle(body).fontFamily,
  };
}
