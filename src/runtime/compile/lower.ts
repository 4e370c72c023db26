import type { DataValues } from '../api/data-kinds/index';
import type { Diagnostic } from '../api/engine/diagnostics';
import type { InputDescriptor } from '../api/engine/inputs';
import { messages } from '../api/engine/messages';
import type { InputValues, LoweringContext } from '../api/nodes/define-node';
import type { LoweringProblem } from '../api/nodes/lowering-problem';
import type { PortValues } from '../api/nodes/port-values';
import { InternalError, withFaultsAt } from '../internal-error';
import type { Op, OpGraph } from '../ir/op-graph';
import { elementOf, type ValueId, type ValueType } from '../ir/values';
import { Refusal } from '../refusal';
import { type CheckedGraph, type CheckedNode, handsSourceOn } from './checked-graph';
import { type DataValue, gridOf, isData, mapDataValues, valuesOf } from './data-values';
import { GraphBuilder } from './graph-builder';
import { type Keep, savedPorts } from './kept-outputs';
import { requireTypesOf } from './output-types';
import type { FiniteCheck, ResultCheck } from './result-checks';
import type { ResultWarning } from './result-warnings';
import { readsOf } from './traverse';

export type PortValue = PortValues[keyof PortValues];

/** Outputs of a node that an earlier run left: they enter the program as inputs. */
export interface KeptOutputs {
  readonly ports: Readonly<Record<string, DataValue>>;
  readonly types: ReadonlyMap<ValueId, ValueType>;
}

export interface LowerOptions {
  /** Shape of each loader's data. */
  readonly descriptors: ReadonlyMap<string, InputDescriptor>;
  /** Results of earlier runs by node id: these nodes are not computed again. */
  readonly kept?: ReadonlyMap<string, KeptOutputs>;
  /** What must outlive the program; `all` unless told. */
  readonly keep?: Keep;
  /** Outputs, as `node.port`, that must outlive it too: what comes after it reads them. */
  readonly readLater?: ReadonlySet<string>;
  /** Check that what nodes give is finite. */
  readonly checkFinite?: boolean;
}

