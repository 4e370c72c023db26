import { sameGrid } from '../imaging/grid';
import type { NiftiGeometry } from '../imaging/nifti/header';
import type { NodeRegistry } from './api/define-node';
import type { Diagnostic } from './api/diagnostics';
import type {
  CompileRequest,
  CompileResult,
  EngineApi,
  OutputHandle,
  ReadRequest,
  ReadResult,
  RunProgress,
  RunRequest,
  RunResult,
} from './api/engine-api';
import { messages } from './api/messages';
import type { CheckedGraph } from './compile/checked-graph';
import { type Compiled, compile } from './compile/compile';
import { type DataValue, valuesOf } from './compile/data-values';
import { keptKey, loaderKey } from './compile/lower';
import { parse } from './compile/parse';
import { leaveOutUnbound, validate } from './compile/validate';
import { type Device, DeviceFailure, type Execution } from './devices';
import type { BufferId } from './ir/kernel-graph';
import type { Plan } from './ir/plan';
import type { ValueId } from './ir/values';
import { type DeviceParts, SessionDevices } from './session/devices-of-session';
import { InputStore, type StoredInput } from './session/input-store';
import { nodeKeys } from './session/node-keys';
import { summarizePlan } from './session/plan-summary';
import { readInput, readResult } from './session/read-result';
import { ResultStore, type StoredResult } from './session/result-store';
import { RunRecorder } from './session/run-progress';

export interface SessionParts extends DeviceParts {
  readonly registry: NodeRegistry;
  /** Check what every phase leaves; on in tests. */
  readonly verify?: boolean;
  /** Bytes of results that are kept for the next run. */
  readonly maxResultBytes?: number;
}

/** A session also ends; only its root may end it. */
export interface Session extends EngineApi {
  destroy(): Promise<void>;
}

/** Everything that is known of a recipe before it is compiled. */
interface Prepared {
  readonly graph: CheckedGraph;
  readonly device: Device;
  readonly keys: ReadonlyMap<string, string>;
  readonly inputs: ReadonlyMap<string, StoredInput>;
  readonly kept: ReadonlyMap<string, StoredResult>;
  readonly diagnostics: readonly Diagnostic[];
}

interface ActiveRun {
  readonly abort: AbortController;
  readonly turned: RunResult['turned'][number][];
  execution?: Execution;
  plan?: Plan;
}

/** The engine: opens inputs, compiles and runs recipes, keeps results for the next run. */
export function createSession(parts: SessionParts): Session {
  return new EngineSession(parts);
}

class EngineSession implements Session {
  readonly #registry: NodeRegistry;
  readonly #verify: boolean;
  readonly #devices: SessionDevices;
  readonly #inputs = new InputStore();
  readonly #results: ResultStore;
  readonly #runs = new Map<string, ActiveRun>();

  constructor(parts: SessionParts) {
    this.#registry = parts.registry;
    this.#verify = parts.verify ?? false;
    this.#devices = new SessionDevices(parts);
    this.#results = new ResultStore(parts.maxResultBytes ?? 2 ** 30);
  }

  async describe(): ReturnType<EngineApi['describe']> {
    const gpu = await this.#devices.gpu();
    const cpu = this.#devices.cpu();
    const missing = 'missingBecause' in gpu;
    return {
      devices: [
        ...(missing ? [] : [{ kind: gpu.kind, name: gpu.name }]),
        { kind: cpu.kind, name: cpu.name },
      ],
      ...(missing ? { gpuMissingBecause: gpu.missingBecause } : {}),
      threads: this.#devices.threads,
    };
  }

  async openInput(request: Parameters<EngineApi['openInput']>[0]) {
    return this.#inputs.open(request);
  }

  async compile(request: CompileRequest): Promise<CompileResult> {
    return guarded(
      async () => {
        const prepared = await this.#prepare(request, new Map());
        if (!('graph' in prepared)) return { diagnostics: prepared.diagnostics };
        const startedMs = performance.now();
        const compiled = this.#compile(prepared, request);
        const compileMs = performance.now() - startedMs;
        const { printed, plan } = compiled;
        return {
          diagnostics: [...prepared.diagnostics, ...compiled.diagnostics],
          ...(plan ? { plan: summarizePlan(plan, prepared.device.kind, compileMs) } : {}),
          ...(printed === undefined ? {} : { printed }),
        };
      },
      (diagnostic) => ({ diagnostics: [diagnostic] }),
    );
  }

