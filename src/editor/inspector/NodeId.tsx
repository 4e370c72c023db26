import { TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { useDocument, useEditor } from '../editor-context';
import { reasonAgainstId, renameNode } from '../store/rename-node';

/** The id of a node, by which wires and the command line know it; pressed, it can be changed. */
export function NodeId({ nodeId }: { nodeId: string }) {
  const { documents, views } = useEditor();
  const document = useDocument((state) => state.document);
  const [wanted, setWanted] = useState<string>();

  if (wanted === undefined) {
    return (
      <button
        type="button"
        className="inspector-id weft-mono"
        title="Change the id"
        aria-label={`Change the id ${nodeId}`}
        onClick={() => setWanted(nodeId)}
      >
        {nodeId}
        <IconPencil size={12} className="inspector-pencil" aria-hidden="true" />
      </button>
    );
  }
  const reason = reasonAgainstId(document, nodeId, wanted);
  const take = () => {
    setWanted(undefined);
    if (reason !== undefined || wanted === nodeId) return;
    documents.edit((now) => renameNode(now, nodeId, wanted));
    views.select([wanted]);
  };
  return (
    <TextInput
      size="xs"
      className="inspector-id-field weft-mono"
      aria-label="Id of the node"
      value={wanted}
      error={reason}
      maxLength={40}
      data-autofocus
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setWanted(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        // A refused id stays in the field with its reason.
        if (event.key === 'Enter' && reason === undefined) take();
        else if (event.key === 'Escape') setWanted(undefined);
        else return;
        event.stopPropagation();
      }}
    />
  );
}
