import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Draft } from '../../../src/editor/files/draft';
import type { DraftStorage } from '../../../src/editor/files/draft-storage';
import { createDrafts } from '../../../src/editor/files/drafts';
import type { OpenTabs } from '../../../src/editor/files/open-tabs';
import { createDocumentStore } from '../../../src/editor/store/document-store';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { sampleRecipe } from './sample-recipe';

/** What all tabs of one browser share. */
function browser() {
  const kept = new Map<string, Draft>();
  const noted = new Map<string, Draft>();
  const open = new Set<string>();
  let refuses: string | undefined;
  const inTurn = async <Result>(work: () => Result): Promise<Result> => {
    await Promise.resolve();
    if (refuses !== undefined) throw new Error(refuses);
    return work();
  };
  const storage: DraftStorage = {
    put: (draft) => inTurn(() => void kept.set(draft.id, draft)),
    noteAtOnce: (draft) => void noted.set(draft.id, draft),
    remove: (id) => inTurn(() => void kept.delete(id)),
    all: () => inTurn(() => [...kept.values()].sort((a, b) => a.at - b.at)),
  };
  const tabs: OpenTabs = {
    enter(tab) {
      open.add(tab);
      return () => void open.delete(tab);
    },
    list: async () => new Set(open),
  };
  return {
    kept,
    noted,
    storage,
    refuse: (because: string | undefined) => {
      refuses = because;
    },
    /** Opens a tab; what it returns leaves it as a crash does, without a last word. */
    tab() {
      const documents = createDocumentStore();
      const drafts = createDrafts(documents, { storage, tabs });
      const end = drafts.start();
      return { documents, drafts, end };
    },
  };
}

