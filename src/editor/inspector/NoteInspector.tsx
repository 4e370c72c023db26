import { Textarea } from '@mantine/core';
import { documentLimits } from '../../pipeline/limits';
import { useDocument, useEditor } from '../editor-context';
import { noteId, setNoteText } from '../store/note-edits';

/** The text of the selected note, for those who do not use a pointer too. */
export function NoteInspector({ index }: { index: number }) {
  const { documents } = useEditor();
  const text = useDocument((state) => state.document.notes?.[index]?.text ?? '');
  return (
    <>
      <div className="inspector-head">
        <h2>Note</h2>
        <p className="weft-soft">A plain text on the canvas. It is saved with the recipe.</p>
      </div>
      <div className="inspector-body">
        <Textarea
          size="sm"
          label="Text"
          autosize
          minRows={4}
          maxRows={12}
          maxLength={documentLimits.proseCharacters}
          value={text}
          onChange={(event) => {
            const written = event.currentTarget.value;
            documents.edit(
              (document) => setNoteText(document, index, written),
              `note ${noteId(index)}`,
            );
          }}
        />
      </div>
    </>
  );
}
