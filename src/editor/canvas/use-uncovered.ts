import { useReactFlow } from '@xyflow/react';
import { type FocusEvent, type KeyboardEvent, type RefObject, useCallback } from 'react';

const marginPixels = 16;

/**
 * Moves the canvas just so far that a node does not lie under the inspector, where that floats: a node
 * that was pressed, or that keys have reached or chosen.
 */
export function useUncovered(area: RefObject<HTMLElement | null>): {
  readonly uncover: (nodeId: string) => void;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onKeyUp: (event: KeyboardEvent) => void;
} {
  const flow = useReactFlow();
  const uncover = useCallback(
    (nodeId: string) => {
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
  const onFocus = useCallback(
    ({ target }: FocusEvent) => {
      // While a pointer holds a node, nothing may move under it.
      const nodeId = target.matches(':focus-visible') ? nodeUnder(target) : undefined;
      if (nodeId !== undefined) uncover(nodeId);
    },
    [uncover],
  );
  const onKeyUp = useCallback(
    ({ key, target }: KeyboardEvent) => {
      const nodeId = key === 'Enter' || key === ' ' ? nodeUnder(target as Element) : undefined;
      if (nodeId !== undefined) uncover(nodeId);
    },
    [uncover],
  );
  return { uncover, onFocus, onKeyUp };
}

function nodeUnder(target: Element): string | undefined {
  return target.closest<HTMLElement>('.react-flow__node')?.dataset.id;
}
