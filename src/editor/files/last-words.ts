import type { Draft } from './draft';

const prefix = 'weft-draft-';

/**
 * Drafts noted within the call, in a storage that answers at once: what a page that is being left asks of
 * IndexedDB may come to nothing. They are few and short-lived: the next page moves them to where drafts are kept.
 * Nothing here throws; a storage that is full, or refused by the browser, keeps none.
 */
export function lastWords(storage: () => Storage) {
  function attempt<Result>(work: (storage: Storage) => Result): Result | undefined {
    try {
      return work(storage());
    } catch {
      return undefined;
    }
  }

  function read(text: string | null): Draft | undefined {
    try {
      const draft: unknown = JSON.parse(text ?? 'null');
      return isDraft(draft) ? draft : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    note: (draft: Draft): void =>
      attempt((words) => words.setItem(`${prefix}${draft.id}`, JSON.stringify(draft))),
    all: (): readonly Draft[] =>
      attempt((words) =>
        Object.keys(words)
          .filter((key) => key.startsWith(prefix))
          .map((key) => read(words.getItem(key)))
          .filter((draft) => draft !== undefined),
      ) ?? [],
    /** Drops the one of that draft, unless it is younger than `at`. */
    forget: (id: string, at = Number.POSITIVE_INFINITY): void =>
      attempt((words) => {
        const noted = read(words.getItem(`${prefix}${id}`));
        if (noted === undefined || noted.at <= at) words.removeItem(`${prefix}${id}`);
      }),
  };
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, text, at, tab } = value as Partial<Record<keyof Draft, unknown>>;
  return (
    [id, name, text].every((field) => typeof field === 'string') &&
    typeof at === 'number' &&
    (tab === undefined || typeof tab === 'string')
  );
}
