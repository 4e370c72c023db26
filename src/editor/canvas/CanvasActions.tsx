import { ActionIcon, Button, Tooltip } from '@mantine/core';
import {
  IconCopy,
  IconLayoutDistributeVertical,
  IconNote,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import { Panel } from '@xyflow/react';
import { useDocument, useEditor, useView } from '../editor-context';
import { extractFragment, insertFragment, moveNodes, removeItems } from '../store/document-edits';
import { noteIndex, removeNotes } from '../store/note-edits';
import { layoutDocument } from './layout';

/** What can be done with the canvas and the selection, in its upper corner. */
export function CanvasActions(props: {
  onAdd: () => void;
  onAddNote: () => void;
  onLayout: () => void;
}) {
  const { documents, views, registry } = useEditor();
  const selected = useView((state) => state.selectedNodes);
  const isPaletteOpen = useView((state) => state.isPaletteOpen);
  const isEmpty = useDocument((state) => Object.keys(state.document.nodes).length === 0);

  const tidy = () => {
    documents.edit((document) => moveNodes(document, layoutDocument(document, registry)));
    props.onLayout();
  };
  const duplicate = () => {
    let nodeIds: readonly string[] = [];
    documents.edit((document) => {
      const inserted = insertFragment(document, extractFragment(document, selected), [36, 36]);
      nodeIds = inserted.nodeIds;
      return inserted.document;
    });
    views.select(nodeIds);
  };
  const remove = () => {
    documents.edit((document) => removeNotes(removeItems(document, selected, []), selected));
    views.select([]);
  };

  return (
    <>
      <Panel position="top-left" className="canvas-actions">
        <Tooltip label="Add a node (A, or double click)">
          <ActionIcon onClick={props.onAdd} aria-label="Add a node" size={30}>
            <IconPlus size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Add a note (N)">
          <ActionIcon onClick={props.onAddNote} aria-label="Add a note" size={30}>
            <IconNote size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Tidy up the layout (L)">
          <ActionIcon onClick={tidy} aria-label="Tidy up the layout" size={30} disabled={isEmpty}>
            <IconLayoutDistributeVertical size={18} />
          </ActionIcon>
        </Tooltip>
        {selected.length > 0 && (
          <>
            <span className="canvas-actions-rule" />
            {selected.some((id) => noteIndex(id) === undefined) && (
              <Tooltip label="Duplicate (Ctrl D)">
                <ActionIcon onClick={duplicate} aria-label="Duplicate the selection" size={30}>
                  <IconCopy size={18} />
                </ActionIcon>
              </Tooltip>
            )}
            <Tooltip label="Delete (Del)">
              <ActionIcon onClick={remove} aria-label="Delete the selection" size={30}>
                <IconTrash size={18} />
              </ActionIcon>
            </Tooltip>
          </>
        )}
      </Panel>
      {isEmpty && (
        <Panel position="top-center" className="canvas-empty">
          <h2>An empty recipe</h2>
          <p>
            A registration starts with two loaders, a model, a similarity, an optimizer and a
            schedule, wired to <i>Register</i>.
          </p>
          <div className="canvas-empty-actions">
            <Button
              size="sm"
              leftSection={<IconPlus size={16} />}
              rightSection={<kbd>A</kbd>}
              onClick={props.onAdd}
            >
              Add a node
            </Button>
            {!isPaletteOpen && (
              <Button
                size="sm"
                variant="default"
                onClick={() => views.set({ isPaletteOpen: true })}
              >
                Show all nodes
              </Button>
            )}
          </div>
        </Panel>
      )}
    </>
  );
}
