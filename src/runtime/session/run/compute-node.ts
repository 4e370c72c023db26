import { isDataPortType } from '../../api/data-kinds/index';
import type { Diagnostic } from '../../api/engine/diagnostics';
import { messages } from '../../api/engine/messages';
import type { ArrivedValues, ComputedValue, DataPortType } from '../../api/nodes/computed-values';
import type { CheckedNode } from '../../compile/checked-graph';
import { valuesOf } from '../../compile/data-values';
import type { ToldWarning } from '../../compile/result-warnings';
import type { Device } from '../../devices';
import { InternalError } from '../../internal-error';
import { architectures } from '../../networks/architectures/index';
import { featuresOf } from '../../networks/features';
import { followAgent } from '../../networks/follow';
import { NetworkProblem } from '../../networks/network-problem';
import { predictTransform } from '../../networks/predict';
import { imagesSeen } from '../../networks/seen-images';
import { closeTensorFlow, openTensorFlow, type TensorFlow } from '../../networks/tensorflow';
import { translateImage } from '../../networks/translate';
import { Refusal } from '../../refusal';
import type { StoredInput } from '../inputs/input-store';
import type { StoredResult } from '../results/result-store';
import { computedValue, type ValuesWithData, valuesWithData } from '../results/values-with-data';
import { geometryFor } from './keep-results';

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
  const opened = (): Promise<TensorFlow> => {
    tensorFlow ??= openTensorFlow(device);
    return tensorFlow;
  };
  const warnings: ToldWarning[] = [];
  try {
    const computed = await definition.compute?.(await arrivedAt(node, parts), params, {
      nodeId: id,
      device: device.kind,
      signal,
      tensorFlow: opened,
      predict: async (request) => predictTransform(await opened(), device, request),
      follow: async (request) => followAgent(await opened(), device, request),
      features: async (request) => featuresOf(await opened(), device, request),
      translate: async (request) => translateImage(await opened(), device, request),
      see: async (image, domain) =>
        (await imagesSeen(device, [image], domain))[0] ?? new Float32Array(0),
      takesRegularization: ({ architecture }) =>
        architectures.get(architecture)?.condition !== undefined,
      warn(doubt) {
        warnings.push({ about: doubt.about, diagnostic: messages.doubt(id, doubt) });
      },
      refuse(problem) {
        throw new Refusal(id, problem);
      },
    });
    if (!computed) throw new InternalError(`${definition.type} does not compute by itself.`);
    const types = Object.fromEntries(
      Object.entries(definition.outputs).map(([port, { type }]) => [port, type as DataPortType]),
    );
    const values = valuesWithData(computed, types);
    const bad = await notFiniteIn(values);
    if (bad) return { diagnostic: messages.nonFiniteResult(id, bad.port, bad.count) };
    const geometry = geometryFor(values.ports, parts.inputs);
    return { result: { ...values, geometry, levels: [], warnings } };
  } catch (error) {
    if (error instanceof Refusal) return { diagnostic: messages.recipe(id, error.problem) };
    if (error instanceof NetworkProblem) {
      const { port, message, remedy } = error;
      return { diagnostic: messages.recipe(id, { port, message, remedy }) };
    }
    const text = error instanceof Error ? error.message : String(error);
    return { diagnostic: messages.internal(id, text) };
  } finally {
    await tensorFlow?.then(closeTensorFlow, () => undefined);
  }
}

/** What is wired to a node's inputs, as numbers; of inputs that take parts of a recipe nothing. */
export async function arrivedAt(
  node: CheckedNode,
  parts: Pick<ComputeParts, 'inputs' | 'kept'>,
): Promise<ArrivedValues> {
  const arrived: [string, ComputedValue | readonly ComputedValue[] | undefined][] = [];
  for (const [port, { many, type }] of Object.entries(node.definition.inputs)) {
    if (!isDataPortType(type)) continue;
    const sources = node.inputs[port] ?? [];
    const values = await Promise.all(sources.map((source) => numbersOf(source, parts)));
    arrived.push([port, many ? values : values[0]]);
  }
  return Object.fromEntries(arrived);
}

/** The first output that holds a number that is not finite, and how many there are. */
async function notFiniteIn({ ports, data }: ValuesWithData) {
  for (const [port, value] of Object.entries(ports)) {
    const numbers = [...(await data.read(valuesOf(value))).values()].flat();
    const count = numbers.reduce(
      (sum, plane) =>
        sum +
        (plane instanceof Float32Array
          ? plane.reduce((bad, one) => bad + (Number.isFinite(one) ? 0 : 1), 0)
          : 0),
      0,
    );
    if (count > 0) return { port, count };
  }
  return undefined;
}

async function numbersOf(
  { nodeId, port }: { readonly nodeId: string; readonly port: string },
  { inputs, kept }: Pick<ComputeParts, 'inputs' | 'kept'>,
): Promise<ComputedValue> {
  const result = kept.get(nodeId);
  // What a loader makes of its data, where it makes anything of it.
  const input = result ? undefined : inputs.get(nodeId);
  if (input) return input.computed;
  const value = result?.ports[port];
  if (!result || !value) throw new InternalError(`${nodeId}.${port} is not there.`);
  return computedValue(value, await result.data.read(valuesOf(value)));
}
