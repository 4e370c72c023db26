import { sha256Hex } from '../../../imaging/volume-digest';
import type { Diagnostic } from '../../api/engine/diagnostics';
import type {
  NodeState,
  RunProgress,
  RunRequest,
  RunResult,
  TurnOutcome,
} from '../../api/engine/engine-api';
import { messages } from '../../api/engine/messages';
import type { CheckedNode } from '../../compile/checked-graph';
import { checkpointKey } from '../node-keys';
import { nameOf, type Prepared, prepareRecipe } from '../prepare-recipe';
import type { StoredResult } from '../results/result-store';
import { computeNode } from './compute-node';
import { DialTurns } from './dial-turns';
import { type RunParts, runPlan } from './plan-run';
import { emptyResult, followedBy } from './run-result';
import { stagesOf } from './stages';
import { trainNode } from './train-node';
import { TrainingTurns } from './training-turns';

/** One run of a recipe, from its text to its results; may be cancelled and turned at any time. */
export class RecipeRun {
  readonly #request: RunRequest;
  readonly #parts: RunParts;
  readonly #onProgress: (progress: RunProgress) => void;
  readonly #abort = new AbortController();
  readonly #serial: number;
  /** Results that it uses or has made: they must not go before it ends. */
  readonly #held: StoredResult[] = [];
  #turns = new DialTurns();
  readonly #training = new TrainingTurns();
  #startedMs = performance.now();

  /** @param serial tells it apart from all runs of the session, whose names may repeat */
  constructor(
    request: RunRequest,
    parts: RunParts,
    onProgress: (progress: RunProgress) => void,
    serial: number,
  ) {
    this.#serial = serial;
    this.#request = request;
    this.#parts = parts;
    this.#onProgress = onProgress;
  }

  get runId(): string {
    return this.#request.runId;
  }

  cancel(): void {
    this.#abort.abort();
  }

  turn(nodeId: string, parameter: string, value: number): Promise<TurnOutcome> {
    const turn = { nodeId, parameter, value };
    const trained = this.#training.turn(turn);
    return trained ? Promise.resolve(trained) : this.#turns.turn(turn);
  }

