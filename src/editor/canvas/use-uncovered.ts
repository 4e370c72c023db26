import { useReactFlow } from '@xyflow/react';
import { type RefObject, useCallback } from 'react';

const marginPixels = 16;

/** Moves the canvas just so far that a node does not lie under the inspector, where that floats. */
export function useUncovered(area: RefObject<HTMLElement | null>): (nodeId: string) => void {
  const flow = useReactFlow();
  return useCallback(
    (nodeId) => {
      // The inspector comes with the selection: look once it is there.
      requestAnimationFrame(() => {
        const card = area.current?.querySelector(`.react-flow__node[data-id="${nodeId}"]`);
        const inspector = document.querySelector('.inspector[data-floating]');
        if (!card || !inspector) return;
        const free = inspector.getBoundingClientRect().left - marginPixels;
        const covered = card.getBoundingClientRect().right - free;
        if (covered <= 0) return;
        const { x, y, zoom } = flow.getViewport();
        void flow.setViewport({ x: x - covered, y, zoom }, { duration: 180 });
      });
    },
    [area, flow],
  );
}
