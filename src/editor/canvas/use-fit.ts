import { useReactFlow } from '@xyflow/react';
import { type RefObject, useCallback, useEffect, useRef } from 'react';

/** Room is left for the buttons along the left edge. */
export const fitOptions = {
  padding: { top: '18px', right: '24px', bottom: '18px', left: '66px' },
  maxZoom: 1.05,
} as const;

/**
 * Shows all of the graph, and keeps showing all of it while the canvas gets wider or narrower, until
 * the person moves or zooms it.
 */
export function useFit(area: RefObject<HTMLElement | null>): {
  readonly fitAll: () => void;
  readonly onMove: (event: MouseEvent | TouchEvent | null) => void;
} {
  const flow = useReactFlow();
  const isFitted = useRef(false);
  const fitAll = useCallback(() => {
    isFitted.current = true;
    requestAnimationFrame(() => void flow.fitView({ ...fitOptions, duration: 0 }));
  }, [flow]);

  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (isFitted.current) fitAll();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [area, fitAll]);

  const onMove = useCallback((event: MouseEvent | TouchEvent | null) => {
    // Without an event it was not a person who moved.
    if (event !== null) isFitted.current = false;
  }, []);
  return { fitAll, onMove };
}