/** `name` as the recipe's description: an edit that can be told from others. */
const describeAs = (description: string) => (document: typeof sampleRecipe) => ({
  ...document,
  description,
});
const descriptionOf = (draft: Draft | undefined) => {
  const parsed = parseDocument(draft?.text ?? '');
  return parsed.ok ? parsed.document.description : undefined;
};
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  for (const name of ['document', 'window']) {
    const target = new EventTarget();
    setMaxListeners(0, target);
    vi.stubGlobal(name, target);
  }
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('drafts', () => {
  test('are at most a second behind somebody who types on without a pause', async () => {
    const { kept, tab } = browser();
    const { documents } = tab();
    documents.open(sampleRecipe, { kind: 'new' });
    for (let typed = 1; typed <= 100; typed += 1) {
      documents.edit(describeAs(`${typed}`), 'typing');
      await later(150);
      const behind = typed - Number(descriptionOf([...kept.values()][0]) ?? 0);
      expect(behind * 150).toBeLessThanOrEqual(1000);
    }
  });

  test('are noted and written as the page is left', async () => {
    const { kept, noted, tab } = browser();
    const { documents } = tab();
    documents.open(sampleRecipe, { kind: 'new' });
    documents.edit(describeAs('being written'));
    vi.advanceTimersByTime(500);
    window.dispatchEvent(new Event('pagehide'));
    expect([...noted.values()].map(descriptionOf)).toEqual(['being written']);
    documents.edit(describeAs('just now'));
    window.dispatchEvent(new Event('pagehide'));
    expect([...noted.values()].map(descriptionOf)).toEqual(['just now']);
    await later(0);
    expect([...kept.values()].map(descriptionOf)).toEqual(['just now']);
  });

  test('stay when another recipe is opened, until they are thrown away', async () => {
    const { kept, tab } = browser();
    const { documents, drafts } = tab();
    documents.open(sampleRecipe, { kind: 'new' });
    documents.edit(describeAs('an hour of work'));
    await later(1000);
    documents.edit(describeAs('and a minute more'));
    documents.open({ ...sampleRecipe, name: 'Other' }, { kind: 'link' });
    await later(1000);
    expect([...kept.values()].map(descriptionOf)).toEqual(['and a minute more']);
    const [found] = await drafts.list();
    expect(found).toMatchObject({ name: sampleRecipe.name, isOpenElsewhere: false });

    documents.undo();
    documents.edit(describeAs('on from there'));
    await later(1000);
    expect([...kept.values()].map(descriptionOf)).toEqual(['on from there']);
    documents.markSaved({ kind: 'file', name: 'mine.json' });
    await later(1000);
    expect(kept.size).toBe(0);
  });

  test('of saved recipes leave the drafts of others alone', async () => {
    const { kept, tab } = browser();
    const { documents, drafts } = tab();
    documents.open(sampleRecipe, { kind: 'new' });
    documents.edit(describeAs('unsaved'));
    await later(1000);
    documents.open({ ...sampleRecipe, name: 'Other' }, { kind: 'link' });
    documents.edit(describeAs('to be saved'));
    await later(1000);
    expect(kept.size).toBe(2);
    documents.markSaved({ kind: 'file', name: 'other.json' });
    await later(1000);
    expect([...kept.values()].map(descriptionOf)).toEqual(['unsaved']);
    const [found] = await drafts.list();
    await drafts.remove(found?.id ?? '');
    expect(kept.size).toBe(0);
  });

  test('of twenty tabs are all kept', async () => {
    const { kept, tab } = browser();
    for (let index = 0; index < 20; index += 1) {
      const { documents } = tab();
      documents.open(sampleRecipe, { kind: 'new' });
      documents.edit(describeAs(`tab ${index}`));
      await later(1000);
    }
    expect([...kept.values()].map(descriptionOf)).toEqual(
      Array.from({ length: 20 }, (_, index) => `tab ${index}`),
    );
  });

  test('of tabs that are gone are dropped beyond a hundred, the oldest first', async () => {
    const { kept, tab } = browser();
    const open = tab();
    open.documents.open(sampleRecipe, { kind: 'new' });
    open.documents.edit(describeAs('open all along'));
    await later(1000);
    for (let index = 0; index < 103; index += 1) {
      kept.set(`gone ${index}`, {
        id: `gone ${index}`,
        tab: 'gone',
        name: 'Gone',
        text: '',
        at: Date.now() + index,
      });
    }
    const another = tab();
    another.documents.open(sampleRecipe, { kind: 'new' });
    another.documents.edit(describeAs('the newest'));
    await later(1000);
    expect(kept.has('gone 2')).toBe(false);
    expect(kept.has('gone 3')).toBe(true);
    expect([...kept.values()].map(descriptionOf)).toEqual(
      expect.arrayContaining(['open all along', 'the newest']),
    );
  });

  test('that two tabs recover become two, and the first is gone once both are kept', async () => {
    const { kept, tab } = browser();
    const lost = tab();
    lost.documents.open(sampleRecipe, { kind: 'new' });
    lost.documents.edit(describeAs('shared'));
    await later(1000);
    lost.end();
    const [first, second] = [tab(), tab()];
    const found = await Promise.all([first, second].map(({ drafts }) => drafts.list()));
    for (const [index, { documents, drafts }] of [first, second].entries()) {
      const draft = found[index]?.[0];
      if (draft === undefined) throw new Error('There is no draft to recover.');
      const parsed = parseDocument(draft.text);
      if (!parsed.ok) throw new Error('The draft does not parse.');
      documents.open(parsed.document, { kind: 'draft' });
      drafts.goesOnFrom(draft);
      documents.markUnsaved();
      documents.edit(describeAs(`from tab ${index}`));
      await later(1000);
    }
    expect([...kept.values()].map(descriptionOf)).toEqual(['from tab 0', 'from tab 1']);
    expect((await first.drafts.list()).map(({ isOpenElsewhere }) => isOpenElsewhere)).toEqual([
      true,
    ]);
  });

  test('that cannot be kept are said, tried again, and promised to nobody', async () => {
    const { kept, tab, refuse } = browser();
    const { documents, drafts } = tab();
    refuse('The quota is used up.');
    documents.open(sampleRecipe, { kind: 'new' });
    expect(await drafts.secure()).toBe('nothing');
    documents.edit(describeAs('not kept'));
    await later(1000);
    expect(drafts.trouble.getState().because).toBe('The quota is used up.');
    expect(await drafts.secure()).toBe('lost');
    refuse(undefined);
    await later(6000);
    expect(drafts.trouble.getState().because).toBeUndefined();
    expect([...kept.values()].map(descriptionOf)).toEqual(['not kept']);
    expect(await drafts.secure()).toBe('kept');
  });

  test('are written again where the browser has lost what it kept', async () => {
    const { kept, tab } = browser();
    const { documents, drafts } = tab();
    documents.open(sampleRecipe, { kind: 'new' });
    documents.edit(describeAs('opened over'));
    await later(1000);
    documents.open({ ...sampleRecipe, name: 'Other' }, { kind: 'link' });
    documents.edit(describeAs('still here'));
    await later(1000);
    kept.clear();
    drafts.writeAgain();
    await later(1000);
    expect([...kept.values()].map(descriptionOf)).toEqual(['opened over', 'still here']);
  });
});
