import { nodeRegistry } from '../src/nodes/index';
import type { PipelineDocument } from '../src/pipeline/schema';
import { writeDocument } from '../src/pipeline/write-document';
import type { InputDescriptor } from '../src/runtime/api/engine/inputs';
import type { CheckedGraph } from '../src/runtime/compile/checked-graph';
import { compile } from '../src/runtime/compile/compile';
import { loaderKey } from '../src/runtime/compile/lower';
import { parse } from '../src/runtime/compile/parse';
import type { PhaseOptions } from '../src/runtime/compile/phases';
import { leaveOutUnbound, validate } from '../src/runtime/compile/validate';
import type { BufferId } from '../src/runtime/ir/kernel-graph';
import type { Plan } from '../src/runtime/ir/plan';
import { InputStore } from '../src/runtime/session/inputs/input-store';
import type { Pair } from './pairs';
import { openPair } from './recipe';

/** A recipe with its data opened, up to where compiling begins. */
export interface OpenedRecipe {
  readonly text: string;
  readonly graph: CheckedGraph;
  readonly descriptors: ReadonlyMap<string, InputDescriptor>;
  /** Intensities or labels by loader. */
  readonly values: ReadonlyMap<string, Float32Array | Uint32Array>;
}

/**
 * Opens a pair for a recipe.
 * @throws Error where the recipe or the data is wrong
 */
export async function openRecipe(document: PipelineDocument, pair: Pair): Promise<OpenedRecipe> {
  const inputs = new InputStore();
  const handles = await openPair(document, pair, (request) => inputs.open(request));
  const text = writeDocument(document);
  const graph = checkedGraph(text, new Set(Object.keys(handles)));
  const descriptors = new Map<string, InputDescriptor>();
  const values = new Map<string, Float32Array | Uint32Array>();
  for (const [nodeId, handle] of Object.entries(handles)) {
    const input = inputs.get(handle);
    if (!input?.volume) continue;
    descriptors.set(nodeId, input.descriptor);
    values.set(nodeId, input.volume.values);
  }
  return { text, graph, descriptors, values };
}

/**
 * The first two phases: text to a checked graph without what has no data.
 * @throws Error where there is none
 */
export function checkedGraph(text: string, bound: ReadonlySet<string>): CheckedGraph {
  const { document, diagnostics } = parse(text, nodeRegistry);
  const validated = document ? validate(document, nodeRegistry) : undefined;
  if (!validated?.graph) {
    const all = [...diagnostics, ...(validated?.diagnostics ?? [])];
    throw new Error(all.map(({ message }) => message).join('\n'));
  }
  return leaveOutUnbound(validated.graph, (nodeId) => bound.has(nodeId)).graph;
}

/**
 * The plan of an opened recipe, as the command line runs it.
 * @throws Error where there is none
 */
export function compileRecipe(
  { graph, descriptors }: OpenedRecipe,
  options: PhaseOptions = {},
): Plan {
  const { plan, diagnostics } = compile(graph, {
    ...options,
    descriptors,
    keep: 'needed',
    checkFinite: true,
  });
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return plan;
}

/** Hands the recipe's data to memory of any kind. */
export function writeInputs(
  plan: Plan,
  { values }: OpenedRecipe,
  write: (buffer: BufferId, data: Float32Array | Uint32Array) => void,
): void {
  const byKey = new Map([...values].map(([nodeId, data]) => [loaderKey(nodeId), data]));
  for (const { value, key } of plan.inputs) {
    const data = byKey.get(key);
    const buffer = plan.buffersOfValue.get(value)?.[0];
    if (data && buffer !== undefined) write(buffer, data);
  }
}
