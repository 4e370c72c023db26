import type { CompileRequest } from '../api/engine/engine-api';
import type { Compiled } from '../compile/compile';

/** What a plan depends on beside the request. */
export interface PlanParts {
  readonly graph: { readonly nodes: readonly { readonly id: string }[] };
  /** What each node's result depends on, as a digest. */
  readonly keys: ReadonlyMap<string, string>;
  /** Results of earlier runs that take the place of nodes. */
  readonly kept: ReadonlyMap<string, unknown>;
  readonly readLater?: ReadonlySet<string>;
}

/** The last recipe that was compiled whole, so that running what somebody has just looked at need not compile it again. */
export class LastPlan {
  #key: string | undefined;
  #compiled: Compiled | undefined;

  /** What `compile` gives, or gave the last time where nothing has changed since. */
  of(parts: PlanParts, request: CompileRequest, compile: () => Compiled): Compiled {
    // What earlier runs left is not told apart by what it depends on alone.
    if (parts.kept.size > 0) return compile();
    const { graph, keys, readLater } = parts;
    const key = JSON.stringify([
      graph.nodes.map(({ id }) => [id, keys.get(id)]),
      [...(readLater ?? [])],
      request.keep,
      request.printAfter,
    ]);
    if (key !== this.#key || !this.#compiled) {
      this.#compiled = compile();
      this.#key = key;
    }
    return this.#compiled;
  }
}
