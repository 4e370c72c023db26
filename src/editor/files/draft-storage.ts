import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Draft } from './draft';
import { lastWords } from './last-words';

/** Where drafts are kept. Every method rejects where that cannot be done, and may be tried again. */
export interface DraftStorage {
  put(draft: Draft): Promise<void>;
  /** Notes it within the call, for a page that may be gone before `put` is done. Never throws. */
  noteAtOnce(draft: Draft): void;
  remove(id: string): Promise<void>;
  /** The oldest first. */
  all(): Promise<readonly Draft[]>;
}

interface DraftSchema extends DBSchema {
  drafts: { key: string; value: Draft; indexes: { at: number } };
}

const databaseName = 'weft';
/** A browser that has not opened its storage by then is one that hangs. */
const openWithinMs = 4000;
/** From a failure to the closing of its connection: by then the browser has said whether it took it away. */
const closeAfterMs = 1000;

/**
 * Drafts in the browser's IndexedDB. The connection is opened on first need, and anew after it has
 * failed or was taken away.
 * @param onTakenAway called when the browser has closed the connection, as when site data is cleared
 */
export function browserDrafts(onTakenAway: () => void): DraftStorage {
  let opened: Promise<IDBPDatabase<DraftSchema>> | undefined;
  const noted = lastWords(() => localStorage);

  async function open(version?: number): Promise<IDBPDatabase<DraftSchema>> {
    const database = await openDB<DraftSchema>(databaseName, version, {
      upgrade(fresh) {
        if (fresh.objectStoreNames.contains('drafts')) return;
        fresh.createObjectStore('drafts', { keyPath: 'id' }).createIndex('at', 'at');
      },
      // Another tab wants to change the form of the database: it gets it, and this one opens it anew.
      blocking(_, __, event) {
        opened = undefined;
        (event.target as IDBDatabase).close();
      },
      terminated() {
        opened = undefined;
        onTakenAway();
      },
    });
    if (database.objectStoreNames.contains('drafts')) return database;
    // Somebody has made it, and left it empty.
    database.close();
    return open(database.version + 1);
  }

  async function inDatabase<Result>(
    work: (database: IDBPDatabase<DraftSchema>) => Promise<Result>,
  ): Promise<Result> {
    opened ??= withinTime(open());
    const mine = opened;
    try {
      return await work(await mine);
    } catch (error) {
      if (opened === mine) opened = undefined;
      // Not at once: where the browser is taking the connection away, which ends what is under way as a
      // failure, `close` would cancel the event that says so, and what was kept would be lost unheard.
      setTimeout(
        () => void mine.then((database) => database.close()).catch(() => undefined),
        closeAfterMs,
      );
      throw error;
    }
  }

  async function put(draft: Draft): Promise<void> {
    await inDatabase(async (database) => {
      const transaction = database.transaction('drafts', 'readwrite');
      const done = transaction.store.put(draft);
      // At once: a page that is being left hears no more of its transactions.
      transaction.commit();
      await Promise.all([done, transaction.done]);
    });
    noted.forget(draft.id, draft.at);
  }

  /** What pages that were left could only note is kept like any other draft, unless that is as new. */
  async function takeNoted(): Promise<void> {
    for (const draft of noted.all()) {
      const kept = await inDatabase((database) => database.get('drafts', draft.id));
      if (kept === undefined || kept.at < draft.at) await put(draft);
      else noted.forget(draft.id, draft.at);
    }
  }

  return {
    put,
    noteAtOnce: noted.note,
    remove: async (id) => {
      noted.forget(id);
      await inDatabase((database) => database.delete('drafts', id));
    },
    all: async () => {
      await takeNoted();
      return inDatabase((database) => database.getAllFromIndex('drafts', 'at'));
    },
  };
}

function withinTime<Result>(work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('The browser does not open its storage.')),
      openWithinMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
