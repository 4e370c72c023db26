import { IconChevronUp } from '@tabler/icons-react';
import { useRef } from 'react';
import { useEditor, useView } from './editor-context';
import { RunPanel } from './run/RunPanel';
import { Viewer } from './viewer/Viewer';

const smallest = 160;

/** Below the graph: the viewer, and what a run says. Its upper edge can be moved. */
export function Drawer() {
  const { views } = useEditor();
  const isOpen = useView((state) => state.isDrawerOpen);
  const isMaximised = useView((state) => state.isViewerMaximised);
  const height = useView((state) => state.drawerHeight);
  const drag = useRef<{ y: number; height: number } | undefined>(undefined);
  const largest = Math.max(smallest, window.innerHeight - 240);
  const resize = (wanted: number) =>
    views.set({ drawerHeight: Math.round(Math.min(largest, Math.max(smallest, wanted))) });

  if (!isOpen && !isMaximised) {
    return (
      <button
        type="button"
        className="drawer-closed"
        onClick={() => views.set({ isDrawerOpen: true })}
      >
        <IconChevronUp size={16} aria-hidden="true" /> Viewer and results
      </button>
    );
  }
  return (
    <div
      className="drawer"
      data-maximised={isMaximised || undefined}
      style={isMaximised ? undefined : { height }}
    >
      {!isMaximised && (
        // biome-ignore lint/a11y/useSemanticElements: a rule that moves is a separator, not an hr
        <div
          className="drawer-edge"
          role="separator"
          aria-orientation="horizontal"
          aria-label="Height of the viewer"
          aria-valuenow={height}
          aria-valuemin={smallest}
          aria-valuemax={largest}
          tabIndex={0}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { y: event.clientY, height };
          }}
          onPointerMove={(event) => {
            if (drag.current) resize(drag.current.height + drag.current.y - event.clientY);
          }}
          onPointerUp={() => {
            drag.current = undefined;
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowUp') resize(height + 24);
            else if (event.key === 'ArrowDown') resize(height - 24);
            else return;
            event.preventDefault();
          }}
        />
      )}
      <Viewer />
      <div className="drawer-run">
        <RunPanel />
      </div>
    </div>
  );
}
