import type { PairPlane } from '../../api/data-kinds/dataset';
import { isDataPortType } from '../../api/data-kinds/index';
import type { Diagnostic } from '../../api/engine/diagnostics';
import { messages } from '../../api/engine/messages';
import type { ObjectivePart } from '../../api/nodes/port-values';
import type { CheckedGraph, CheckedNode, WireSource } from '../../compile/checked-graph';
import { mapDataValues, valuesOf } from '../../compile/data-values';
import type { GraphBuilder } from '../../compile/graph-builder';
import { keptKey, lowerNodes, partKey } from '../../compile/lower';
import { InternalError } from '../../internal-error';
import type { PlaneArray } from '../../ir/values';
import type { StoredInput } from '../inputs/input-store';
import type { StoredResult } from '../results/result-store';

/** The objectives that are wired to a node that learns, to be asked in a program of their own. */
export interface WiredObjectives {
  /** @throws WiringRefused where one of them refuses its data */
  lower(graph: GraphBuilder): readonly ObjectivePart[];
  /** Numbers of the data that stays the same, by the keys of the inputs that `lower` makes. */
  readonly constants: ReadonlyMap<string, readonly PlaneArray[]>;
  /** Which part of a pair each of the other inputs is. */
  readonly ofPair: ReadonlyMap<string, PairPlane>;
  /** Ids of the parts that read data, constant or of the pair. */
  readonly bringingData: readonly string[];
}

/** Objectives that cannot be asked about the pairs of a dataset. */
export class WiringRefused extends Error {
  override readonly name = 'WiringRefused';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics[0]?.message ?? 'An objective refused its data.');
    this.diagnostics = diagnostics;
  }
}

/** What is known of a recipe while a node of it learns. */
export interface RecipeParts {
  readonly graph: CheckedGraph;
  readonly inputs: ReadonlyMap<string, StoredInput>;
  readonly kept: ReadonlyMap<string, StoredResult>;
}

/** Ports of a node that gives a dataset by which objectives read of the pair that is shown. */
const pairPorts: readonly PairPlane[] = ['fixed', 'moving', 'fixedLabels', 'movingLabels'];

/**
 * Nodes whose outputs are parts of a recipe, from which a node's wires come, with those that they need in turn: in the order
 * of the graph.
 */
export function partsBehind(
  sources: readonly WireSource[],
  { nodes }: CheckedGraph,
): readonly CheckedNode[] {
  const wanted = new Set(sources.map(({ nodeId }) => nodeId));
  const found: CheckedNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!wanted.has(node.id) || !givesParts(node)) continue;
    found.push(node);
    for (const { nodeId } of Object.values(node.inputs).flat()) wanted.add(nodeId);
  }
  return found.reverse();
}

/** The outputs that parts of a recipe read. */
export function dataOfParts(parts: readonly CheckedNode[]): readonly WireSource[] {
  const own = new Set(parts.map(({ id }) => id));
  return parts.flatMap(({ inputs }) =>
    Object.values(inputs)
      .flat()
      .filter(({ nodeId }) => !own.has(nodeId)),
  );
}

/**
 * The objectives wired to a node that learns.
 * @throws WiringRefused where one reads what was made of a single pair of a dataset
 */
