import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { headPhantomPair } from '../../../src/imaging/phantoms/head';
import type { PipelineDocument } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import type { OutputHandle, ReadResult } from '../../../src/runtime/api/engine/engine-api';
import type { Session } from '../../../src/runtime/session';
import {
  openInputs,
  openTestSession,
  type RecipeFiles,
  readRecipe,
  runRecipe,
  withParameters,
} from '../../support/run-recipe';

/** Small enough to run all recipes in seconds, with three sizes, so that no two axes are confused. */
const volumes = heads(3, [32, 36, 28]);
const slices = heads(2, [48, 56, 1]);

const linearLevels = { 'rigid-levels.iterations': [6], 'affine-levels.iterations': [6, 4] };
const fieldLevels = { 'field-levels.iterations': [6, 4, 2] };

const cases = [
  {
    name: 'ants-syn',
    files: volumes,
    document: withParameters(readRecipe('ants-syn.json'), {
      ...linearLevels,
      'field-levels.iterations': [4, 3, 2, 1],
    }),
  },
  {
    name: 'brain-2d-greedy',
    files: slices,
    document: withParameters(readRecipe('brain-2d-greedy.json'), fieldLevels),
  },
  {
    name: 'brain-t1-affine',
    files: volumes,
    document: withParameters(readRecipe('brain-t1-affine.json'), linearLevels),
  },
  {
    name: 'brain-t1-greedy',
    files: volumes,
    document: withParameters(readRecipe('brain-t1-greedy.json'), {
      ...linearLevels,
      ...fieldLevels,
    }),
  },
  {
    name: 'brain-t1-svf',
    files: volumes,
    document: withParameters(readRecipe('brain-t1-svf.json'), {
      ...linearLevels,
      'field-levels.iterations': [3, 2, 1],
    }),
  },
  {
    name: 'affine-by-mutual-information-alone',
    files: volumes,
    document: affineAlone(),
  },
] as const;

const golden = (file: string): string => resolve('test/golden/recipes', file);

// Where these differ, `test/golden/README.md` says what to do.
describe.each(cases)('$name', { timeout: 60_000 }, ({ name, document, files }) => {
  let session: Session;

  beforeAll(async () => {
    session = await openTestSession({ threads: 1 });
  });
  afterAll(() => session.destroy());

  it('is planned as it was', async () => {
    await expect(await printedPlan(session, document, files)).toMatchFileSnapshot(
      golden(`${name}.plan.txt`),
    );
  });

  it('gives what it gave, bit for bit, and goes on from what is kept as it did', async () => {
    const run = await runRecipe(session, document, { files });
    await expect(await printedResults(session, run.result)).toMatchFileSnapshot(
      golden(`${name}.results.txt`),
    );
    if (name !== 'brain-t1-greedy') return;
    const later = withParameters(document, { 'field-levels.iterations': [3, 2, 1] });
    const cached: string[] = [];
    const rerun = await runRecipe(session, later, { files, onCached: (id) => cached.push(id) });
    const printed = `kept: ${cached.sort().join(' ')}\n${await printedResults(session, rerun.result)}`;
    await expect(printed).toMatchFileSnapshot(golden(`${name}.rerun.results.txt`));
  });
});

/** Two generated heads as files, by the ids that the recipes' loaders have. */
function heads(dimensions: 2 | 3, sizeVoxels: readonly [number, number, number]): RecipeFiles {
  const { fixed, moving } = headPhantomPair({
    dimensions,
    sizeVoxels,
    spacingMm: [
      192 / sizeVoxels[0],
      224 / sizeVoxels[1],
      dimensions === 2 ? 1 : 192 / sizeVoxels[2],
    ],
    seed: 3,
    contrast: 't1',
  });
  return {
    fixed: writeNifti(fixed.image),
    moving: writeNifti(moving.image),
    'fixed-labels': writeNifti(fixed.labels),
    'moving-labels': writeNifti(moving.labels),
  };
}

/** The affine stage of the affine recipe without the rigid one and without a start. */
function affineAlone(): PipelineDocument {
  const document = structuredClone(
    withParameters(readRecipe('brain-t1-affine.json'), linearLevels),
  ) as { -readonly [Key in keyof PipelineDocument]: PipelineDocument[Key] };
  const rigid = Object.keys(document.nodes).filter((id) => id.startsWith('rigid'));
  const start = Object.keys(document.nodes).filter((id) =>
    document.nodes[id]?.type.startsWith('initialise.'),
  );
  const dropped = new Set([...rigid, ...start]);
  const nodeOf = (end: string) => end.split('.')[0] ?? '';
  document.nodes = Object.fromEntries(
    Object.entries(document.nodes).filter(([id]) => !dropped.has(id)),
  );
  document.edges = document.edges.filter(
    ({ from, to }) => !dropped.has(nodeOf(from)) && !dropped.has(nodeOf(to)),
  );
  delete document.expects;
  return document;
}

async function printedPlan(
  session: Session,
  document: PipelineDocument,
  files: RecipeFiles,
): Promise<string> {
  const bindings = await openInputs(session, document, files);
  const { printed, diagnostics } = await session.compile({
    documentText: writeDocument(document),
    bindings,
    device: 'cpu',
    printAfter: 'allocate',
  });
  if (printed === undefined) throw new Error(JSON.stringify(diagnostics));
  return printed;
}

/** Metrics to their last digit, how every level ended, and a digest of all that can be read. */
async function printedResults(
  session: Session,
  { metrics, levels, outputs }: Awaited<ReturnType<typeof runRecipe>>['result'],
): Promise<string> {
  // The overlap of each label is in the digest of its table.
  const lines = Object.entries(metrics)
    .filter(([name]) => !/^dice\.\d+$/.test(name))
    .map(([name, value]) => `metric ${name} = ${value}`);
  for (const { nodeId, label, iterations, outcome } of levels) {
    lines.push(`${nodeId} ${label}: ${iterations} iterations, ${outcome}`);
  }
  for (const output of outputs) {
    const digest = createHash('sha256');
    for (const numbers of await numbersOf(session, output)) digest.update(bytesOf(numbers));
    lines.push(`${output.nodeId}.${output.port} ${digest.digest('hex').slice(0, 16)}`);
  }
  return `${lines.join('\n')}\n`;
}

async function numbersOf(
  session: Session,
  { handle, kind }: OutputHandle,
): Promise<readonly (Float32Array | readonly number[])[]> {
  const as = kind === 'image' || kind === 'labels' ? 'volume' : kind;
  const read = (await session.read({ handle, as } as Parameters<Session['read']>[0])) as ReadResult;
  if (read.kind === 'volume') return [read.volume.values];
  if (read.kind === 'transform') {
    return [read.affine, ...(read.displacement ? [read.displacement.values] : [])];
  }
  if (read.kind === 'table') return [read.rows.map(({ value }) => value)];
  throw new Error(`${kind} is not read here.`);
}

function bytesOf(numbers: Float32Array | readonly number[]): Uint8Array {
  const array = numbers instanceof Float32Array ? numbers : Float64Array.from(numbers);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