export interface Lowered {
  /** Present where there is no error. */
  readonly graph?: OpGraph;
  /** Data values of every node by port, kept or not. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, DataValue>>>;
  /** What is to be looked at once the program has run. */
  readonly checks: readonly ResultCheck[];
  /** What may then be said against its results. */
  readonly warnings: readonly ResultWarning[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Key of the program input that holds a part of a loader's data.
 * @param part as `mapParts` names it; left out where the data is one field that bears the kind's name
 */
export function loaderKey(nodeId: string, part?: string): string {
  return part === undefined ? `${nodeId}.source` : `${nodeId}.source.${part}`;
}

/** `loaderKey` for a part of data of this kind. */
export function partKey(nodeId: string, kind: DataValue['kind'], part: string): string {
  return loaderKey(nodeId, part === kind ? undefined : part);
}

/** Key of a program input that holds a kept result. */
export function keptKey(nodeId: string, value: ValueId): string {
  return `${nodeId}.kept.${value}`;
}

/**
 * Asks every node what it means. A node that refuses does not keep the others from being asked.
 * @throws InternalError with the node whose `lower` is at fault
 */
export function lower(checked: CheckedGraph, options: LowerOptions): Lowered {
  const builder = new GraphBuilder();
  const { outputs, checks, diagnostics } = lowerNodes(builder, checked, options);
  const { warnings } = builder;
  if (diagnostics.length > 0) return { outputs, checks, warnings, diagnostics };
  const results = new Set(checks.flatMap((one) => ('problem' in one ? [one.value] : [])));
  for (const value of warnings.flatMap(({ values }) => values)) results.add(value);
  const saved = savedPorts(checked);
  const { ops } = builder.finish([]);
  const { keep = 'all' } = options;
  const costly = new Set(ops.filter(({ region }) => region).map(({ origin }) => origin));
  const givers = new Set(checked.nodes.filter(handsSourceOn).map(({ id }) => id));
  for (const [nodeId, ports] of outputs) {
    // Nobody reads them back.
    if (givers.has(nodeId) || options.kept?.has(nodeId)) continue;
    for (const [port, value] of Object.entries(ports)) {
      const ids = valuesOf(value);
      const isSmall = ids.every((id) => builder.typeOf(id).kind !== 'field');
      const name = `${nodeId}.${port}`;
      const isAsked = saved.has(name) || options.readLater?.has(name);
      const isKept = keep === 'all' || (keep === 'costly' && costly.has(nodeId));
      if (isAsked || isKept || isSmall) {
        for (const id of ids) results.add(id);
      }
    }
  }
  // What nobody needs is not computed only to be looked at.
  const needed = neededFor([...results], ops);
  const made = checks.filter((one) => 'problem' in one || needed.has(one.countOf ?? one.value));
  for (const { value } of made) results.add(value);
  return { graph: builder.finish([...results]), outputs, checks: made, warnings, diagnostics };
}

/** What nodes gave when they were asked what they mean. */
export interface LoweredNodes {
  /** By node and port, parts of a recipe as well as data. Nodes that refused are missing. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, PortValue>>>;
  /** Those of them that are data. */
  readonly outputs: Lowered['outputs'];
  readonly checks: readonly ResultCheck[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Asks every node of a graph what it means, one after the other, in a program that may hold more.
 * @throws InternalError with the node whose `lower` is at fault
 */
export function lowerNodes(
  builder: GraphBuilder,
  checked: CheckedGraph,
  options: Pick<LowerOptions, 'descriptors' | 'kept' | 'checkFinite'>,
): LoweredNodes {
  const diagnostics: Diagnostic[] = [];
  const values = new Map<string, Readonly<Record<string, PortValue>>>();
  const outputs = new Map<string, Readonly<Record<string, DataValue>>>();
  const checks: ResultCheck[] = [];
  for (const node of checked.nodes) {
    builder.origin = node.id;
    const kept = options.kept?.get(node.id);
    const checksBefore = builder.checks.length;
    const given = withFaultsAt(node.id, () =>
      kept
        ? fromKept(builder, node.id, kept)
        : lowerNode(builder, node, values, options.descriptors.get(node.id), diagnostics),
    );
    if (!given) continue;
    values.set(node.id, given);
    const data: Record<string, DataValue> = {};
    for (const [port, value] of Object.entries(given)) {
      if (!isData(value)) continue;
      withFaultsAt(node.id, () => requireTypesOf(port, value, (id) => builder.typeOf(id)));
      data[port] = value;
    }
    outputs.set(node.id, data);
    checks.push(...builder.checks.slice(checksBefore));
    // Loaders' images and what is kept lie with the caller, who has looked at them.
    const isGiven = handsSourceOn(node) || kept !== undefined;
    if (options.checkFinite && !isGiven) checks.push(...finiteChecks(builder, node.id, data));
  }
  return { values, outputs, checks, diagnostics };
}

/** Checks that every program value of a node's outputs is finite; planes are counted where they lie. */
function finiteChecks(
  builder: GraphBuilder,
  nodeId: string,
  ports: Readonly<Record<string, DataValue>>,
): readonly FiniteCheck[] {
  return Object.entries(ports).flatMap(([port, value]) =>
    valuesOf(value).flatMap((id): readonly FiniteCheck[] => {
      const type = builder.typeOf(id);
      if (type.kind === 'scalars') return [{ value: id, nodeId, port }];
      // Whole numbers have no value that is not finite.
      if (elementOf(type) !== 'f32') return [];
      const count = builder.builder.countNonFinite({ value: id });
      return [{ value: count, nodeId, port, countOf: id }];
    }),
  );
}

/** The results, and every value that they are computed from. */
function neededFor(results: readonly ValueId[], ops: readonly Op[]): ReadonlySet<ValueId> {
  const needed = new Set(results);
  for (const op of [...ops].reverse()) {
    if (!Object.values(op.outputs).some((value) => needed.has(value))) continue;
    for (const value of readsOf(op)) needed.add(value);
  }
  return needed;
}

function lowerNode(
  builder: GraphBuilder,
  node: CheckedNode,
  values: ReadonlyMap<string, Readonly<Record<string, PortValue>>>,
  descriptor: InputDescriptor | undefined,
  diagnostics: Diagnostic[],
): Readonly<Record<string, PortValue>> | undefined {
  const inputs: Record<string, PortValue | readonly PortValue[] | undefined> = {};
  for (const [port, { many }] of Object.entries(node.definition.inputs)) {
    const sources = node.inputs[port] ?? [];
    const arrived = sources.map((source) => values.get(source.nodeId)?.[source.port]);
    // What a refusing node should have given is missing; its own diagnostic says why.
    if (arrived.some((value) => value === undefined)) return undefined;
    inputs[port] = many ? (arrived as PortValue[]) : arrived[0];
  }
  const context: LoweringContext = {
    nodeId: node.id,
    source: descriptor && onKnownGrid(builder, descriptor),
    input(kind) {
      if (!descriptor) throw new Refusal(node.id, missingData(node));
      if (descriptor.kind !== kind) {
        throw new InternalError(`${node.id} is bound to ${descriptor.kind}, not ${kind}.`);
      }
      return sourceValue(builder, node.id, descriptor) as DataValues[typeof kind];
    },
    refuse(problem) {
      throw new Refusal(node.id, problem);
    },
  };
  if (node.definition.source && !descriptor) {
    diagnostics.push(messages.inputMissing(node.id, node.definition.title));
    return undefined;
  }
  try {
    return node.definition.lower(
      builder.builder,
      inputs as InputValues<Record<string, never>>,
      node.params,
      context,
    ) as Readonly<Record<string, PortValue>>;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    diagnostics.push(messages.recipe(error.nodeId, error.problem));
    return undefined;
  }
}

function missingData(node: CheckedNode): LoweringProblem {
  const { message, remedy } = messages.inputMissing(node.id, node.definition.title);
  return { message, remedy };
}

function fromKept(
  builder: GraphBuilder,
  nodeId: string,
  kept: KeptOutputs,
): Readonly<Record<string, PortValue>> {
  return Object.fromEntries(
    Object.entries(kept.ports).map(([port, value]) => {
      const known = mapDataValues(value, (id) =>
        builder.input(keptKey(nodeId, id), kept.types.get(id) as ValueType),
      );
      return [port, onKnownGrid(builder, known)];
    }),
  );
}

/** The data bound to a loader as inputs of the program, one for each of its parts. */
function sourceValue(builder: GraphBuilder, nodeId: string, descriptor: DataValue): DataValue {
  const value = mapDataValues(descriptor, (_, part, type) => {
    if (!type) throw new InternalError(`Data of kind ${descriptor.kind} cannot be loaded.`);
    return builder.input(partKey(nodeId, descriptor.kind, part), type);
  });
  return onKnownGrid(builder, value);
}

/** The value on the one grid that stands for all that differ from its own by rounding. */
function onKnownGrid(builder: GraphBuilder, value: DataValue): DataValue {
  const grid = gridOf(value);
  return grid ? ({ ...value, grid: builder.gridOf(grid) } as DataValue) : value;
}
