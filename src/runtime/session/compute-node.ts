import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { ComputedValue, DataPortType } from '../api/nodes/computed-values';
import type { CheckedNode } from '../compile/checked-graph';
import type { Device } from '../devices';
import { InternalError } from '../internal-error';
import { closeTensorFlow, openTensorFlow, type TensorFlow } from '../networks/tensorflow';
import { Refusal } from '../refusal';
import { computedValue, valuesWithData } from './computed-results';
import type { StoredInput } from './input-store';
import { geometryFor } from './keep-results';
import type { StoredResult } from './result-store';

/** What a node that computes by itself is given. */
export interface ComputeParts {
  readonly device: Device;
  readonly signal: AbortSignal;
  readonly inputs: ReadonlyMap<string, StoredInput>;
  /** What the nodes before it gave. */
  readonly kept: ReadonlyMap<string, StoredResult>;
}

/** What such a node gave, or why it gave nothing. */
export type NodeOutcome = { readonly result: StoredResult } | { readonly diagnostic: Diagnostic };

/** Lets a node compute. A fault in it becomes a diagnostic on it: whatever it throws is its own. */
export async function computeNode(node: CheckedNode, parts: ComputeParts): Promise<NodeOutcome> {
  const { id, definition, params } = node;
  const { device, signal } = parts;
  let tensorFlow: Promise<TensorFlow> | undefined;
  try {
    const computed = await definition.compute?.(arrivedAt(node, parts), params, {
      nodeId: id,
      device: device.kind,
      signal,
      tensorFlow() {
        tensorFlow ??= openTensorFlow(device);
        return tensorFlow;
      },
      refuse(problem) {
        throw new Refusal(problem);
      },
    });
    if (!computed) throw new InternalError(`${definition.type} does not compute by itself.`);
    const types = Object.fromEntries(
      Object.entries(definition.outputs).map(([port, { type }]) => [port, type as DataPortType]),
    );
    const values = valuesWithData(computed, types);
    const geometry = geometryFor(values.ports, parts.inputs);
    return { result: { ...values, geometry, levels: [] } };
  } catch (error) {
    if (error instanceof Refusal) return { diagnostic: messages.recipe(id, error.problem) };
    const text = error instanceof Error ? error.message : String(error);
    return { diagnostic: messages.internal(id, text) };
  } finally {
    await tensorFlow?.then(closeTensorFlow, () => undefined);
  }
}

/** What is wired to a node's inputs, as numbers. */
function arrivedAt(node: CheckedNode, parts: ComputeParts) {
  return Object.fromEntries(
    Object.entries(node.definition.inputs).map(([port, { many }]) => {
      const arrived = (node.inputs[port] ?? []).map((source) => numbersOf(source, parts));
      return [port, many ? arrived : arrived[0]];
    }),
  );
}

function numbersOf(
  { nodeId, port }: { readonly nodeId: string; readonly port: string },
  { inputs, kept }: ComputeParts,
): ComputedValue {
  const input = inputs.get(nodeId);
  if (input) {
    const { volume } = input;
    const { grid, values } = volume;
    return volume.kind === 'image'
      ? { kind: 'image', grid, values }
      : { kind: 'labels', grid, values, present: volume.labels };
  }
  const result = kept.get(nodeId);
  const value = result?.ports[port];
  if (!result || !value) throw new InternalError(`${nodeId}.${port} is not there.`);
  return computedValue(value, result.data);
}
