import {
  ActionIcon,
  Button,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceFloppy,
  IconFolderOpen,
  IconHelp,
  IconMoon,
  IconSun,
} from '@tabler/icons-react';
import { useStore } from 'zustand';
import { useDocument, useEditor } from './editor-context';
import type { RecipeFiles } from './files/recipe-files';
import { ShareMenu } from './files/ShareMenu';
import { DeviceNotice } from './notices/DeviceNotice';
import { SecondTabNotice } from './notices/SecondTabNotice';
import { readable } from './plain-text';
import { RunBar } from './run/RunBar';
import { RunClock } from './run/RunClock';
import { isDirty } from './store/document-store';

/**
 * Running, the name of the recipe, undo, files, and the page's own switches. Run comes first, so that
 * nothing whose width changes can push it away from under the pointer.
 */
export function Header({ files }: { files: RecipeFiles }) {
  const { documents, views } = useEditor();
  const isOpen = useDocument((state) => state.isOpen);
  const name = useDocument((state) => state.document.name);
  const isEdited = useDocument(isDirty);
  const canUndo = useStore(documents.history, (state) => state.pastStates.length > 0);
  const canRedo = useStore(documents.history, (state) => state.futureStates.length > 0);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');

  return (
    <header className="head">
      <button
        type="button"
        className="brand"
        onClick={() => documents.showGallery(true)}
        title="To the gallery"
      >
        <Mark />
        <span>Weft</span>
      </button>
      {isOpen && (
        <>
          <RunBar />
          <span className="head-rule" />
          <h1
            className="head-name"
            title={isEdited ? 'Has edits that are in no file' : 'As it was saved'}
          >
            <span>{readable(name)}</span>
            {isEdited && <i role="img" aria-label="has unsaved edits" />}
          </h1>
          <RunClock />
        </>
      )}
      <span className="head-space" />
      <div className="head-group" role="status">
        <SecondTabNotice />
        <DeviceNotice />
      </div>
      {isOpen && (
        <div className="head-group">
          <IconButton label="Undo" keys="Ctrl Z" isOff={!canUndo} onClick={documents.undo}>
            <IconArrowBackUp size={19} />
          </IconButton>
          <IconButton label="Redo" keys="Ctrl Shift Z" isOff={!canRedo} onClick={documents.redo}>
            <IconArrowForwardUp size={19} />
          </IconButton>
        </div>
      )}
      <div className="head-group">
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-label="Open"
          leftSection={<IconFolderOpen size={17} />}
          onClick={() => void files.choose()}
        >
          <span className="head-label">Open</span>
        </Button>
        {isOpen && (
          <>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label="Save"
              leftSection={<IconDeviceFloppy size={17} />}
              onClick={() => void files.save()}
            >
              <span className="head-label">Save</span>
            </Button>
            <ShareMenu files={files} />
          </>
        )}
      </div>
      <div className="head-group">
        <IconButton
          label={scheme === 'dark' ? 'Light page' : 'Dark page'}
          onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          {scheme === 'dark' ? <IconSun size={18} /> : <IconMoon size={18} />}
        </IconButton>
        <IconButton label="Help and keys" keys="?" onClick={() => views.set({ isHelpOpen: true })}>
          <IconHelp size={19} />
        </IconButton>
      </div>
    </header>
  );
}

function IconButton(props: {
  label: string;
  keys?: string;
  isOff?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <Tooltip label={props.keys ? `${props.label} (${props.keys})` : props.label}>
      <ActionIcon
        size={30}
        aria-label={props.label}
        disabled={props.isOff ?? false}
        onClick={props.onClick}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Three threads across and one woven through. */
function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" className="brand-mark">
      <path d="M6 3v18M12 3v18M18 3v18" />
      <path
        className="brand-weft"
        d="M2 12c2.6 0 2.6-4 5.4-4S10 16 12.400 16S15 8 17.600 8S20 12 22 12"
      />
    </svg>
  );
}
