import { loadersOf } from '../src/cli/bind-inputs';
import { nodeRegistry } from '../src/nodes/index';
import { parseDocument } from '../src/pipeline/parse-document';
import type { Params, PipelineDocument } from '../src/pipeline/schema';
import type { OpenInputRequest, OpenInputResult } from '../src/runtime/api/engine/engine-api';
import { readingOf } from '../src/runtime/api/engine/inputs';
import type { Pair } from './pairs';

/** Texts of the shipped recipes by path. */
const texts = import.meta.glob<string>('../pipelines/*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** A few iterations of each stage. */
const quickParameters: Readonly<Record<string, Params>> = {
  'rigid-levels': { iterations: [10] },
  'affine-levels': { iterations: [10, 5] },
  'field-levels': { iterations: [10, 5, 5] },
};

export interface RecipeChanges {
  /** Generated heads as one slice and few iterations, for slow devices. */
  readonly quick?: boolean;
  /** The field's levels run all their iterations. */
  readonly fullIterations?: boolean;
}

/**
 * A shipped recipe with what a measurement changes in it.
 * @param name of its file, without `.json`
 * @throws Error where there is none, or it is no recipe any more
 */
export function readRecipe(name: string, changes: RecipeChanges = {}): PipelineDocument {
  const text = texts[`../pipelines/${name}.json`];
  if (text === undefined) throw new Error(`There is no recipe "${name}".`);
  const parsed = parseDocument(changes.quick ? text.replaceAll('"head-3d"', '"head-2d"') : text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return withParameters(parsed.document, {
    ...(changes.quick ? quickParameters : {}),
    ...(changes.fullIterations ? { 'field-levels': { convergence: 0 } } : {}),
  });
}

/** Opens a pair for a recipe; gives the handles by loader. Loaders without a file are left out. */
export async function openPair(
  document: PipelineDocument,
  pair: Pair,
  open: (request: OpenInputRequest) => Promise<OpenInputResult>,
): Promise<Readonly<Record<string, string>>> {
  const handles: Record<string, string> = {};
  for (const { nodeId, source } of loadersOf(document, nodeRegistry)) {
    const bytes = pair.files?.[nodeId];
    if (pair.files && !bytes) continue;
    const opened = await open(
      bytes
        ? {
            nodeId,
            source: { ...readingOf(source), kind: 'file', name: nodeId },
            // The engine owns what it is given, and a pair is opened many times.
            bytes: bytes.slice(),
            fileName: pair.fileNames?.[nodeId] ?? `${nodeId}.nii.gz`,
          }
        : { nodeId, source },
    );
    if (!opened.ok) throw new Error(opened.diagnostics.map(({ message }) => message).join('\n'));
    handles[nodeId] = opened.handle;
  }
  return handles;
}

/** The recipe with other parameters; nodes that it lacks are left out. */
export function withParameters(
  document: PipelineDocument,
  changes: Readonly<Record<string, Params>>,
): PipelineDocument {
  const nodes = Object.entries(document.nodes).map(
    ([id, node]) => [id, { ...node, params: { ...node.params, ...changes[id] } }] as const,
  );
  return { ...document, nodes: Object.fromEntries(nodes) };
}
