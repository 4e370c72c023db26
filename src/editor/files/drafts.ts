import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { writeDocument } from '../../pipeline/write-document';
import { type DocumentStore, isDirty } from '../store/document-store';

/** A recipe with edits that were in no file when the page was left. */
export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface DraftSchema extends DBSchema {
  drafts: { key: string; value: Draft; indexes: { at: number } };
}

const draftAfterMs = 400;
const keptDrafts = 10;

/** Keeps unsaved edits in the browser; every tab has a draft of its own. */
export function createDrafts(documents: DocumentStore) {
  const id = crypto.randomUUID();
  let opened: Promise<IDBPDatabase<DraftSchema>> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function database(): Promise<IDBPDatabase<DraftSchema>> {
    opened ??= openDB<DraftSchema>('weft', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('drafts', { keyPath: 'id' }).createIndex('at', 'at');
      },
    });
    return opened;
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const state = documents.store.getState();
    const db = await database();
    if (!isDirty(state)) return db.delete('drafts', id);
    const { document } = state;
    await db.put('drafts', {
      id,
      name: document.name,
      text: writeDocument(document),
      at: Date.now(),
    });
    const keys = await db.getAllKeysFromIndex('drafts', 'at');
    await Promise.all(keys.slice(0, -keptDrafts).map((key) => db.delete('drafts', key)));
  }

  /** Writes drafts a moment after edits; a browser without storage simply has none. */
  function start(): () => void {
    const save = () => void write().catch(() => {});
    const stop = documents.store.subscribe((state, before) => {
      if (state.document === before.document && state.savedDocument === before.savedDocument)
        return;
      clearTimeout(timer);
      timer = setTimeout(save, draftAfterMs);
    });
    const onHide = () => {
      if (timer !== undefined) save();
    };
    document.addEventListener('visibilitychange', onHide);
    window.addEventListener('pagehide', onHide);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', onHide);
      window.removeEventListener('pagehide', onHide);
    };
  }

  /** Drafts that earlier visits left, the newest first. */
  async function list(): Promise<readonly Draft[]> {
    const db = await database();
    const all = await db.getAllFromIndex('drafts', 'at');
    return all.filter((draft) => draft.id !== id).reverse();
  }

  async function remove(draftId: string): Promise<void> {
    await (await database()).delete('drafts', draftId);
  }

  return { start, list, remove };
}

export type Drafts = ReturnType<typeof createDrafts>;
