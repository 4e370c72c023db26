import { writeDocument } from '../../pipeline/write-document';
import type { Diagnostic } from '../api/engine/diagnostics';
import type { CompileRequest } from '../api/engine/engine-api';
import { messages } from '../api/engine/messages';
import type { NodeRegistry } from '../api/nodes/define-node';
import type { CheckedGraph } from '../compile/checked-graph';
import { type Compiled, compile } from '../compile/compile';
import { formatCheckedGraph } from '../compile/format';
import { parse } from '../compile/parse';
import { leaveOutUnbound, validate } from '../compile/validate';
import type { Device } from '../devices';
import type { SessionDevices } from './devices-of-session';
import type { InputStore, StoredInput } from './input-store';
import { nodeKeys } from './node-keys';
import type { ResultStore, StoredResult } from './result-store';

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
  /** Check what every phase leaves. */
  readonly verify: boolean;
  /** Where earlier results are looked for; left out to compile the recipe whole. */
  readonly results?: ResultStore;
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
  const keys = await nodeKeys(graph, digest, `${device.kind} ${device.name}`);
  const kept = new Map<string, StoredResult>();
  for (const { id, definition } of graph.nodes) {
    const result = definition.source ? undefined : parts.results?.get(keys.get(id) ?? '');
    if (result) kept.set(id, result);
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

/** The phases after `validate`, for the device that was chosen. */
export function compilePrepared(
  prepared: Prepared,
  request: CompileRequest,
  { devices, verify }: Pick<PreparationParts, 'devices' | 'verify'>,
): Compiled {
  const { graph, device, inputs, kept } = prepared;
  return compile(graph, {
    descriptors: new Map([...inputs].map(([nodeId, input]) => [nodeId, input.descriptor])),
    kept,
    limits: device.limits,
    otherDevices: devices.others(device.kind),
    verify,
    ...(request.printAfter ? { printAfter: request.printAfter } : {}),
  });
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