  async run(
    request: RunRequest,
    onProgress: (progress: RunProgress) => void,
  ): Promise<RunResult> {
    const active: ActiveRun = { abort: new AbortController(), turned: [] };
    this.#runs.set(request.runId, active);
    const startedMs = performance.now();
    try {
      return await guarded(
        () => this.#run(request, active, onProgress, startedMs),
        (diagnostic) => unsuccessful([diagnostic], startedMs),
      );
    } finally {
      active.execution?.destroy();
      this.#runs.delete(request.runId);
    }
  }

  async cancel(runId: string): Promise<void> {
    this.#runs.get(runId)?.abort.abort();
  }

  async turn(runId: string, nodeId: string, parameter: string, value: number): Promise<void> {
    const active = this.#runs.get(runId);
    const dial = active?.plan?.dials.find(
      (candidate) => candidate.nodeId === nodeId && candidate.parameter === parameter,
    );
    const buffer = dial && active?.plan?.buffersOfValue.get(dial.value)?.[0];
    if (!active?.execution || buffer === undefined || !Number.isFinite(value)) return;
    const atIteration = active.execution.setDial(buffer, value);
    active.turned.push({ nodeId, parameter, value, atIteration });
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const input = this.#inputs.get(request.handle);
    if (input) return readInput(input, request);
    const [, key = '', port = ''] = request.handle.split(':');
    const result = this.#results.get(key);
    if (result) return readResult(result, port, request);
    return { kind: 'missing', diagnostics: [] };
  }

  async release(handles: readonly string[]): Promise<void> {
    for (const handle of handles) {
      this.#inputs.release(handle);
      this.#results.delete(handle.split(':')[1] ?? '');
    }
  }

  async destroy(): Promise<void> {
    for (const run of this.#runs.values()) run.abort.abort();
    await this.#devices.destroy();
  }

  async #run(
    request: RunRequest,
    active: ActiveRun,
    onProgress: (progress: RunProgress) => void,
    startedMs: number,
  ): Promise<RunResult> {
    const prepared = await this.#prepare(request, this.#keptResults());
    if (!('graph' in prepared)) return unsuccessful(prepared.diagnostics, startedMs);
    const { device, graph, kept, inputs } = prepared;
    const compiled = this.#compile(prepared, request);
    const diagnostics = [...prepared.diagnostics, ...compiled.diagnostics];
    if (!compiled.plan || !compiled.graph || hasError(diagnostics)) {
      return unsuccessful(diagnostics, startedMs, device);
    }
    const { plan } = compiled;
    const recorder = new RunRecorder(request.runId, plan, compiled.graph, onProgress, () =>
      active.abort.abort(),
    );
    const working = new Set(plan.steps.map((step) => step.origin));
    recorder.mark(
      graph.nodes.filter(({ id }) => working.has(id)).map(({ id }) => id),
      'waiting',
    );
    recorder.mark(kept.keys(), 'cached');
    recorder.mark(
      graph.nodes.filter(({ id }) => !working.has(id) && !kept.has(id)).map(({ id }) => id),
      'done',
    );
    recorder.flush();
    const outcome = (status: RunResult['status'], more: readonly Diagnostic[] = []): RunResult => ({
      ...unsuccessful([...diagnostics, ...more], startedMs, device),
      status,
      seconds: { total: secondsSince(startedMs), nodes: recorder.nodeSeconds },
      peakBytes: active.execution?.allocatedBytes ?? 0,
      levels: recorder.levels,
      turned: active.turned,
    });
    try {
      const execution = await device.prepare(plan);
      active.execution = execution;
      active.plan = plan;
      writeInputs(execution, plan, inputs, kept);
      const { cancelled } = await execution.run({
        observer: recorder.observer,
        signal: active.abort.signal,
        previewEveryMs: request.previewEveryMs ?? 0,
        profile: request.profile ?? false,
      });
      if (recorder.nonFinite) {
        const { nodeId, label, iteration } = recorder.nonFinite;
        recorder.mark([nodeId], 'failed');
        recorder.flush();
        return outcome('failed', [messages.nonFinite(nodeId, label, iteration)]);
      }
      if (cancelled) {
        recorder.flush();
        return outcome('cancelled');
      }
      const stored = await this.#store(prepared, compiled, execution, active.turned.length > 0);
      recorder.flush();
      return {
        ...outcome('done'),
        metrics: metricsOf(stored),
        converged: recorder.levels.every((level) => level.outcome === 'converged'),
        outputs: this.#handles(prepared, stored),
      };
    } catch (error) {
      if (!(error instanceof DeviceFailure)) throw error;
      if (error.reason !== 'out-of-memory') this.#devices.forget(device.kind);
      if (error.origin !== undefined) recorder.mark([error.origin], 'failed');
      recorder.flush();
      return outcome('failed', [messages.device(error.origin, error.message)]);
    }
  }

