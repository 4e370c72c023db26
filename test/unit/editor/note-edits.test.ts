import { describe, expect, test } from 'vitest';
import { projectNotes } from '../../../src/editor/canvas/projection';
import {
  addNote,
  moveNotes,
  noteId,
  noteIndex,
  removeNotes,
  setNoteText,
} from '../../../src/editor/store/note-edits';
import { documentLimits } from '../../../src/pipeline/limits';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { writeDocument } from '../../../src/pipeline/write-document';
import { sampleRecipe } from './sample-recipe';

const notes = [
  { text: 'one', at: [0, 0] as const },
  { text: 'two', at: [10, 10] as const },
];
const withNotes = { ...sampleRecipe, notes };

describe('notes', () => {
  test('are put down empty, written, moved to whole places, and saved', () => {
    const added = addNote(sampleRecipe, [3.4, 7.6]);
    if (added === undefined) throw new Error('There is room for a note.');
    const written = setNoteText(added.document, 0, 'Why a pyramid?');
    const moved = moveNotes(written, { [added.id]: [20.2, 1], fixed: [5, 5] });
    expect(moved.notes).toEqual([{ text: 'Why a pyramid?', at: [20, 1] }]);
    expect(moved.layout).toBe(sampleRecipe.layout);
    const parsed = parseDocument(writeDocument(moved));
    expect(parsed.ok && parsed.document.notes).toEqual(moved.notes);
  });

  test('are taken away by their ids; the last leaves no empty list', () => {
    expect(removeNotes(withNotes, [noteId(0), 'fixed']).notes).toEqual([notes[1]]);
    expect(removeNotes(withNotes, [noteId(0), noteId(1)])).toEqual(sampleRecipe);
    expect(removeNotes(withNotes, ['fixed'])).toBe(withNotes);
  });

  test('keep to what a recipe may hold', () => {
    const many = Array.from({ length: documentLimits.stickyNotes }, () => ({
      text: '',
      at: [0, 0] as const,
    }));
    expect(addNote({ ...sampleRecipe, notes: many }, [0, 0])).toBeUndefined();
    const long = setNoteText(withNotes, 0, 'x'.repeat(documentLimits.proseCharacters + 5));
    expect(long.notes?.[0]?.text).toHaveLength(documentLimits.proseCharacters);
  });

  test('have ids that no node can have', () => {
    expect(noteIndex(noteId(4))).toBe(4);
    expect(noteIndex('note')).toBeUndefined();
  });

  test('keep their object on the canvas while they are unchanged', () => {
    const before = projectNotes([], withNotes, []);
    const after = projectNotes(before, setNoteText(withNotes, 1, 'other'), []);
    expect(after.map((note, index) => note === before[index])).toEqual([true, false]);
    expect(after[1]).toMatchObject({ position: { x: 10, y: 10 }, data: { text: 'other' } });
  });
});
