import { createStore } from 'zustand/vanilla';
import { writeDocument } from '../../pipeline/write-document';
import { emptyDocument } from '../store/document-edits';
import { type DocumentState, type DocumentStore, freshId, isDirty } from '../store/document-store';
import type { Draft } from './draft';
import type { DraftStorage } from './draft-storage';
import type { OpenTabs } from './open-tabs';

/** A draft that somebody may want back. */
export interface FoundDraft extends Draft {
  /** True while another tab has it open: recovering it makes a copy. */
  readonly isOpenElsewhere: boolean;
}

/** How drafts stand: what keeps them from being written, in a sentence, or nothing. */
export interface DraftTrouble {
  readonly because: string | undefined;
}

/** From the first edit that is not written to the write; typing on does not put it off. */
const draftAfterMs = 400;
/** From a write that failed to the next try, where no edit comes before. */
const retryAfterMs = 5000;
/** Drafts of tabs that are gone beyond this many are dropped, the oldest first. */
const keptDrafts = 100;

/**
 * Keeps unsaved edits in the browser. Every recipe that was opened has a draft of its own, which stays
 * until it is saved to a file or thrown away, whatever is opened after it.
 */
export function createDrafts(
  documents: DocumentStore,
  { storage, tabs }: { readonly storage: DraftStorage; readonly tabs: OpenTabs },
) {
  const tab = freshId();
  const trouble = createStore<DraftTrouble>()(() => ({ because: undefined }));
  /** What is to be written or removed, by draft. */
  const waiting = new Map<string, DocumentState>();
  /** What is being written, by draft. */
  const writing = new Map<string, DocumentState>();
  /** The document that each draft of this tab holds. */
  const written = new Map<string, DocumentState['document']>();
  /** Drafts that were recovered: gone once their successor is written. */
  const replaced = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function soon(afterMs = draftAfterMs): void {
    timer ??= setTimeout(() => void flush(), afterMs);
  }

  /** Writes what is not written yet. Never rejects; true where all of it is kept. */
  async function flush(): Promise<boolean> {
    clearTimeout(timer);
    timer = undefined;
    const states = [...waiting.values()];
    waiting.clear();
    const outcomes = await Promise.all(states.map(keep));
    if (waiting.size > 0) soon(outcomes.includes(false) ? retryAfterMs : draftAfterMs);
    return !outcomes.includes(false);
  }

  async function keep(state: DocumentState): Promise<boolean> {
    const { draftId } = state;
    writing.set(draftId, state);
    try {
      if (isDirty(state)) await put(state);
      else if (written.delete(draftId)) await storage.remove(draftId);
      trouble.setState({ because: undefined });
      return true;
    } catch (error) {
      if (!waiting.has(draftId)) waiting.set(draftId, state);
      trouble.setState({ because: error instanceof Error ? error.message : String(error) });
      return false;
    } finally {
      if (writing.get(draftId) === state) writing.delete(draftId);
    }
  }

  const draftOf = ({ draftId, document }: DocumentState): Draft => {
    const text = writeDocument(document);
    return { id: draftId, tab, name: document.name, text, at: Date.now() };
  };

  async function put(state: DocumentState): Promise<void> {
    const { draftId, document } = state;
    await storage.put(draftOf(state));
    const isFirst = !written.has(draftId);
    written.set(draftId, document);
    const before = replaced.get(draftId);
    replaced.delete(draftId);
    // The draft is kept, whatever becomes of the others.
    if (before !== undefined) await storage.remove(before).catch(() => undefined);
    if (isFirst) await prune().catch(() => undefined);
  }

  /** Only drafts whose tabs are known to be gone are ever dropped unasked. */
  async function prune(): Promise<void> {
    const open = await tabs.list();
    if (open === undefined) return;
    const gone = (await storage.all()).filter(
      (draft) => draft.tab !== tab && !open.has(draft.tab ?? ''),
    );
    await Promise.all(gone.slice(0, -keptDrafts).map(({ id }) => storage.remove(id)));
  }

  function note(state: DocumentState): void {
    const isWritten = written.get(state.draftId) === state.document;
    if (isDirty(state) ? isWritten : !written.has(state.draftId)) waiting.delete(state.draftId);
    else {
      waiting.set(state.draftId, state);
      soon();
    }
  }

  /** Begins to follow the recipe; returns what ends that. */
  function start(): () => void {
    const leave = tabs.enter(tab);
    const stop = documents.store.subscribe((state, before) => {
      const isSame =
        state.document === before.document && state.savedDocument === before.savedDocument;
      if (isSame && state.draftId === before.draftId) return;
      note(state);
    });
    const onHide = () => {
      for (const state of new Map([...writing, ...waiting]).values()) {
        if (isDirty(state)) storage.noteAtOnce(draftOf(state));
      }
      void flush();
    };
    document.addEventListener('visibilitychange', onHide);
    window.addEventListener('pagehide', onHide);
    return () => {
      void flush();
      stop();
      leave();
      document.removeEventListener('visibilitychange', onHide);
      window.removeEventListener('pagehide', onHide);
    };
  }

  /** The storage has lost what it held: what this tab had put there is written once more. */
  function writeAgain(): void {
    const state = documents.store.getState();
    for (const [draftId, document] of written) {
      if (waiting.has(draftId)) continue;
      waiting.set(draftId, { ...state, draftId, document, savedDocument: emptyDocument });
    }
    written.clear();
    if (waiting.size > 0) soon();
  }

  /** Drafts that are not the open recipe's, the newest first. */
  async function list(): Promise<readonly FoundDraft[]> {
    await flush();
    const { draftId } = documents.store.getState();
    const [all, open] = await Promise.all([storage.all(), tabs.list()]);
    return all
      .filter((draft) => draft.id !== draftId && ![...replaced.values()].includes(draft.id))
      .map((draft) => ({
        ...draft,
        isOpenElsewhere: draft.tab !== undefined && draft.tab !== tab && !!open?.has(draft.tab),
      }))
      .reverse();
  }

  async function remove(draftId: string): Promise<void> {
    written.delete(draftId);
    await storage.remove(draftId);
  }

  /** Says that the recipe that is open now goes on from a draft, which is dropped once this one is kept. */
  function goesOnFrom(draft: FoundDraft): void {
    if (!draft.isOpenElsewhere) replaced.set(documents.store.getState().draftId, draft.id);
  }

  /** Whether the edits of the open recipe are kept, after a last try; `nothing` where there are none. */
  async function secure(): Promise<'kept' | 'lost' | 'nothing'> {
    const state = documents.store.getState();
    if (!isDirty(state)) return 'nothing';
    note(state);
    await flush();
    return written.get(state.draftId) === state.document ? 'kept' : 'lost';
  }

  return { start, list, remove, goesOnFrom, writeAgain, secure, trouble };
}

export type Drafts = ReturnType<typeof createDrafts>;