  /**
   * Waits for the run before, or until this one is cancelled, and then runs. Never rejects: a fault
   * of ours becomes a diagnostic, so that the session goes on.
   */
  async run(before: Promise<unknown>): Promise<RunResult> {
    const { signal } = this.#abort;
    await Promise.race([
      before,
      new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    ]);
    this.#startedMs = performance.now();
    try {
      return await this.#fromText();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return this.#without('failed', [messages.internal(undefined, text)]);
    } finally {
      this.#turns.end();
      for (const { data } of this.#held) data.release();
    }
  }

  async #fromText(): Promise<RunResult> {
    const { signal } = this.#abort;
    if (signal.aborted) return this.#without('cancelled', []);
    const prepared = await prepareRecipe(this.#request, {
      ...this.#parts,
      onHeld: (result) => {
        result.data.retain();
        this.#held.push(result);
      },
    });
    if (!('graph' in prepared)) return this.#without('failed', prepared.diagnostics);
    if (signal.aborted) return this.#without('cancelled', prepared.diagnostics, prepared);
    return this.#inStages(prepared);
  }

  /** Plan after plan, each given what the ones before it left; a recipe of ops alone is one. */
  async #inStages(prepared: Prepared): Promise<RunResult> {
    const stages = stagesOf(prepared.graph, (nodeId) => prepared.kept.has(nodeId));
    if (stages.length > 1) this.#tell(prepared.graph.nodes, 'waiting');
    let given = prepared;
    let soFar: RunResult | undefined;
    for (const { graph, computed, readLater } of stages) {
      const left = given.kept;
      const { result, kept } = await runPlan(
        { ...given, graph, readLater },
        {
          session: this.#parts,
          request: this.#request,
          serial: this.#serial,
          abort: this.#abort,
          turns: this.#turns,
          startedMs: this.#startedMs,
          onHeld: (made) => void this.#held.push(made),
          cached: prepared.kept,
          isTold: (nodeId) => left.has(nodeId) && !prepared.kept.has(nodeId),
          onProgress: this.#onProgress,
        },
      );
      soFar = soFar ? followedBy(soFar, result) : result;
      if (computed.length === 0 || result.status !== 'done' || !kept) break;
      // A parameter turned in this stage makes all that follows something else than the recipe says.
      const keys = this.#turns.any
        ? withSuffix(given.keys, this.#serial, prepared.kept)
        : given.keys;
      given = { ...given, keys, kept: kept.results, diagnostics: [] };
      const turnsBefore = this.#training.taken.length;
      const outcome = await this.#compute(computed, { ...given, graph: prepared.graph });
      soFar = followedBy(soFar, outcome.result);
      if (outcome.result.status !== 'done') break;
      if (this.#training.taken.length > turnsBefore) {
        given = { ...given, keys: withSuffix(given.keys, this.#serial, prepared.kept) };
      }
      given = { ...given, kept: new Map([...given.kept, ...outcome.results]) };
      for (const [nodeId, computedResult] of outcome.results) {
        this.#parts.results.keep(new Map([[given.keys.get(nodeId) ?? nodeId, computedResult]]));
      }
      this.#turns.end();
      this.#turns = new DialTurns();
    }
    if (soFar && soFar.status !== 'done' && stages.length > 1) {
      this.#tell(unreached(prepared, given, soFar), 'cancelled');
    }
    return soFar ?? this.#without('failed', prepared.diagnostics, prepared);
  }

  /** Lets the nodes between two plans compute, one after the other. */
  async #compute(nodes: readonly CheckedNode[], given: Prepared) {
    const { device, inputs, graph, keys } = given;
    const { signal } = this.#abort;
    const results = new Map<string, StoredResult>();
    const nodeSeconds: Record<string, number> = {};
    const turnsBefore = this.#training.taken.length;
    const ended = (status: RunResult['status'], diagnostics: readonly Diagnostic[] = []) => {
      const result = this.#without(status, diagnostics, given);
      return {
        results,
        result: {
          ...result,
          seconds: { ...result.seconds, nodes: nodeSeconds },
          turned: this.#training.taken.slice(turnsBefore),
        },
      };
    };
    for (const node of nodes) {
      this.#tell([node], 'running');
      if (signal.aborted) return ended('cancelled');
      const startedMs = performance.now();
      const parts = { device, signal, inputs, kept: new Map([...given.kept, ...results]) };
      const outcome = node.definition.train
        ? await trainNode(node, {
            ...parts,
            graph,
            turns: this.#training,
            checkpoints: this.#parts.checkpoints,
            checkpointKey: await checkpointKey(node, keys, nameOf(device)),
            recipeSha256: await sha256Hex(new TextEncoder().encode(this.#request.documentText)),
            runId: this.runId,
            onProgress: this.#onProgress,
          })
        : await computeNode(node, parts);
      const seconds = (performance.now() - startedMs) / 1000;
      nodeSeconds[node.id] = seconds;
      if (signal.aborted) return ended('cancelled');
      if ('diagnostic' in outcome) {
        this.#tell([node], 'failed', seconds);
        return ended('failed', [outcome.diagnostic]);
      }
      this.#held.push(outcome.result);
      results.set(node.id, outcome.result);
      this.#tell([node], 'done', seconds);
    }
    return ended('done');
  }

  #tell(nodes: readonly { readonly id: string }[], state: NodeState, seconds?: number): void {
    this.#onProgress({
      runId: this.runId,
      nodes: nodes.map(({ id }) => ({
        nodeId: id,
        state,
        ...(seconds === undefined ? {} : { seconds }),
      })),
      losses: [],
    });
  }

  /** The result of a run that never came to the device. */
  #without(
    status: RunResult['status'],
    diagnostics: readonly Diagnostic[],
    prepared?: Prepared,
  ): RunResult {
    const device = prepared?.device;
    return emptyResult(
      {
        device: device?.kind ?? this.#parts.devices.kindOf(this.#request.device),
        deviceName: device?.name ?? '',
        startedMs: this.#startedMs,
      },
      status,
      diagnostics,
    );
  }
}

/** Keys of a run in which a parameter was turned; what an earlier run left keeps its own. */
function withSuffix(
  keys: ReadonlyMap<string, string>,
  suffix: number,
  cached: { has(nodeId: string): boolean },
): ReadonlyMap<string, string> {
  return new Map(
    [...keys].map(([nodeId, key]) => [nodeId, cached.has(nodeId) ? key : `${key}-${suffix}`]),
  );
}

/** Nodes of later stages, which a run that ended early has not come to. */
function unreached(prepared: Prepared, given: Prepared, result: RunResult) {
  const told = new Set(result.diagnostics.flatMap(({ at }) => at.nodeId ?? []));
  return prepared.graph.nodes.filter(
    ({ id, definition }) => !given.kept.has(id) && !definition.source && !told.has(id),
  );
}
