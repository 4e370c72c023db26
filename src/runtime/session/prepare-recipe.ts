import { writeDocument } from '../../pipeline/write-document';
import type { Diagnostic } from '../api/engine/diagnostics';
import type { CompileRequest } from '../api/engine/engine-api';
import { messages } from '../api/engine/messages';
import type { NodeRegistry } from '../api/nodes/define-node';
import { type CheckedGraph, handsSourceOn } from '../compile/checked-graph';
import { type Compiled, compile } from '../compile/compile';
import { formatCheckedGraph } from '../compile/format';
import { type Keep, keeps, readPorts } from '../compile/kept-outputs';
import { parse } from '../compile/parse';
import { leaveOutUnbound, validate } from '../compile/validate';
import type { Device } from '../devices';
import type { SessionDevices } from './devices-of-session';
import type { InputStore, StoredInput } from './inputs/input-store';
import type { LastPlan } from './last-plan';
import { nodeKeys } from './node-keys';
import type { ResultStore, StoredResult } from './results/result-store';

/** Everything that is known of a recipe before it is compiled. */
export interface Prepared {
  readonly graph: CheckedGraph;
  readonly device: Device;
  /** What each node's result depends on, as a digest. */
  readonly keys: ReadonlyMap<string, string>;
  /** Data bound to each loader. */
  readonly inputs: ReadonlyMap<string, StoredInput>;
  /** Results of earlier runs that still hold, by node. */
  readonly kept: ReadonlyMap<string, StoredResult>;
  /** Outputs, as `node.port`, that later stages of a run read. */
  readonly readLater?: ReadonlySet<string>;
  /** Metrics that the recipe states a bound for. */
  readonly expected: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** The document or the checked graph as text, where that phase's print was asked for. */
  readonly printed?: string;
}

export type Preparation = Prepared | { readonly diagnostics: readonly Diagnostic[] };

export interface PreparationParts {
  readonly registry: NodeRegistry;
  readonly inputs: InputStore;
  readonly devices: SessionDevices;
  readonly lastPlan: LastPlan;
  /** Check what every phase leaves. */
  readonly verify: boolean;
  /** Where earlier results are looked for; left out to compile the recipe whole. */
  readonly results?: ResultStore;
  /** Is told of each earlier result that is used; it is retained for whoever asked. */
  readonly onHeld?: (result: StoredResult) => void;
}

/** Reads and checks a recipe and finds its data, device and earlier results. */
export async function prepareRecipe(
  request: CompileRequest,
  parts: PreparationParts,
): Promise<Preparation> {
  const parsed = parse(request.documentText, parts.registry);
  if (!parsed.document) return { diagnostics: parsed.diagnostics };
  const validated = validate(parsed.document, parts.registry);
  const diagnostics = [...parsed.diagnostics, ...validated.diagnostics];
  if (!validated.graph || hasError(diagnostics)) return { diagnostics };
  const inputs = new Map<string, StoredInput>();
  for (const [nodeId, handle] of Object.entries(request.bindings)) {
    const input = parts.inputs.get(handle);
    if (input) inputs.set(nodeId, input);
  }
  const { graph, leftOut } = leaveOutUnbound(validated.graph, (nodeId) => inputs.has(nodeId));
  if (leftOut.length > 0) diagnostics.push(messages.leftOut(leftOut));
  const device = await parts.devices.choose(request.device);
  if ('missingBecause' in device) {
    return { diagnostics: [...diagnostics, messages.deviceMissing(device.missingBecause)] };
  }
  const digest = (nodeId: string): string | undefined => inputs.get(nodeId)?.handle;
  const keys = await nodeKeys(graph, digest, nameOf(device));
  const kept = new Map<string, StoredResult>();
  const read = readPorts(graph, request.keep ?? 'all');
  for (const node of graph.nodes) {
    const { id, definition } = node;
    const result = handsSourceOn(node) ? undefined : parts.results?.get(keys.get(id) ?? '');
    // Of some nodes only a part is kept: enough where nobody reads the rest.
    const lacks = (port: string) => read.has(`${id}.${port}`) && !result?.ports[port];
    if (!result || Object.keys(definition.outputs).some(lacks)) continue;
    kept.set(id, result);
    parts.onHeld?.(result);
  }
  const printed =
    request.printAfter === 'parse'
      ? writeDocument(parsed.document)
      : request.printAfter === 'validate'
        ? formatCheckedGraph(graph)
        : undefined;
  return {
    graph,
    device,
    keys,
    inputs,
    kept,
    expected: Object.keys(parsed.document.expects?.metrics ?? {}),
    diagnostics,
    ...(printed === undefined ? {} : { printed }),
  };
}

/** A device as keys name it. */
export function nameOf({ kind, name }: Device): string {
  return `${kind} ${name}`;
}

/**
 * The phases after `validate`, for the device that was chosen. Where the device has not the memory to
 * keep what every node gives, less is kept.
 */
export function compilePrepared(
  prepared: Prepared,
  request: CompileRequest,
  parts: Pick<PreparationParts, 'devices' | 'lastPlan' | 'verify'>,
): Compiled {
  return parts.lastPlan.of(prepared, request, () => compileAnew(prepared, request, parts));
}

function compileAnew(
  prepared: Prepared,
  request: CompileRequest,
  { devices, verify }: Pick<PreparationParts, 'devices' | 'verify'>,
): Compiled {
  const { graph, device, inputs, kept, readLater } = prepared;
  const keeping = (keep: Keep): Compiled =>
    compile(graph, {
      descriptors: new Map([...inputs].map(([nodeId, input]) => [nodeId, input.descriptor])),
      kept,
      keep,
      ...(readLater ? { readLater } : {}),
      checkFinite: true,
      limits: device.limits,
      otherDevices: devices.others(device.kind),
      verify,
      ...(request.printAfter ? { printAfter: request.printAfter } : {}),
    });
  const asked = request.keep ?? 'all';
  const wanted = keeping(asked);
  const isTooMuch = ({ code }: Diagnostic) => code === 'out-of-memory';
  const tooMuch = wanted.diagnostics.find(isTooMuch);
  if (!tooMuch || !wanted.plan) return wanted;
  const { maxTotalBytes, likelyTotalBytes, maxBufferBytes } = device.limits;
  const available = maxTotalBytes ?? likelyTotalBytes ?? maxBufferBytes;
  const lessKept = messages.notAllKept(wanted.plan.peakBytes, available, tooMuch.at.nodeId);
  let least = wanted;
  for (const keep of keeps.slice(keeps.indexOf(asked) + 1)) {
    const less = keeping(keep);
    if (!hasError(less.diagnostics)) {
      least = { ...less, diagnostics: [lessKept, ...less.diagnostics] };
    }
    if (!less.diagnostics.some(isTooMuch)) break;
  }
  return least;
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
