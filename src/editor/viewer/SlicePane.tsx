import { useEffect, useRef, useState } from 'react';
import type { Vec3 } from '../../imaging/frames';
import {
  type PlaneName,
  pixelFromWorld,
  type SlicedGrid,
  type SliceView,
  sliceView,
  worldFromPixel,
} from './slice-geometry';

/** Device pixels on the longer side of a pane beyond which it is drawn coarser. */
const mostPixels = 900;

interface SlicePaneProps {
  readonly reference: SlicedGrid;
  readonly plane: PlaneName;
  readonly crosshairMm: Vec3;
  readonly zoom: number;
  readonly panMm: readonly [number, number];
  readonly caption: string;
  /** The node, or the nodes, whose output this is. */
  readonly from?: string | undefined;
  readonly note?: string | undefined;
  /** Said where there is nothing to draw yet. */
  readonly waitsFor?: string | undefined;
  /** Draws the pane's pixels. Changes whenever there is something new to draw. */
  readonly paint: (view: SliceView, image: ImageData) => void;
  readonly onCrosshair: (pointMm: Vec3) => void;
  readonly onZoom: (factor: number) => void;
  readonly onPan: (shiftMm: readonly [number, number]) => void;
  /** Relative change of brightness: width and level. */
  readonly onWindow: (width: number, level: number) => void;
  readonly onReset: () => void;
}

/** One slice on a canvas with its crosshair, letters and caption. */
export function SlicePane(props: SlicePaneProps) {
  const { reference, plane, crosshairMm, zoom, panMm, paint, caption } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const drag = useRef<{ x: number; y: number; button: number } | undefined>(undefined);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const ratio = Math.min(
    globalThis.devicePixelRatio || 1,
    mostPixels / Math.max(1, size.width, size.height),
  );
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  const view =
    width > 0 && height > 0
      ? sliceView(reference, plane, crosshairMm, {
          widthPixels: width,
          heightPixels: height,
          zoom,
          panMm,
        })
      : undefined;

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || view === undefined) return;
    const image = context.createImageData(width, height);
    paint(view, image);
    context.putImageData(image, 0, 0);
  });

  const pointUnder = (event: React.PointerEvent | React.MouseEvent): Vec3 | undefined => {
    const rect = box.current?.getBoundingClientRect();
    if (rect === undefined || view === undefined) return undefined;
    return worldFromPixel(
      reference,
      view,
      (event.clientX - rect.left) * ratio,
      (event.clientY - rect.top) * ratio,
    );
  };

  const onPointerMove = (event: React.PointerEvent) => {
    const from = drag.current;
    if (from === undefined || view === undefined) return;
    const dx = event.clientX - from.x;
    const dy = event.clientY - from.y;
    drag.current = { ...from, x: event.clientX, y: event.clientY };
    if (from.button === 2) return props.onWindow(1 + dx / 200, dy / 300);
    if (from.button === 1 || event.shiftKey) {
      const perMm = view.pixelsPerMm / ratio;
      return props.onPan([dx / perMm, dy / perMm]);
    }
    const point = pointUnder(event);
    if (point) props.onCrosshair(point);
  };

  // React listens to the wheel passively, and the page must not scroll or zoom with the pane.
  const onWheel = useRef<(event: WheelEvent) => void>(() => {});
  onWheel.current = (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) return props.onZoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    step(event.deltaY > 0 ? -1 : 1);
  };
  useEffect(() => {
    const element = box.current;
    const listener = (event: WheelEvent) => onWheel.current(event);
    element?.addEventListener('wheel', listener, { passive: false });
    return () => element?.removeEventListener('wheel', listener);
  }, []);

  /** Moves the crosshair by slices through the pane, or by voxels within it. */
  const step = (through: number, across = 0, down = 0) => {
    if (view === undefined) return;
    const m = reference.worldFromVoxel;
    const unit = (voxelStep: Vec3) => voxelStep.map(Math.sign);
    const a = unit(view.acrossVoxel);
    const d = unit(view.downVoxel);
    const shift = [0, 1, 2].map(
      (axis) =>
        across * (a[axis] ?? 0) + down * (d[axis] ?? 0) + (axis === view.throughAxis ? through : 0),
    );
    const moved = [0, 1, 2].map(
      (row) =>
        (crosshairMm[row] ?? 0) +
        shift.reduce((sum, part, axis) => sum + part * (m[row * 4 + axis] ?? 0), 0),
    );
    props.onCrosshair(moved as unknown as Vec3);
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => step(0, -1, 0),
      ArrowRight: () => step(0, 1, 0),
      ArrowUp: () => step(0, 0, -1),
      ArrowDown: () => step(0, 0, 1),
      PageUp: () => step(1),
      PageDown: () => step(-1),
      '+': () => props.onZoom(1.15),
      '-': () => props.onZoom(1 / 1.15),
      '0': () => props.onReset(),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };

  const cross = view && pixelFromWorld(reference, view, crosshairMm);
  return (
    <div
      className="slice-pane"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows and the page keys move the crosshair
      tabIndex={0}
      role="application"
      aria-label={`${caption}, ${plane}. Arrow keys move the crosshair, page keys change the slice.`}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
      onDoubleClick={props.onReset}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, y: event.clientY, button: event.button };
        const point = event.button === 0 && !event.shiftKey ? pointUnder(event) : undefined;
        if (point) props.onCrosshair(point);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        drag.current = undefined;
      }}
    >
      <canvas
        ref={canvas}
        width={width}
        height={height}
        data-caption={caption}
        data-plane={plane}
      />
      {cross && !props.waitsFor && (
        <svg className="slice-cross" aria-hidden="true">
          <line x1={cross[0] / ratio} x2={cross[0] / ratio} y1="0" y2="100%" />
          <line y1={cross[1] / ratio} y2={cross[1] / ratio} x1="0" x2="100%" />
        </svg>
      )}
      {view && !props.waitsFor && (
        <>
          <b className="slice-letter" data-side="left">
            {view.letters.left}
          </b>
          <b className="slice-letter" data-side="right">
            {view.letters.right}
          </b>
          <b className="slice-letter" data-side="top">
            {view.letters.top}
          </b>
          <b className="slice-letter" data-side="bottom">
            {view.letters.bottom}
          </b>
        </>
      )}
      {props.waitsFor && <p className="slice-waits">{props.waitsFor}</p>}
      <span className="slice-caption">
        {caption}
        {props.from && props.from !== caption.toLowerCase() && (
          <span className="slice-from">{props.from}</span>
        )}
        {props.note && <em>{props.note}</em>}
      </span>
    </div>
  );
}