export async function wiredObjectives(
  node: CheckedNode,
  { graph, inputs, kept }: RecipeParts,
): Promise<WiredObjectives> {
  const sources = node.inputs.objectives ?? [];
  const parts = partsBehind(sources, graph);
  const [dataset] = node.inputs.dataset ?? [];
  const read = dataOfParts(parts);
  const refused = read.flatMap((source) => onePairOnly(source, dataset, parts, graph));
  if (refused.length > 0) throw new WiringRefused(refused);
  const bringing = new Set(read.map(({ nodeId }) => nodeId));
  const constants = new Map<string, readonly PlaneArray[]>();
  const ofPair = new Map<string, PairPlane>();
  for (const nodeId of bringing) {
    const result = kept.get(nodeId);
    const input = inputs.get(nodeId);
    if (result) {
      for (const [port, value] of Object.entries(result.ports)) {
        const ids = valuesOf(value);
        const part = pairPorts.find((name) => name === port);
        if (nodeId === dataset?.nodeId && part) {
          for (const id of ids) ofPair.set(keptKey(nodeId, id), part);
          continue;
        }
        const numbers = await result.data.read(ids);
        for (const [id, planes] of numbers) constants.set(keptKey(nodeId, id), planes);
      }
    } else if (input) {
      mapDataValues(input.descriptor, (id, part) => {
        constants.set(partKey(nodeId, input.descriptor.kind, part), input.numbers.get(id) ?? []);
        return id;
      });
    }
  }
  return {
    constants,
    ofPair,
    bringingData: parts.flatMap(({ id, inputs: wires }) =>
      Object.values(wires)
        .flat()
        .some(({ nodeId }) => bringing.has(nodeId))
        ? [id]
        : [],
    ),
    lower(builder) {
      const own = new Set(parts.map(({ id }) => id));
      const nodes = graph.nodes.filter(({ id }) => own.has(id) || bringing.has(id));
      const lowered = lowerNodes(
        builder,
        { nodes },
        {
          descriptors: new Map([...inputs].map(([id, { descriptor }]) => [id, descriptor])),
          kept: new Map([...kept].filter(([id]) => bringing.has(id))),
        },
      );
      if (lowered.diagnostics.length > 0) throw new WiringRefused(lowered.diagnostics);
      return sources.map(({ nodeId, port }) => {
        const value = lowered.values.get(nodeId)?.[port];
        if (value?.kind !== 'objective') throw new InternalError(`${nodeId} gave no objective.`);
        if (!canBeAsked(value)) throw new WiringRefused([notAskable(nodeId)]);
        return value;
      });
    },
  };
}

/** Whether it can be asked about a displacement: a network shows its objectives nothing else. */
function canBeAsked(part: ObjectivePart): boolean {
  if (part.on === 'round-trips') return false;
  return !('roles' in part) || part.roles.some((role) => role === 'displacement' || role === 'map');
}

function notAskable(nodeId: string): Diagnostic {
  return messages.recipe(nodeId, {
    message:
      'A network gives a displacement, and this weighs something else: a velocity, a metric or a way back.',
    remedy: 'Wire a regularizer of displacements, such as Diffusion, Bending energy or Folding.',
  });
}

function givesParts({ definition }: CheckedNode): boolean {
  return Object.values(definition.outputs).some(({ type }) => !isDataPortType(type));
}

/** What is wrong with data that was made of one pair, where every step shows another: there where pairs come from a dataset. */
function onePairOnly(
  { nodeId, port }: WireSource,
  dataset: WireSource | undefined,
  parts: readonly CheckedNode[],
  { nodes }: CheckedGraph,
): readonly Diagnostic[] {
  if (!dataset) return [];
  if (nodeId === dataset.nodeId && (pairPorts as readonly string[]).includes(port)) return [];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const fromDataset = (id: string): boolean => {
    const node = byId.get(id);
    if (!node) return false;
    const gives = Object.values(node.definition.outputs).some(({ type }) => type === 'dataset');
    return (
      gives ||
      Object.values(node.inputs)
        .flat()
        .some((source) => fromDataset(source.nodeId))
    );
  };
  if (!fromDataset(nodeId)) return [];
  return parts.flatMap((part) =>
    Object.entries(part.inputs).flatMap(([input, from]) =>
      from.some((source) => source.nodeId === nodeId && source.port === port)
        ? [
            messages.recipe(part.id, {
              port: input,
              message: `"${nodeId}" made this of one pair of a dataset; every step of training shows another.`,
              remedy: 'Wire it from the dataset that the training is wired to, or not at all.',
            }),
          ]
        : [],
    ),
  );
}
