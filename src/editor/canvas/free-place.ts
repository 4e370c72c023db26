import type { CanvasPoint } from '../store/document-edits';

/** A rectangle on the canvas, in its own pixels. */
export interface CanvasBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Left free around what is put down. */
const gap = 16;
/** Distance between places that are tried. */
const step = 24;
/** Rings of places around the wanted one. */
const rings = 60;

/** The place nearest to the wanted one where a box of that size lies on no other; the wanted one where all is full. */
export function freePlace(
  wanted: CanvasPoint,
  size: Pick<CanvasBox, 'width' | 'height'>,
  taken: readonly CanvasBox[],
): CanvasPoint {
  const isFree = ([x, y]: CanvasPoint) =>
    taken.every(
      (box) =>
        x >= box.x + box.width + gap ||
        box.x >= x + size.width + gap ||
        y >= box.y + box.height + gap ||
        box.y >= y + size.height + gap,
    );
  for (let ring = 0; ring <= rings; ring += 1) {
    const free = ringAround(wanted, ring).filter(isFree);
    const distance = ([x, y]: CanvasPoint) => Math.hypot(x - wanted[0], y - wanted[1]);
    const nearest = free.sort((a, b) => distance(a) - distance(b))[0];
    if (nearest) return nearest;
  }
  return wanted;
}

/** Places on a square around the middle. */
function ringAround([x, y]: CanvasPoint, ring: number): CanvasPoint[] {
  const steps = Array.from({ length: 2 * ring + 1 }, (_, i) => i - ring);
  return steps.flatMap((row) =>
    steps
      .filter((column) => Math.max(Math.abs(row), Math.abs(column)) === ring)
      .map((column): CanvasPoint => [x + step * column, y + step * row]),
  );
}
