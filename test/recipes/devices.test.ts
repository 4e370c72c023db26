import { beforeAll, describe, expect, test } from 'vitest';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantomPair } from '../../src/imaging/phantoms/head';
import type { PipelineDocument } from '../../src/pipeline/schema';
import { requestTestGpu } from '../support/gpu';
import {
  onSlices,
  openTestSession,
  type RecipeFiles,
  readRecipe,
  runRecipe,
  volumeOf,
  withParameters,
} from '../support/run-recipe';

/** Largest difference of a metric between the devices, whose float32 sums run in other orders. */
const tolerance = 0.002;

/** Voxels that may change sides in a label so small that one of them counts more than that. */
const changedVoxels = 3;

const slices = heads(2, [96, 112, 1]);

/** Of each recipe as much as a software graphics driver does in seconds. */
const briefly = [
  {
    name: 'greedy',
    heads: slices,
    document: withParameters(readRecipe('brain-2d-greedy.json'), {
      'field-levels.iterations': [10, 5, 3],
    }),
  },
  {
    name: 'affine by mutual information',
    heads: slices,
    document: withParameters(onSlices(readRecipe('brain-t1-affine.json')), {
      'rigid-levels.iterations': [3],
      'affine-levels.iterations': [3, 2],
    }),
  },
  {
    name: 'velocity field',
    heads: slices,
    document: withParameters(onSlices(readRecipe('brain-t1-svf.json')), {
      'rigid-levels.iterations': [1],
      'affine-levels.iterations': [1, 1],
      'field-levels.iterations': [2, 1, 1],
      'field-model.squarings': 3,
    }),
  },
  {
    name: 'greedy on volumes',
    heads: heads(3, [32, 36, 32]),
    document: withParameters(readRecipe('brain-t1-greedy.json'), {
      'rigid-levels.iterations': [1],
      'affine-levels.iterations': [1, 1],
      'field-levels.iterations': [10, 5, 3],
    }),
  },
];

/** What a run leaves that has to be the same again. */
interface Outcome {
  readonly metrics: Readonly<Record<string, number>>;
  readonly iterations: readonly number[];
  readonly warped: Float32Array;
}

interface Heads {
  readonly files: RecipeFiles;
  readonly fixedLabels: Float32Array;
}

describe.each(briefly)('$name, briefly', ({ document, heads }) => {
  let onOneThread: Outcome;
  let onGpu: readonly [Outcome, Outcome] | { readonly skipped: string };

  beforeAll(async () => {
    onOneThread = await outcome(document, heads, { threads: 1 });
    const gpu = await openGpu();
    onGpu =
      'skipped' in gpu
        ? gpu
        : [await outcome(document, heads, gpu), await outcome(document, heads, gpu)];
  });

  test('is the same bit for bit on the CPU, on one thread and on two', async () => {
    expectSame(await outcome(document, heads, { threads: 2 }), onOneThread);
  });

  test('is the same bit for bit on the GPU each time', (context) => {
    if ('skipped' in onGpu) return context.skip(onGpu.skipped);
    expectSame(onGpu[1], onGpu[0]);
  });

  test('is the same on both devices within the tolerance', (context) => {
    if ('skipped' in onGpu) return context.skip(onGpu.skipped);
    expectClose(onGpu[0], onOneThread, heads);
  });
});

test('a whole recipe ends the same on both devices within the tolerance', async (context) => {
  const gpu = await openGpu();
  if ('skipped' in gpu) return context.skip(gpu.skipped);
  const document = readRecipe('brain-2d-greedy.json');
  const onCpu = await outcome(document, slices, { threads: 2 });
  expectClose(await outcome(document, slices, gpu), onCpu, slices);
});

async function openGpu(): Promise<{ readonly gpu: GPU } | { readonly skipped: string }> {
  const found = await requestTestGpu();
  if ('skipped' in found) return found;
  found.device.destroy();
  return { gpu: found.gpu };
}

/** Runs in a session of its own, because a session gives again what it has computed before. */
async function outcome(
  document: PipelineDocument,
  { files }: Heads,
  options: { readonly gpu: GPU } | { readonly threads: number },
): Promise<Outcome> {
  const device = 'gpu' in options ? 'gpu' : 'cpu';
  const session = await openTestSession({ threads: 1, ...options });
  try {
    const run = await runRecipe(session, document, { device, files });
    expect(run.result.device).toBe(device);
    return {
      metrics: run.result.metrics,
      iterations: run.result.levels.map(({ iterations }) => iterations),
      warped: (await volumeOf(run, 'warp-image', 'image')).values,
    };
  } finally {
    await session.destroy();
  }
}

function expectSame(actual: Outcome, expected: Outcome): void {
  expect(actual.metrics).toEqual(expected.metrics);
  expect(actual.iterations).toEqual(expected.iterations);
  expect(Buffer.from(actual.warped.buffer).equals(Buffer.from(expected.warped.buffer))).toBe(true);
}

function expectClose(actual: Outcome, expected: Outcome, { fixedLabels }: Heads): void {
  expect(Object.keys(actual.metrics)).toEqual(Object.keys(expected.metrics));
  for (const [name, value] of Object.entries(expected.metrics)) {
    const other = actual.metrics[name] ?? Number.NaN;
    const label = Number(/^dice\.(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    const voxels = fixedLabels.reduce((count, one) => count + (one === label ? 1 : 0), 0);
    const allowed = voxels > 0 ? Math.max(tolerance, changedVoxels / voxels) : tolerance;
    expect.soft(Math.abs(other - value), `${name}: ${other} and ${value}`).toBeLessThan(allowed);
  }
}

function heads(dimensions: 2 | 3, sizeVoxels: readonly [number, number, number]): Heads {
  const { fixed, moving } = headPhantomPair({
    dimensions,
    sizeVoxels,
    spacingMm: [192 / sizeVoxels[0], 224 / sizeVoxels[1], dimensions === 2 ? 1 : 6],
    seed: 3,
    contrast: 't1',
  });
  return {
    files: {
      fixed: writeNifti(fixed.image),
      'fixed-labels': writeNifti(fixed.labels),
      moving: writeNifti(moving.image),
      'moving-labels': writeNifti(moving.labels),
    },
    fixedLabels: fixed.labels.values,
  };
}
