import { documentLimits } from '../../pipeline/limits';
import type { PipelineDocument, StickyNote } from '../../pipeline/schema';
import type { CanvasPoint } from './document-edits';

/** No id of a node has a colon, so that notes and nodes can be selected together. */
const prefix = 'note:';

/** What the canvas and the selection call a note; it has no name in the document. */
export function noteId(index: number): string {
  return `${prefix}${index}`;
}

/** The place of a note in the document's list; undefined for the id of a node. */
export function noteIndex(id: string): number | undefined {
  return id.startsWith(prefix) ? Number(id.slice(prefix.length)) : undefined;
}

/** Puts an empty note down; undefined where a recipe holds no more of them. */
export function addNote(
  document: PipelineDocument,
  at: CanvasPoint,
): { readonly document: PipelineDocument; readonly id: string } | undefined {
  const notes = document.notes ?? [];
  if (notes.length >= documentLimits.stickyNotes) return undefined;
  const note: StickyNote = { text: '', at: whole(at) };
  return { document: { ...document, notes: [...notes, note] }, id: noteId(notes.length) };
}

/** Writes a note anew; plain text, cut at what a recipe may hold. */
export function setNoteText(
  document: PipelineDocument,
  index: number,
  text: string,
): PipelineDocument {
  const kept = text.slice(0, documentLimits.proseCharacters);
  return changeNote(document, index, (note) => ({ ...note, text: kept }));
}

/** Moves those of the ids that are notes. */
export function moveNotes(
  document: PipelineDocument,
  positions: Readonly<Record<string, CanvasPoint>>,
): PipelineDocument {
  return Object.entries(positions).reduce((moved, [id, at]) => {
    const index = noteIndex(id);
    return index === undefined
      ? moved
      : changeNote(moved, index, (note) => ({ ...note, at: whole(at) }));
  }, document);
}

/** Takes those of the ids that are notes away. */
export function removeNotes(document: PipelineDocument, ids: readonly string[]): PipelineDocument {
  const gone = new Set(ids.flatMap((id) => noteIndex(id) ?? []));
  if (gone.size === 0 || document.notes === undefined) return document;
  const kept = document.notes.filter((_, index) => !gone.has(index));
  const { notes: _, ...others } = document;
  return kept.length === 0 ? others : { ...others, notes: kept };
}

function changeNote(
  document: PipelineDocument,
  index: number,
  change: (note: StickyNote) => StickyNote,
): PipelineDocument {
  const note = document.notes?.[index];
  if (note === undefined) return document;
  return { ...document, notes: document.notes?.with(index, change(note)) ?? [] };
}

function whole([x, y]: CanvasPoint): CanvasPoint {
  return [Math.round(x), Math.round(y)];
}
