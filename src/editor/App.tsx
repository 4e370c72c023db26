import {
  ActionIcon,
  localStorageColorSchemeManager,
  MantineProvider,
  Tooltip,
} from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { IconLayoutSidebarLeftExpand, IconLayoutSidebarRightExpand } from '@tabler/icons-react';
import { ReactFlowProvider } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { isLink } from '../pipeline/share';
import { Canvas } from './canvas/Canvas';
import { Palette } from './canvas/Palette';
import { Drawer } from './Drawer';
import { ErrorBoundary } from './ErrorBoundary';
import { type Editor, EditorContext, useDocument, useEditor, useView } from './editor-context';
import { DropZone } from './files/DropZone';
import { createRecipeFiles } from './files/recipe-files';
import { Gallery } from './gallery/Gallery';
import { Header } from './Header';
import { HelpOverlay } from './HelpOverlay';
import { Inspector } from './inspector/Inspector';
import { useFloatingInspector } from './inspector/use-floating-inspector';
import { DraftTrouble } from './notices/DraftTrouble';
import { isDirty } from './store/document-store';
import { theme } from './theme';
import { useShortcuts } from './use-shortcuts';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@xyflow/react/dist/style.css';
import './theme.css';
import './app.css';
import './head.css';
import './canvas/canvas.css';
import './canvas/node-card.css';
import './canvas/node-ports.css';
import './canvas/node-run.css';
import './canvas/far-canvas.css';
import './canvas/palette.css';
import './diagnostics/diagnostics.css';
import './inspector/inspector.css';
import './inspector/forms.css';
import './inspector/documentation.css';
import './viewer/viewer.css';
import './run/run.css';
import './gallery/gallery.css';

const colorSchemes = localStorageColorSchemeManager({ key: 'weft-color-scheme' });

/** The whole page. */
export function App({ editor }: { editor: Editor }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemes}>
      <Notifications position="bottom-right" limit={4} notificationMaxHeight={520} />
      <EditorContext value={editor}>
        <ReactFlowProvider>
          <ErrorBoundary>
            <Page />
          </ErrorBoundary>
        </ReactFlowProvider>
      </EditorContext>
    </MantineProvider>
  );
}

function Page() {
  const editor = useEditor();
  const { documents, controller, drafts } = editor;
  const files = useMemo(() => createRecipeFiles(editor), [editor]);
  const isOpen = useDocument((state) => state.isOpen);
  useShortcuts(files);
  useEffect(() => controller.start(), [controller]);
  useEffect(() => drafts.start(), [drafts]);

  useEffect(() => {
    const openLink = () => {
      const { hash } = location;
      if (!isLink(hash)) return;
      // Before anything else: reloading the page must bring back neither the link over later edits
      // nor a fault that it led to.
      history.replaceState(null, '', location.pathname + location.search);
      files.openLink(hash);
    };
    openLink();
    window.addEventListener('hashchange', openLink);
    return () => window.removeEventListener('hashchange', openLink);
  }, [files]);

  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (isDirty(documents.store.getState())) event.preventDefault();
    };
    window.addEventListener('beforeunload', onLeave);
    return () => window.removeEventListener('beforeunload', onLeave);
  }, [documents]);

  return (
    <div className="page">
      <Header files={files} />
      {isOpen ? <Workbench /> : <Gallery files={files} />}
      <DropZone files={files} />
      <DraftTrouble files={files} />
      <HelpOverlay />
    </div>
  );
}

function Workbench() {
  const { views } = useEditor();
  const isPaletteOpen = useView((state) => state.isPaletteOpen);
  const isInspectorOpen = useView((state) => state.isInspectorOpen);
  const isMaximised = useView((state) => state.isViewerMaximised);
  const isFloating = useFloatingInspector();
  const main = useRef<HTMLElement>(null);
  // The card of the gallery that was pressed is gone, and the focus with it.
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus();
  }, []);
  return (
    <main className="workbench" ref={main} tabIndex={-1} aria-label="Recipe">
      <div className="workbench-upper" hidden={isMaximised}>
        {isPaletteOpen ? (
          <Palette />
        ) : (
          <Rail
            label="Show the palette"
            side="left"
            onClick={() => views.set({ isPaletteOpen: true })}
          />
        )}
        <Canvas />
        {isInspectorOpen && <Inspector isFloating={isFloating} />}
        {(!isInspectorOpen || isFloating) && (
          <Rail
            label="Show the inspector"
            side="right"
            onClick={() => views.set({ isInspectorOpen: true })}
          />
        )}
      </div>
      <Drawer />
    </main>
  );
}

function Rail({
  label,
  side,
  onClick,
}: {
  label: string;
  side: 'left' | 'right';
  onClick: () => void;
}) {
  const Icon = side === 'left' ? IconLayoutSidebarLeftExpand : IconLayoutSidebarRightExpand;
  return (
    <div className="rail" data-side={side}>
      <Tooltip label={label} position={side === 'left' ? 'right' : 'left'}>
        <ActionIcon aria-label={label} onClick={onClick}>
          <Icon size={18} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
