import type { TurnNote as Note } from '../store/run-store';

/** What became of turning a parameter while the recipe ran: from when on it holds, or why it does not. */
export function TurnNote({ note }: { note: Note | undefined }) {
  if (note === undefined || note.state === 'asked') return null;
  return (
    <output className="turn-note" data-state={note.state}>
      {note.state === 'taken'
        ? `Taken at ${note.label}, iteration ${note.atIteration + 1}.`
        : note.reason}
    </output>
  );
}
