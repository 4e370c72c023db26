import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useEditor, useView } from '../editor-context';
import { narrowWindow } from '../store/view-store';

/**
 * In a narrow window the inspector lies over the canvas instead of taking room from it: it comes with a
 * selection and goes with it, and the graph keeps its place and its size. True in such a window.
 */
export function useFloatingInspector(): boolean {
  const { views } = useEditor();
  const hasSelection = useView((state) => state.selectedNodes.length > 0);
  const isNarrow =
    useMediaQuery(`(max-width: ${narrowWindow}px)`, undefined, {
      getInitialValueInEffect: false,
    }) ?? false;
  const before = useRef({ isNarrow, hasSelection });
  useEffect(() => {
    const { isNarrow: wasNarrow, hasSelection: hadSelection } = before.current;
    before.current = { isNarrow, hasSelection };
    const hasNewWidth = isNarrow !== wasNarrow;
    // In between, it is as the person left it.
    if (hasNewWidth || (isNarrow && hasSelection !== hadSelection)) {
      views.set({ isInspectorOpen: !isNarrow || hasSelection });
    }
  }, [isNarrow, hasSelection, views]);
  return isNarrow;
}
