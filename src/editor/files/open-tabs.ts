/** The tabs of this browser in which Weft is open: each holds a lock for as long as it lives. */
export interface OpenTabs {
  /** Takes this tab's lock; returns what gives it back. */
  enter(tab: string): () => void;
  /** Undefined where the browser has no locks, so that nobody knows. */
  list(): Promise<ReadonlySet<string> | undefined>;
}

const prefix = 'weft-tab-';

/** The open tabs as the browser's locks tell them. */
export function browserTabs(): OpenTabs {
  const { navigator: browser } = globalThis as { readonly navigator?: Partial<Navigator> };
  const locks = browser?.locks;
  return {
    enter(tab) {
      let leave: () => void = () => undefined;
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      locks?.request(prefix + tab, () => left).catch(() => undefined);
      return leave;
    },
    async list() {
      const { held = [] } = (await locks?.query().catch(() => undefined)) ?? { held: undefined };
      if (locks === undefined || held === undefined) return undefined;
      return new Set(
        held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
      );
    },
  };
}
