import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Matrix3x4 } from '../../src/imaging/frames';
import { nodeRegistry } from '../../src/nodes/index';
import { parseDocument } from '../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../src/pipeline/schema';
import { writeDocument } from '../../src/pipeline/write-document';
import type {
  DeviceKind,
  ReadRequest,
  ReadResult,
  RunResult,
  VolumeData,
} from '../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../src/runtime/device-openers';
import { createSession, type Session } from '../../src/runtime/session';
import { poolThreadStarter } from './pool-threads';
import { sharedDataPath } from './shared-data';

const pipelines = resolve('pipelines');
const loaders = ['fixed', 'moving', 'fixed-labels', 'moving-labels'] as const;

/** Bytes of image files by the id of the loader that they are bound to. */
export type RecipeFiles = Readonly<Record<string, Uint8Array>>;

/** A finished run, with the session in which its results can be read. */
export interface RecipeRun {
  readonly result: RunResult;
  readonly session: Session;
}

/** File names of all recipes in `pipelines/`. */
export function recipeFileNames(): readonly string[] {
  return readdirSync(pipelines).filter((file) => file.endsWith('.json'));
}

/**
 * The recipe of that file name.
 * @throws Error when it is not a recipe.
 */
export function readRecipe(fileName: string): PipelineDocument {
  const parsed = parseDocument(readFileSync(resolve(pipelines, fileName), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.document;
}

/** The same recipe with other parameters: `{ 'levels.shrink': [4, 2] }`. */
export function withParameters(
  document: PipelineDocument,
  changes: Readonly<Record<string, number | string | readonly number[]>>,
): PipelineDocument {
  const changed = structuredClone(document) as {
    nodes: Record<string, { params: Record<string, unknown> }>;
  };
  for (const [path, value] of Object.entries(changes)) {
    const [id = '', parameter = ''] = path.split('.');
    const node = changed.nodes[id];
    if (!node || !(parameter in node.params)) throw new Error(`The recipe has no ${path}.`);
    node.params[parameter] = value;
  }
  return changed as unknown as PipelineDocument;
}

/** Whether a network learns from a dataset in it; to adapt one to a pair takes seconds, and is run to its end. */
export function learns(document: PipelineDocument): boolean {
  return Object.values(document.nodes).some(({ type }) => {
    const definition = nodeRegistry.get(type);
    return definition?.train !== undefined && 'dataset' in definition.inputs;
  });
}

/** The same recipe with trainings of two steps, on small generated pairs. */
export function shortlyTrained(document: PipelineDocument): PipelineDocument {
  const nodes = Object.entries(document.nodes).map(([id, node]) => {
    const short = nodeRegistry.get(node.type)?.train
      ? { steps: 2, validateEvery: 2 }
      : node.type === 'network.synthesize'
        ? { sizeVoxels: (node.params.sizeVoxels as number[]).map(() => 32), validationPairs: 1 }
        : {};
    return [id, { ...node, params: { ...node.params, ...short } }] as const;
  });
  return { ...document, nodes: Object.fromEntries(nodes) };
}

/** The same recipe on slices: every loader of a 3-D phantom opens the 2-D one. */
export function onSlices(document: PipelineDocument): PipelineDocument {
  return JSON.parse(JSON.stringify(document).replaceAll('"head-3d"', '"head-2d"'));
}

/** The images of a real pair in `../shared/data`, and its labels where it has some. */
export function realPair(folder: string): RecipeFiles {
  const pathOf = (id: string) => sharedDataPath(`${folder}/${id}.nii.gz`);
  return Object.fromEntries(
    loaders
      .filter((id) => existsSync(pathOf(id)))
      .map((id) => [id, new Uint8Array(readFileSync(pathOf(id)))]),
  );
}

/**
 * A session that checks what every phase of the compiler leaves. One thread unless stated: threads wait for each other at every
 * pass, which takes several times as long where other tests run beside.
 */
export async function openTestSession(
  options: { readonly gpu?: GPU; readonly threads?: number } = {},
): Promise<Session> {
  const { gpu, threads = 1 } = options;
  const spawnThread = threads > 1 ? await poolThreadStarter() : undefined;
  const devices = deviceOpeners({ gpu, spawnThread, threads });
  const bundled = async (name: string) =>
    new Uint8Array(readFileSync(resolve('networks', `${name}.zip`)));
  return createSession({ registry: nodeRegistry, devices, bundled, verify: true });
}

/**
 * Opens the inputs of a recipe in a session: with `files`, of the loaders that are named there,
 * without them every loader's own phantom. Gives the handles by node id.
 * @throws Error with the diagnostics when one cannot be opened.
 */
export async function openInputs(
  session: Session,
  document: PipelineDocument,
  files?: RecipeFiles,
): Promise<Readonly<Record<string, string>>> {
  const bindings: Record<string, string> = {};
  for (const [nodeId, node] of Object.entries(document.nodes)) {
    const definition = nodeRegistry.get(node.type);
    if (!definition?.source || (files && !(nodeId in files))) continue;
    const source = definition.source(definition.params.parse(node.params));
    const bytes = files?.[nodeId];
    const opened = await session.openInput({
      nodeId,
      ...(bytes
        ? { source: { kind: 'file', as: source.as, name: nodeId }, bytes, fileName: nodeId }
        : { source }),
    });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    bindings[nodeId] = opened.handle;
  }
  return bindings;
}

/**
 * Runs a recipe to its end.
 * @throws Error with the diagnostics when it does not get there.
 */
export async function runRecipe(
  session: Session,
  document: PipelineDocument,
  options: {
    readonly device?: DeviceKind;
    readonly files?: RecipeFiles;
    /** Told of each node whose result an earlier run of the session left. */
    readonly onCached?: (nodeId: string) => void;
  } = {},
): Promise<RecipeRun> {
  const bindings = await openInputs(session, document, options.files);
  const result = await session.run(
    {
      runId: document.name,
      documentText: writeDocument(document),
      bindings,
      device: options.device ?? 'cpu',
    },
    ({ nodes }) => {
      for (const { nodeId, state } of nodes) if (state === 'cached') options.onCached?.(nodeId);
    },
  );
  if (result.status !== 'done') throw new Error(JSON.stringify(result.diagnostics));
  return { result, session };
}

/** An image or label map that a node gave. */
export async function volumeOf(run: RecipeRun, nodeId: string, port: string): Promise<VolumeData> {
  const read = await readOutput(run, nodeId, port, 'volume');
  if (read.kind !== 'volume') throw new Error(`${nodeId}.${port} is no volume.`);
  return read.volume;
}

/** A transform that a node gave: moving = affine · (x + displacement(x)), mm. */
export async function transformOf(
  run: RecipeRun,
  nodeId: string,
): Promise<{ readonly affine: Matrix3x4; readonly displacement?: VolumeData }> {
  const read = await readOutput(run, nodeId, 'transform', 'transform');
  if (read.kind !== 'transform') throw new Error(`${nodeId} gave no transform.`);
  return read;
}

async function readOutput(
  { result, session }: RecipeRun,
  nodeId: string,
  port: string,
  as: 'volume' | 'transform',
): Promise<ReadResult> {
  const output = result.outputs.find((one) => one.nodeId === nodeId && one.port === port);
  if (!output) throw new Error(`The run has no ${nodeId}.${port}.`);
  const request: ReadRequest = { handle: output.handle, as };
  return session.read(request);
}
