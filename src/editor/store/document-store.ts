import { temporal } from 'zundo';
import { createStore } from 'zustand/vanilla';
import type { JsonObject } from '../../pipeline/json';
import type { DocumentProblem } from '../../pipeline/problems';
import type { PipelineDocument } from '../../pipeline/schema';
import { sizeProblems } from '../../pipeline/size-problems';
import { emptyDocument } from './document-edits';

/** Where the open recipe came from; a file can be written again. */
export interface DocumentOrigin {
  readonly kind: 'new' | 'gallery' | 'file' | 'link' | 'draft';
  readonly name?: string;
  readonly fileHandle?: FileSystemFileHandle;
}

/** What undo brings back. */
interface History {
  readonly document: PipelineDocument;
  readonly origin: DocumentOrigin;
  /** Names the draft of its unsaved edits; every recipe that is opened has one of its own. */
  readonly draftId: string;
  /** The document as it was last saved or opened: while it is the present one, nothing is lost. */
  readonly savedDocument: PipelineDocument;
}

/** The open recipe. */
export interface DocumentState extends History {
  /** False while the gallery stands where the canvas would be. */
  readonly isOpen: boolean;
}

/** Edits that come with the same key within this time are one step of undo. */
const mergeWindowMs = 900;

/**
 * The document store with its actions; `history` is zundo's own store, to subscribe to.
 * @param onRefused hears of edits that would make a recipe too large to be opened again: they are not
 * made
 */
export function createDocumentStore(
  onRefused: (problem: DocumentProblem) => void = () => undefined,
) {
  const store = createStore<DocumentState>()(
    temporal(
      (): DocumentState => ({
        document: emptyDocument,
        savedDocument: emptyDocument,
        origin: { kind: 'new' },
        draftId: freshId(),
        isOpen: false,
      }),
      {
        partialize: ({ document, origin, draftId, savedDocument }): History => ({
          document,
          origin,
          draftId,
          savedDocument,
        }),
        equality: (before, after) => before.document === after.document,
        limit: 300,
      },
    ),
  );
  const history = store.temporal;
  let lastMerge: { readonly key: string; readonly at: number } | undefined;

  /** Applies a pure change; `mergeKey` joins typing in one field, or a row of arrow keys. */
  function edit(change: (document: PipelineDocument) => PipelineDocument, mergeKey?: string): void {
    const document = change(store.getState().document);
    const before = store.getState().document;
    if (document === before) return;
    const [problem] = tooLarge(document);
    if (problem && tooLarge(before).length === 0) {
      onRefused(problem);
      return;
    }
    const now = Date.now();
    const joins =
      mergeKey !== undefined && lastMerge?.key === mergeKey && now - lastMerge.at < mergeWindowMs;
    if (joins) history.getState().pause();
    store.setState({ document });
    if (joins) history.getState().resume();
    lastMerge = mergeKey === undefined ? undefined : { key: mergeKey, at: now };
  }

  /** Shows another recipe; the earlier one is one undo away. */
  function open(document: PipelineDocument, origin: DocumentOrigin, isSaved = true): void {
    const isFirst = !store.getState().isOpen && store.getState().document === emptyDocument;
    lastMerge = undefined;
    store.setState({
      document,
      origin,
      draftId: freshId(),
      savedDocument: isSaved ? document : emptyDocument,
      isOpen: true,
    });
    if (isFirst) history.getState().clear();
  }

  function markSaved(origin: DocumentOrigin): void {
    store.setState({ origin, savedDocument: store.getState().document });
  }

  /** Says that the open recipe is in no file, whatever it was opened from. */
  function markUnsaved(): void {
    store.setState({ savedDocument: emptyDocument });
  }

  function travel(step: 'undo' | 'redo'): void {
    lastMerge = undefined;
    // What was saved meanwhile stays saved, however far back a person goes.
    const { savedDocument, origin, draftId } = store.getState();
    const before = store.getState().document;
    history.getState()[step]();
    const isSameRecipe = store.getState().draftId === draftId;
    if (isSameRecipe && store.getState().document !== before) {
      store.setState({ savedDocument, origin });
    }
  }

  return {
    store,
    history,
    edit,
    open,
    markSaved,
    markUnsaved,
    undo: () => travel('undo'),
    redo: () => travel('redo'),
    /** Leaves the recipe as it is and shows the gallery, or comes back from it. */
    showGallery: (isShown: boolean) => store.setState({ isOpen: !isShown }),
  };
}

/** A name that nothing else has; pages without a secure context have no `randomUUID`. */
export function freshId(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (number) => number.toString(16).padStart(8, '0')).join('-');
}

function tooLarge(document: PipelineDocument): readonly DocumentProblem[] {
  return sizeProblems(document as unknown as JsonObject);
}

export type DocumentStore = ReturnType<typeof createDocumentStore>;

/** True while edits are neither in a file nor in the recipe that was opened. */
export function isDirty(state: DocumentState): boolean {
  return state.document !== state.savedDocument;
}
