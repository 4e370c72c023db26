import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeNifti } from '../../src/imaging/nifti/write-nifti';
import { headPhantomPair } from '../../src/imaging/phantoms/head';
import type { PipelineDocument } from '../../src/pipeline/schema';
import { writeDocument } from '../../src/pipeline/write-document';
import type { DeviceKind } from '../../src/runtime/api/engine/engine-api';
import type { Session } from '../../src/runtime/session';
import { requestTestGpu } from '../support/gpu';
import {
  onSlices,
  openInputs,
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

const slices = heads(2, [64, 76, 1]);

const cases = [
  {
    name: 'greedy',
    heads: slices,
    document: withParameters(readRecipe('brain-2d-greedy.json'), {
      'affine-levels.iterations': [10, 5],
      'field-levels.iterations': [30, 15, 8],
    }),
  },
  {
    name: 'affine by mutual information',
    heads: slices,
    document: withParameters(onSlices(readRecipe('brain-t1-affine.json')), {
      'rigid-levels.iterations': [20],
      'affine-levels.iterations': [15, 8],
    }),
  },
  {
    // A software driver needs seconds for each of its iterations.
    name: 'velocity field, for some iterations',
    heads: slices,
    document: withParameters(onSlices(readRecipe('brain-t1-svf.json')), {
      'rigid-levels.iterations': [2],
      'affine-levels.iterations': [1, 1],
      'field-levels.iterations': [1, 1, 1],
    }),
  },
  {
    name: 'greedy on volumes, for some iterations',
    heads: heads(3, [32, 36, 32]),
    document: withParameters(readRecipe('brain-t1-greedy.json'), {
      'rigid-levels.iterations': [5],
      'affine-levels.iterations': [5, 3],
      'field-levels.iterations': [4, 2, 1],
    }),
  },
];

/**
 * Whole recipes that end where rounding decides single voxels: a fold that can be matched in two
 * ways. They agree in what is measured over the whole image; see docs/decisions/0012-conditioning.md.
 */
const longCases = [
  {
    name: 'greedy on volumes, for many iterations',
    heads: heads(3, [32, 36, 32]),
    document: withParameters(readRecipe('brain-t1-greedy.json'), {
      'rigid-levels.iterations': [15],
      'affine-levels.iterations': [15, 8],
      'field-levels.iterations': [30, 15, 8],
    }),
  },
];
const wholeImage = ['ncc', 'dice.mean', 'jacobian.mean', 'jacobian.logStandardDeviation'];

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

let oneThread: Session;
let twoThreads: Session;
let gpu: Session | undefined;
let whyNoGpu = '';

beforeAll(async () => {
  oneThread = await openTestSession({ threads: 1 });
  twoThreads = await openTestSession({ threads: 2 });
  const found = await requestTestGpu();
  if ('skipped' in found) {
    whyNoGpu = found.skipped;
    return;
  }
  found.device.destroy();
  // One for all runs: a software driver takes longer to translate the kernels than to run them.
  gpu = await openTestSession({ gpu: found.gpu, threads: 1 });
});

afterAll(async () => {
  for (const session of [oneThread, twoThreads, gpu]) await session?.destroy();
});

describe.each(cases)('$name', ({ document, heads }) => {
  let onCpu: Outcome;

  beforeAll(async () => {
    onCpu = await outcome(oneThread, 'cpu', document, heads);
  });

  test('is the same bit for bit on the CPU, on one thread and on two', async () => {
    expectSame(await outcome(twoThreads, 'cpu', document, heads), onCpu);
  });

  test('is the same within the tolerance on the GPU, and bit for bit each time', async (context) => {
    if (!gpu) return context.skip(whyNoGpu);
    const onGpu = await outcome(gpu, 'gpu', document, heads);
    expectClose(onGpu, onCpu, heads);
    expectSame(await outcome(gpu, 'gpu', document, heads), onGpu);
  });
});

test.for(['cpu', 'gpu'] as const)(
  'a stage that is finished outlives a cancelled run: %s',
  async (device, context) => {
    const session = device === 'gpu' ? gpu : oneThread;
    if (!session) return context.skip(whyNoGpu);
    const document = withParameters(readRecipe('brain-2d-greedy.json'), {
      'affine-levels.iterations': [4, 2],
      'field-levels.shrink': [4],
      'field-levels.iterations': [10_000],
      'field-levels.convergence': 0,
    });
    const bindings = await openInputs(session, document, slices.files);
    const request = { documentText: writeDocument(document), bindings, device };
    const cancelledIn = async (runId: string) => {
      const cached: string[] = [];
      const result = await session.run({ ...request, runId }, ({ losses, nodes }) => {
        for (const { nodeId, state } of nodes) if (state === 'cached') cached.push(nodeId);
        if (losses.some(({ nodeId }) => nodeId === 'greedy')) void session.cancel(runId);
      });
      expect(result.status).toBe('cancelled');
      expect(result.levels.at(-1)).toMatchObject({ nodeId: 'greedy', outcome: 'cancelled' });
      return { cached, nodes: result.outputs.map(({ nodeId }) => nodeId) };
    };
    const first = await cancelledIn('first');
    expect(first.nodes).toContain('start');
    expect(first.nodes).not.toContain('greedy');
    const second = await cancelledIn('second');
    expect(second.cached).toEqual(expect.arrayContaining(['start', 'affine', 'normalize-fixed']));
    expect(second.nodes).toEqual(first.nodes);
  },
);

test.for(longCases)(
  '$name: the same within the tolerance over the whole image',
  async ({ document, heads }, context) => {
    if (!gpu) return context.skip(whyNoGpu);
    const onCpu = await outcome(twoThreads, 'cpu', document, heads);
    const onGpu = await outcome(gpu, 'gpu', document, heads);
    for (const name of wholeImage) {
      const [one, other] = [onGpu.metrics[name] ?? Number.NaN, onCpu.metrics[name] ?? Number.NaN];
      expect.soft(Math.abs(one - other), `${name}: ${one} and ${other}`).toBeLessThan(tolerance);
    }
    for (const { metrics } of [onCpu, onGpu]) {
      expect.soft(metrics['jacobian.nonPositivePercent']).toBe(0);
    }
  },
);

async function outcome(
  session: Session,
  device: DeviceKind,
  document: PipelineDocument,
  { files }: Heads,
): Promise<Outcome> {
  const run = await runRecipe(session, document, { device, files });
  const { metrics, levels, outputs } = run.result;
  const { values } = await volumeOf(run, 'warp-image', 'image');
  // Or the next run would be given what this one has computed.
  await session.release(outputs.map(({ handle }) => handle));
  expect(run.result.device).toBe(device);
  expect(levels.length).toBeGreaterThan(0);
  return { metrics, iterations: levels.map(({ iterations }) => iterations), warped: values };
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
    fixedLabels: Float32Array.from(fixed.labels.values, (index) => Number(fixed.labels.ids[index])),
  };
}
