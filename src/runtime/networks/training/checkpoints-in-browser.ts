import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { CheckpointStore } from '../../api/engine/checkpoint-store';
import { checkpointsInMemory } from './checkpoint';

interface CheckpointSchema extends DBSchema {
  checkpoints: {
    key: string;
    value: { readonly bytes: Uint8Array; readonly savedMs: number };
    indexes: { savedMs: number };
  };
}

/** Trainings that are kept; those that were saved longest ago go first. */
const mostKept = 6;

/**
 * Keeps checkpoints in the browser's database, so that a page that was closed or crashed goes on with its training. Where the
 * browser keeps nothing (private windows), they live as long as the page.
 * @param now milliseconds, growing
 */
export function checkpointsInBrowser(now: () => number = Date.now): CheckpointStore {
  const inMemory = checkpointsInMemory();
  let opened: Promise<IDBPDatabase<CheckpointSchema> | undefined> | undefined;
  const database = () => {
    opened ??= openDB<CheckpointSchema>('weft-checkpoints', 1, {
      upgrade(made) {
        made.createObjectStore('checkpoints').createIndex('savedMs', 'savedMs');
      },
    }).catch(() => undefined);
    return opened;
  };
  return {
    async load(key) {
      const db = await database();
      return db ? (await db.get('checkpoints', key))?.bytes : inMemory.load(key);
    },
    async save(key, bytes) {
      const db = await database();
      if (!db) return inMemory.save(key, bytes);
      const transaction = db.transaction('checkpoints', 'readwrite');
      const { store } = transaction;
      await store.put({ bytes, savedMs: now() }, key);
      const byAge = await store.index('savedMs').getAllKeys();
      for (const old of byAge.slice(0, Math.max(0, byAge.length - mostKept)))
        await store.delete(old);
      await transaction.done;
    },
  };
}
