import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../src/imaging/phantoms/head';
import type { Volume } from '../../src/imaging/volume';
import { nodeRegistry } from '../../src/nodes/index';
import type {
  DeviceKind,
  NodeState,
  RunProgress,
  RunRequest,
  RunResult,
} from '../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../src/runtime/device-openers';
import { createSession, type Session, type SessionParts } from '../../src/runtime/session';

type Nodes = Record<string, { type: string; version: number; params: Record<string, unknown> }>;
/** A recipe as its file holds it. */
export interface Recipe {
  readonly nodes: Nodes;
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}
/** Parameters to change, by node. */
export type Changes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const heads = [1, 2].map((subject) =>
  headPhantom({ dimensions: 2, sizeVoxels: [48, 56, 1], seed: 1, subject, contrast: 't1' }),
);
/** Two heads, one slice each, and what their voxels are. */
export const headVolumes: Readonly<Record<string, Volume>> = {
  fixed: heads[0]!.image,
  moving: heads[1]!.image,
  'fixed-labels': heads[0]!.labels,
  'moving-labels': heads[1]!.labels,
};
const text = readFileSync('pipelines/brain-2d-greedy.json', 'utf8');

/** The shipped recipe of two slices, cut down to few iterations, with other parameters. */
export function slices(changes: Changes = {}): Recipe {
  const recipe = JSON.parse(text) as Recipe;
  const all: Changes = {
    'affine-levels': { shrink: [2], iterations: [2], convergence: 0 },
    'field-levels': { shrink: [2, 1], iterations: [6, 4], convergence: 0 },
    ...changes,
  };
  for (const [id, params] of Object.entries(all)) Object.assign(recipe.nodes[id]!.params, params);
  return recipe;
}

/** The same without its affine stage: what starts it, starts the field. */
export function withoutAffine(recipe: Recipe): Recipe {
  const { nodes, edges } = recipe;
  const gone = ['affine', 'affine-levels', 'affine-model', 'linear-adam', 'mutual-information'];
  const initial = edges.find(({ to }) => to === 'affine.initial')?.from ?? 'start.transform';
  return {
    ...recipe,
    nodes: Object.fromEntries(Object.entries(nodes).filter(([id]) => !gone.includes(id))),
    edges: edges
      .filter(({ to }) => !to.startsWith('affine.'))
      .map(({ from, to }) => ({ from: from === 'affine.transform' ? initial : from, to })),
  };
}

/** A session on one thread that checks what every phase of the compiler leaves. */
export function openSession(parts: Partial<SessionParts> = {}): Session {
  return createSession({
    registry: nodeRegistry,
    devices: deviceOpeners({ gpu: undefined, spawnThread: undefined, threads: 1 }),
    verify: true,
    ...parts,
  });
}

/** Opens volumes as files; handles by node. */
export async function bind(
  session: Session,
  given: Readonly<Record<string, Volume>> = headVolumes,
): Promise<Readonly<Record<string, string>>> {
  const bindings: Record<string, string> = {};
  for (const [nodeId, volume] of Object.entries(given)) {
    const as = volume.kind;
    const source = { kind: 'file', as, name: `${nodeId}.nii` } as const;
    const bytes = writeNifti(volume, { gzip: false });
    const opened = await session.openInput({ nodeId, source, bytes });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    bindings[nodeId] = opened.handle;
  }
  return bindings;
}

/** A finished run with all that was told of it. */
export interface Watched {
  readonly result: RunResult;
  readonly messages: readonly RunProgress[];
  /** Every state that each node was in, in order. */
  readonly states: ReadonlyMap<string, readonly NodeState[]>;
}

/** Runs a recipe to its end. */
export async function run(
  session: Session,
  recipe: object,
  bindings: Readonly<Record<string, string>>,
  onProgress: (progress: RunProgress, request: RunRequest) => void = () => undefined,
  device: DeviceKind = 'cpu',
  keep: RunRequest['keep'] = 'all',
): Promise<Watched> {
  const request: RunRequest = {
    runId: randomUUID(),
    documentText: JSON.stringify(recipe),
    bindings,
    device,
    keep,
  };
  const messages: RunProgress[] = [];
  const states = new Map<string, NodeState[]>();
  const result = await session.run(request, (progress) => {
    messages.push(progress);
    for (const { nodeId, state } of progress.nodes) {
      states.set(nodeId, [...(states.get(nodeId) ?? []), state]);
    }
    onProgress(progress, request);
  });
  return { result, messages, states };
}

/** Nodes that had to be computed: those that were waiting at the beginning. */
export const computed = ({ states }: Watched): readonly string[] =>
  [...states]
    .filter(([, [first]]) => first === 'waiting')
    .map(([id]) => id)
    .sort();

/** Nodes whose results were found from an earlier run. */
export const cached = ({ states }: Watched): readonly string[] =>
  [...states]
    .filter(([, [first]]) => first === 'cached')
    .map(([id]) => id)
    .sort();

/**
 * Voxels that a node gave.
 * @throws Error where they cannot be read.
 */
export async function numbersOf(session: Session, result: RunResult, nodeId: string, port: string) {
  const output = result.outputs.find((one) => one.nodeId === nodeId && one.port === port);
  const read = await session.read({ handle: output?.handle ?? '', as: 'volume' });
  if (read.kind !== 'volume') throw new Error(`${nodeId}.${port} cannot be read.`);
  return read.volume.values;
}