  /** Everything up to compilation: what fails here is the recipe's or the data's fault. */
  async #prepare(
    request: CompileRequest,
    known: ReadonlyMap<string, StoredResult>,
  ): Promise<Prepared | { readonly diagnostics: readonly Diagnostic[] }> {
    const parsed = parse(request.documentText, this.#registry);
    if (!parsed.document) return { diagnostics: parsed.diagnostics };
    const validated = validate(parsed.document, this.#registry);
    const diagnostics = [...parsed.diagnostics, ...validated.diagnostics];
    if (!validated.graph || hasError(diagnostics)) return { diagnostics };
    const inputs = new Map<string, StoredInput>();
    for (const [nodeId, handle] of Object.entries(request.bindings)) {
      const input = this.#inputs.get(handle);
      if (input) inputs.set(nodeId, input);
    }
    const { graph } = leaveOutUnbound(validated.graph, (nodeId) => inputs.has(nodeId));
    const device = await this.#devices.choose(request.device);
    if ('missingBecause' in device) {
      return { diagnostics: [...diagnostics, messages.device(undefined, device.missingBecause)] };
    }
    const digest = (nodeId: string): string | undefined => inputs.get(nodeId)?.handle;
    const keys = await nodeKeys(graph, digest, `${device.kind} ${device.name}`);
    const kept = new Map<string, StoredResult>();
    for (const { id, definition } of graph.nodes) {
      const result = definition.source ? undefined : known.get(keys.get(id) ?? '');
      if (result) kept.set(id, result);
    }
    return { graph, device, keys, inputs, kept, diagnostics };
  }

  #compile(prepared: Prepared, request: CompileRequest): Compiled {
    const descriptors = new Map(
      [...prepared.inputs].map(([nodeId, input]) => [nodeId, input.descriptor]),
    );
    return compile(prepared.graph, {
      descriptors,
      kept: prepared.kept,
      limits: prepared.device.limits,
      verify: this.#verify,
      ...(request.printAfter ? { printAfter: request.printAfter } : {}),
    });
  }

  /** A view of the result store that counts as use only what is taken. */
  #keptResults(): ReadonlyMap<string, StoredResult> {
    const store = this.#results;
    return { get: (key: string) => store.get(key) } as ReadonlyMap<string, StoredResult>;
  }

  /** Reads every node's results back and keeps them. */
  async #store(
    { graph, keys, inputs, kept }: Prepared,
    { outputs, plan, graph: ops }: Compiled,
    execution: Execution,
    wasTurned: boolean,
  ): Promise<ReadonlyMap<string, StoredResult>> {
    const stored = new Map<string, StoredResult>(kept);
    for (const { id, definition } of graph.nodes) {
      const ports = outputs.get(id) ?? {};
      if (kept.has(id) || definition.source || Object.keys(ports).length === 0) continue;
      const data = new Map<ValueId, readonly Float32Array[]>();
      const types = new Map<ValueId, never>();
      for (const value of Object.values(ports).flatMap(valuesOf)) {
        const buffers = plan?.buffersOfValue.get(value) ?? [];
        data.set(value, await Promise.all(buffers.map((buffer) => execution.read(buffer))));
        types.set(value, ops?.types[value] as never);
      }
      const result = { ports, types, data, geometry: geometryFor(ports, inputs) };
      stored.set(id, result);
      const key = keys.get(id) ?? '';
      // What was turned by hand is no longer what the recipe says: readable, but not found again.
      this.#results.set(wasTurned ? `${key}-turned` : key, result);
    }
    return stored;
  }

  #handles(
    { graph, keys, inputs, kept }: Prepared,
    stored: ReadonlyMap<string, StoredResult>,
  ): readonly OutputHandle[] {
    return graph.nodes.flatMap(({ id, definition }): OutputHandle[] => {
      const input = inputs.get(id);
      if (definition.source && input) {
        const [port = ''] = Object.keys(definition.outputs);
        return [{ nodeId: id, port, kind: input.descriptor.kind, handle: input.handle }];
      }
      const result = stored.get(id);
      const key = keys.get(id) ?? '';
      const suffix = !kept.has(id) && this.#results.get(key) === undefined ? '-turned' : '';
      return Object.entries(result?.ports ?? {}).map(([port, value]) => ({
        nodeId: id,
        port,
        kind: value.kind,
        handle: `result:${key}${suffix}:${port}`,
      }));
    });
  }
}

