import type { NodeProps } from '@xyflow/react';
import { memo, useState } from 'react';
import { documentLimits } from '../../pipeline/limits';
import { useEditor } from '../editor-context';
import { readable } from '../plain-text';
import { noteIndex, setNoteText } from '../store/note-edits';
import type { FlowNote } from './projection';

/** A text on the canvas that belongs to no node; double click to write. */
export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<FlowNote>) {
  const { documents } = useEditor();
  const [isWriting, setWriting] = useState(data.text === '');
  const index = noteIndex(id) ?? -1;
  return (
    <article
      className="note-card"
      data-selected={selected || undefined}
      onDoubleClick={() => setWriting(true)}
    >
      {isWriting ? (
        <textarea
          // The canvas must neither drag, pan nor delete while somebody writes.
          className="nodrag nopan nowheel"
          aria-label="Text of the note"
          // biome-ignore lint/a11y/noAutofocus: it appears because the person asked to write
          autoFocus
          value={data.text}
          placeholder="A note, in plain text"
          maxLength={documentLimits.proseCharacters}
          onChange={(event) => {
            const text = event.currentTarget.value;
            documents.edit((document) => setNoteText(document, index, text), `note ${id}`);
          }}
          onBlur={() => setWriting(false)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setWriting(false);
            event.stopPropagation();
          }}
        />
      ) : (
        <p>{readable(data.text) || <span className="weft-soft">An empty note</span>}</p>
      )}
    </article>
  );
});
