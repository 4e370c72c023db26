import { type RefObject, useEffect } from 'react';

/** Keys of the canvas: A adds a node, N a note, and Tab a node where the pointer rests here. */
export function useCanvasKeys(
  area: RefObject<HTMLElement | null>,
  actions: { readonly onAddNode: () => void; readonly onAddNote: () => void },
): void {
  const { onAddNode, onAddNote } = actions;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as Element;
      const isElsewhere =
        target.closest('input, textarea, [role="dialog"], [role="menu"]') !== null;
      if (isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
      // Tab belongs to those who move by keys; it adds a node only for a pointer that rests here.
      const isHovered = area.current?.matches(':hover') === true;
      const isFree = target === globalThis.document.body || target.closest('.canvas') !== null;
      const addsNode = event.key === 'a' || (event.key === 'Tab' && isHovered && isFree);
      if (!addsNode && event.key !== 'n') return;
      event.preventDefault();
      if (addsNode) onAddNode();
      else onAddNote();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [area, onAddNode, onAddNote]);
}