/** Runs `work`; a fault of ours becomes a diagnostic, so that the session goes on. */
async function guarded<Result>(
  work: () => Promise<Result>,
  failed: (diagnostic: Diagnostic) => Result,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    return failed(
      messages.internal(undefined, error instanceof Error ? error.message : String(error)),
    );
  }
}

function writeInputs(
  execution: Execution,
  plan: Plan,
  inputs: ReadonlyMap<string, StoredInput>,
  kept: ReadonlyMap<string, StoredResult>,
): void {
  const byKey = new Map<string, readonly Float32Array[]>();
  for (const [nodeId, { volume }] of inputs) byKey.set(loaderKey(nodeId), [volume.values]);
  for (const [nodeId, { data }] of kept) {
    for (const [value, planes] of data) byKey.set(keptKey(nodeId, value), planes);
  }
  for (const { value, key } of plan.inputs) {
    plan.buffersOfValue.get(value)?.forEach((buffer: BufferId, plane) => {
      const data = byKey.get(key)?.[plane];
      if (data) execution.write(buffer, data);
    });
  }
}

/** Header of the first input that lies on the grid of these results. */
function geometryFor(
  ports: Readonly<Record<string, DataValue>>,
  inputs: ReadonlyMap<string, StoredInput>,
): NiftiGeometry | undefined {
  const [grid] = Object.values(ports).flatMap((value) => (value.kind === 'table' ? [] : [value.grid]));
  if (!grid) return undefined;
  return [...inputs.values()].find((input) => sameGrid(input.descriptor.grid, grid))?.geometry;
}

/** Numbers of all tables; rows that several nodes give are told apart by the node's id. */
function metricsOf(stored: ReadonlyMap<string, StoredResult>): Readonly<Record<string, number>> {
  const rows = [...stored].flatMap(([nodeId, result]) =>
    Object.entries(result.ports).flatMap(([port, value]) => {
      const table = value.kind === 'table' ? readResult(result, port, { handle: '', as: 'table' }) : undefined;
      return table?.kind === 'table' ? table.rows.map((row) => ({ nodeId, ...row })) : [];
    }),
  );
  const metrics: Record<string, number> = {};
  for (const { nodeId, name, value } of rows) {
    metrics[name in metrics ? `${nodeId}.${name}` : name] = value;
  }
  return metrics;
}

function unsuccessful(
  diagnostics: readonly Diagnostic[],
  startedMs: number,
  device?: Device,
): RunResult {
  return {
    status: 'failed',
    diagnostics,
    device: device?.kind ?? 'cpu',
    deviceName: device?.name ?? '',
    metrics: {},
    seconds: { total: secondsSince(startedMs), nodes: {} },
    peakBytes: 0,
    levels: [],
    converged: false,
    outputs: [],
    turned: [],
  };
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
