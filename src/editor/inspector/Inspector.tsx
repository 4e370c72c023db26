import { ActionIcon, Button, Tabs, TextInput, Tooltip } from '@mantine/core';
import { IconLayoutSidebarRightCollapse } from '@tabler/icons-react';
import type { Params } from '../../pipeline/schema';
import { DiagnosticItem } from '../diagnostics/DiagnosticItem';
import { useDiagnostics, useDocument, useEditor, useRun, useView } from '../editor-context';
import { readable } from '../plain-text';
import { setTitle } from '../store/document-edits';
import { noteIndex } from '../store/note-edits';
import { Documentation } from './Documentation';
import { NodeId } from './NodeId';
import { NoteInspector } from './NoteInspector';
import { ParameterForm } from './ParameterForm';
import { PortsList } from './PortsList';
import { RecipeInfo } from './RecipeInfo';

/** Everything about the selected node, or about the recipe where no node is selected. */
export function Inspector({ isFloating }: { isFloating: boolean }) {
  const { views } = useEditor();
  const selected = useView((state) => state.selectedNodes);
  const nodeId = selected.length === 1 ? selected[0] : undefined;
  const note = nodeId === undefined ? undefined : noteIndex(nodeId);
  return (
    <aside className="inspector" data-floating={isFloating || undefined} aria-label="Inspector">
      <Tooltip label="Hide the inspector">
        <ActionIcon
          className="inspector-hide"
          aria-label="Hide the inspector"
          onClick={() => views.set({ isInspectorOpen: false })}
        >
          <IconLayoutSidebarRightCollapse size={18} />
        </ActionIcon>
      </Tooltip>
      {note !== undefined ? (
        <NoteInspector key={note} index={note} />
      ) : nodeId !== undefined ? (
        <NodeInspector key={nodeId} nodeId={nodeId} />
      ) : selected.length > 1 ? (
        <div className="inspector-head">
          <h2>{selected.length} selected</h2>
          <p className="weft-soft">Duplicate, copy, move or delete them together.</p>
        </div>
      ) : (
        <RecipeInfo />
      )}
    </aside>
  );
}

/** After data that could not be read: back to what the recipe asks for. */
function WayBack({ nodeId, params }: { nodeId: string; params: Params }) {
  const { controller } = useEditor();
  const isFailed = useRun((state) => state.inputs[nodeId]?.state === 'failed');
  if (!isFailed) return null;
  const source = params.source;
  const kind = typeof source === 'object' && 'kind' in source ? source.kind : undefined;
  return (
    <div className="inspector-way-back">
      <Button
        size="compact-sm"
        variant="light"
        onClick={() => controller.inputs.dismissFailure(nodeId)}
      >
        {kind === 'phantom' ? 'Back to the sample' : kind === 'url' ? 'Try again' : 'Dismiss'}
      </Button>
    </div>
  );
}

function NodeInspector({ nodeId }: { nodeId: string }) {
  const { documents, registry } = useEditor();
  const node = useDocument((state) => state.document.nodes[nodeId]);
  const diagnostics = useDiagnostics();
  if (node === undefined) return <RecipeInfo />;
  const definition = registry.get(node.type);
  const own = diagnostics.filter((diagnostic) => diagnostic.at.nodeId === nodeId);
  return (
    <>
      <div className="inspector-head">
        <h2 className="weft-hidden">{readable(node.title ?? definition?.title ?? node.type)}</h2>
        <TextInput
          variant="unstyled"
          size="md"
          className="inspector-title"
          aria-label="Title of the node"
          value={node.title ?? ''}
          placeholder={definition?.title ?? node.type}
          maxLength={200}
          onChange={(event) => {
            const title = event.currentTarget.value;
            documents.edit((document) => setTitle(document, nodeId, title), `title ${nodeId}`);
          }}
        />
        <div className="inspector-names weft-soft weft-mono">
          <NodeId nodeId={nodeId} /> · <span>{node.type}</span>
        </div>
        {node.note !== undefined && <p className="inspector-note">{readable(node.note)}</p>}
      </div>
      {own.length > 0 && (
        <ul className="diagnostics">
          {own.map((diagnostic) => (
            <DiagnosticItem
              key={`${diagnostic.code} ${diagnostic.message}`}
              diagnostic={diagnostic}
            />
          ))}
        </ul>
      )}
      <WayBack nodeId={nodeId} params={node.params} />
      {definition === undefined ? (
        <div className="inspector-body">
          <p>
            This Weft has no node of type <b className="weft-mono">{node.type}</b>. The node keeps
            its parameters and its wires, and is saved as it came.
          </p>
          <pre className="raw-json">{JSON.stringify(node, null, 2)}</pre>
        </div>
      ) : (
        <Tabs defaultValue="parameters" className="inspector-tabs" keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="parameters">Parameters</Tabs.Tab>
            <Tabs.Tab value="ports">Ports</Tabs.Tab>
            <Tabs.Tab value="about">About</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="parameters">
            <ParameterForm nodeId={nodeId} definition={definition} params={node.params} />
          </Tabs.Panel>
          <Tabs.Panel value="ports">
            <PortsList nodeId={nodeId} definition={definition} />
          </Tabs.Panel>
          <Tabs.Panel value="about">
            <Documentation definition={definition} />
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  );
}
