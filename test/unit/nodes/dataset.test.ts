import { afterAll, describe, expect, test } from 'vitest';
import { type NamedBytes, packCases } from '../../../src/imaging/cases/pack-cases';
import { axisAlignedGrid, type Grid, voxelCount } from '../../../src/imaging/grid';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import type { ImageVolume, LabelVolume, Volume } from '../../../src/imaging/volume';
import { nodeRegistry } from '../../../src/nodes/index';
import { bind, numbersOf, openSession, run } from '../../support/small-session';

const session = openSession({ registry: nodeRegistry });
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });
const file = (name: string) => ({ source: { kind: 'file', name } });

const slice = axisAlignedGrid([40, 36, 1], [1.2, 1.3, 3], [5, -7, 20]);

/** A blob of its own place in case `n`, with a square of label 9 in its middle. */
function caseOf(n: number, grid: Grid = slice): { image: ImageVolume; labels: LabelVolume } {
  const [nx, ny] = grid.sizeVoxels;
  const middle = [nx / 2 + ((3 * n) % 7) - 3, ny / 2 - ((2 * n) % 5) + 2];
  const values = new Float32Array(voxelCount(grid));
  const labels = new Uint32Array(voxelCount(grid));
  for (let i = 0; i < values.length; i += 1) {
    const [x, y] = [(i % nx) - middle[0]!, (Math.floor(i / nx) % ny) - middle[1]!];
    values[i] = 1000 / (1 + Math.exp((Math.hypot(x, y) - 8) / 1.5)) + 40;
    labels[i] = Math.max(Math.abs(x), Math.abs(y)) <= 6 ? 1 : 0;
  }
  // Each case numbers one label more than the one before, so that indices alone mean nothing.
  return {
    image: { kind: 'image', grid, values, storedType: 'float32' },
    labels: {
      kind: 'labels',
      grid,
      values: labels.map((label, i) => (i < n ? 2 : label)),
      ids: [0n, 9n, BigInt(20 + n)],
      storedType: 'uint8',
    },
  };
}

interface Options {
  readonly dataset?: object;
  readonly labelled?: number;
  readonly augment?: object;
  readonly steps?: number;
  readonly change?: (given: Record<string, Volume>) => void;
  readonly unbound?: readonly string[];
}

/** A tiny VoxelMorph that learns from `count` images, the first of them with labels. */
async function learned(count: number, options: Options = {}) {
  const { labelled = count, steps = 1 } = options;
  const given: Record<string, Volume> = {};
  const nodes: Record<string, ReturnType<typeof node>> = {
    dataset: node('network.dataset', { spacingMm: 2, ...options.dataset }),
    network: node('network.voxelmorph', { encoder: [4, 4], decoder: [4, 4, 4] }),
    mse: node('similarity.mean-squared-error'),
    diffusion: node('regularizer.diffusion', { weight: 0.002 }),
    train: node('network.train', { steps, validateEvery: steps, learningRate: 0.01 }),
  };
  const source = options.augment ? 'augment' : 'dataset';
  const edges = [
    { from: 'network.network', to: 'train.network' },
    { from: `${source}.dataset`, to: 'train.dataset' },
    { from: 'mse.objective', to: 'train.objectives' },
    { from: 'diffusion.objective', to: 'train.objectives' },
  ];
  for (let n = 0; n < count; n += 1) {
    nodes[`i${n}`] = node('load.image', file(`i${n}.nii`));
    edges.push({ from: `i${n}.image`, to: 'dataset.images' });
    given[`i${n}`] = caseOf(n).image;
    if (n >= labelled) continue;
    nodes[`l${n}`] = node('load.labels', file(`l${n}.nii`));
    edges.push({ from: `l${n}.labels`, to: 'dataset.labels' });
    given[`l${n}`] = caseOf(n).labels;
  }
  if (options.augment) {
    nodes.augment = node('network.augment', options.augment);
    edges.push({ from: 'dataset.dataset', to: 'augment.dataset' });
  }
  if (labelled > 0) {
    nodes.overlap = node('similarity.label-overlap', { weight: 0.1 });
    edges.push({ from: `${source}.fixedLabels`, to: 'overlap.fixed' });
    edges.push({ from: `${source}.movingLabels`, to: 'overlap.moving' });
    edges.push({ from: 'overlap.objective', to: 'train.objectives' });
  }
  options.change?.(given);
  for (const id of options.unbound ?? []) delete given[id];
  const recipe = { schemaVersion: 1, name: 'Own', description: 'Own images.', nodes, edges };
  const { result } = await run(session, recipe, await bind(session, given));
  const of = (severity: string) =>
    result.diagnostics.filter((diagnostic) => diagnostic.severity === severity);
  return { result, errors: of('error'), warnings: of('warning') };
}

describe('a dataset of images', { timeout: 120_000 }, () => {
  test('is learned from, by labels too, and validated on cases of its own', async () => {
    const { result, errors, warnings } = await learned(5, { steps: 30 });
    expect(errors).toEqual([]);
    expect(warnings).toEqual([]);
    expect(result.metrics).toMatchObject({
      'dataset.cases': 5,
      'dataset.training': 3,
      'dataset.validation': 2,
      'dataset.labels': 5,
      'dataset.mebibytes': (5 * 8 * 32 * 32) / 2 ** 20,
    });
    const { 'validation.dice.before': before, 'validation.dice': after } = result.metrics;
    expect(before).toBeLessThan(0.85);
    expect(after).toBeGreaterThan(before! + 0.01);
    const shown = await numbersOf(session, result, 'dataset', 'fixed');
    expect([Math.min(...shown), Math.max(...shown)]).toEqual([0, 1]);
  });

  test('takes every image onto the first', async () => {
    const first = caseOf(0).image;
    const { result, errors } = await learned(3, {
      dataset: { pairs: 'onto-first', spacingMm: 0, sizeVoxels: [40, 36] },
      change: (given) => {
        given.i0 = first;
      },
    });
    expect(errors).toEqual([]);
    expect(result.metrics).toMatchObject({ 'dataset.training': 1, 'dataset.validation': 1 });
    // On its own voxels an image is itself, brought to [0, 1].
    const shown = await numbersOf(session, result, 'dataset', 'fixed');
    const sorted = first.values.slice().sort();
    const [least, most] = [sorted[0]!, sorted[Math.floor(0.99 * (sorted.length - 2)) + 1]!];
    const expected = first.values.map((value) => Math.min(1, (value - least) / (most - least)));
    expect(Math.max(...shown.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  });

  test('reads images that are stored the other way round as the body lies', async () => {
    const turned: Grid = {
      sizeVoxels: slice.sizeVoxels,
      worldFromVoxel: [-1.2, 0, 0, 90, 0, 1.3, 0, 40, 0, 0, 3, -8] as never,
    };
    const { result, errors } = await learned(3, {
      dataset: { pairs: 'onto-first' },
      labelled: 0,
      change: (given) => {
        const { image } = caseOf(1);
        const [nx] = slice.sizeVoxels;
        const mirrored = image.values.map((_, i) => image.values[i - 2 * (i % nx) + nx - 1]!);
        given.i0 = image;
        given.i1 = { ...image, grid: turned, values: mirrored };
        given.i2 = given.i1;
      },
    });
    expect(errors).toEqual([]);
    const [fixed, moving] = await Promise.all(
      ['fixed', 'moving'].map((port) => numbersOf(session, result, 'dataset', port)),
    );
    expect(Math.max(...fixed!.map((value, i) => Math.abs(value - moving![i]!)))).toBeLessThan(1e-4);
  });

  test('learns from images of which only some are labelled, and says so', async () => {
    const { result, errors, warnings } = await learned(4, { labelled: 4, unbound: ['l2'] });
    expect(errors).toEqual([]);
    expect(result.status).toBe('done');
    expect(warnings.map(({ message }) => message)).toEqual([
      'Left out, for want of labels or landmarks: l2.',
      // Those behind the gap would otherwise belong to the image before theirs.
      'Only 2 of 4 images have labels; pairs with another teach without.',
    ]);
  });

  test('warns where images reach far beyond the pairs', async () => {
    const { errors, warnings } = await learned(4, {
      dataset: { sizeVoxels: [16, 16], spacingMm: 1 },
    });
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([
      {
        at: { nodeId: 'dataset', port: 'images' },
        message:
          'The pairs show boxes of 16 × 16 mm; 45 % of what image 3 shows lies outside. So it is with 4 of 4.',
      },
    ]);
  });

  const flat: ImageVolume = { ...caseOf(1).image, values: new Float32Array(voxelCount(slice)) };
  const volume = caseOf(0, axisAlignedGrid([16, 16, 8], [3, 3, 3], [0, 0, 0]));
  const elsewhere = axisAlignedGrid([40, 36, 1], [1.2, 1.3, 3], [500, -7, 20]);
  test.each<[string, number, Options, object, RegExp]>([
    ['one case', 1, {}, { port: 'images' }, /One case makes too few pairs/],
    ['too few to validate', 3, {}, { port: 'images' }, /two to learn from and two to validate/],
    [
      'an atlas without others',
      2,
      { dataset: { pairs: 'onto-first' } },
      { port: 'images' },
      /the first, one to learn from and one/,
    ],
    [
      'slices beside volumes',
      4,
      { change: (given) => void Object.assign(given, { i2: volume.image, l2: volume.labels }) },
      { port: 'images' },
      /Image 3 is a volume, image 1 a slice/,
    ],
    [
      'constant images',
      4,
      { change: (given) => void Object.assign(given, { i1: flat }) },
      { port: 'images' },
      /All voxels of image 2 are equal/,
    ],
    [
      'labels of another image',
      4,
      {
        change: (given) =>
          void Object.assign(given, { l3: { ...caseOf(3).labels, grid: elsewhere } }),
      },
      { port: 'labels' },
      /labels of image 4 lie elsewhere/,
    ],
    [
      'three numbers for slices',
      4,
      { dataset: { sizeVoxels: [32, 32, 32] } },
      { parameter: 'sizeVoxels' },
      /slices: their size is two numbers/,
    ],
    [
      'more than memory holds',
      4,
      { dataset: { spacingMm: 0.001 } },
      { parameter: 'spacingMm' },
      /would take \d+ GiB/,
    ],
  ])('refuses %s', async (_, count, options, at, message) => {
    const { errors } = await learned(count, options);
    expect(errors).toMatchObject([{ at: { nodeId: 'dataset', ...at } }]);
    expect(errors[0]?.message).toMatch(message);
  });

  test('refuses labels without an image', async () => {
    const { image, labels } = caseOf(0);
    const recipe = {
      schemaVersion: 1,
      name: 'Labels',
      description: 'More labels than images.',
      nodes: {
        i: node('load.image', file('i.nii')),
        l: node('load.labels', file('l.nii')),
        m: node('load.labels', file('m.nii')),
        dataset: node('network.dataset'),
      },
      edges: [
        { from: 'i.image', to: 'dataset.images' },
        { from: 'l.labels', to: 'dataset.labels' },
        { from: 'm.labels', to: 'dataset.labels' },
      ],
    };
    const bound = await bind(session, { i: image, l: labels, m: labels });
    const { result } = await run(session, recipe, bound);
    expect(result.diagnostics).toMatchObject([
      { at: { nodeId: 'dataset', port: 'labels' }, message: /2 maps of labels for 1/ },
    ]);
  });
});

describe('loaded cases', { timeout: 120_000 }, () => {
  /** Opens files as a loader of cases and makes a dataset of them. */
  async function made(files: readonly NamedBytes[], params: object = {}) {
    const bytes = packCases(files);
    const source = { kind: 'file', as: 'cases', name: 'cases' } as const;
    const opened = await session.openInput({ nodeId: 'cases', source, bytes });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    // What crosses to the page is plain data.
    expect(structuredClone(opened.descriptor)).toMatchObject({ count: 4, labelled: 2 });
    const recipe = {
      schemaVersion: 1,
      name: 'Cases',
      description: 'A folder.',
      nodes: {
        cases: node('load.cases', file('cases')),
        dataset: node('network.dataset', { spacingMm: 2, ...params }),
      },
      edges: [{ from: 'cases.cases', to: 'dataset.cases' }],
    };
    return (await run(session, recipe, { cases: opened.handle })).result;
  }

  const nifti = (name: string, volume: Volume): NamedBytes => ({
    name,
    bytes: writeNifti(volume, { gzip: false }),
  });
  const folder = [1, 2].flatMap((n) => [
    nifti(`sub-${n}_ses-1.nii`, caseOf(n).image),
    nifti(`sub-${n}_ses-2.nii`, caseOf(n + 4).image),
    nifti(`sub-${n}_ses-1_dseg.nii`, caseOf(n).labels),
  ]);

  test('are pairs of any two, or of one person', async () => {
    const any = await made(folder);
    expect(any.status).toBe('done');
    expect(any.metrics).toMatchObject({ 'dataset.training': 2, 'dataset.labels': 3 });
    expect(any.diagnostics).toMatchObject([
      { at: { port: 'cases' }, message: /Only 2 of 4 images/, severity: 'warning' },
    ]);
    const within = await made(folder, { pairs: 'within-groups', shownPair: 2 });
    expect(within.metrics).toMatchObject({ 'dataset.training': 2, 'dataset.validation': 2 });
  });

  test('are those of a table, and what cannot be read is named', async () => {
    const [a, b] = ['validation', 'training'];
    const text = `image,split,labels
sub-1_ses-1.nii,${a},sub-1_ses-1_dseg.nii
sub-1_ses-2.nii,${b},
sub-2_ses-1.nii,${a},sub-2_ses-1_dseg.nii
sub-2_ses-2.nii,${b},
`;
    const table = { name: 'cases.csv', bytes: new TextEncoder().encode(text) };
    const { metrics } = await made([...folder, table]);
    expect(metrics).toMatchObject({ 'dataset.training': 2, 'dataset.validation': 2 });
    const cut = folder.map((one, n) =>
      n === 4 ? { ...one, bytes: one.bytes.subarray(0, 500) } : one,
    );
    const { diagnostics } = await made([...cut, table]);
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        at: { nodeId: 'dataset', port: 'cases' },
        message: /sub-2_ses-2\.nii: /,
      },
    ]);
  });
});

describe('an augmented dataset', { timeout: 120_000 }, () => {
  test('is learned from by its own labels, and leaves what is validated on', async () => {
    const [plain, altered] = [
      await learned(4, { steps: 2 }),
      await learned(4, { steps: 2, augment: { flips: 'all' } }),
    ];
    expect(altered.errors).toEqual([]);
    const { 'validation.dice.before': before, 'training.loss': loss } = altered.result.metrics;
    expect(before).toBe(plain.result.metrics['validation.dice.before']);
    expect(loss).not.toBe(plain.result.metrics['training.loss']);
    const again = await learned(4, { steps: 2, augment: { flips: 'all' } });
    expect(again.result.metrics).toEqual(altered.result.metrics);
  });

  test('that alters nothing is the dataset', async () => {
    const none = { degrees: 0, scalePercent: 0, shiftMm: 0, deformationMm: 0 };
    const still = { ...none, blurMm: 0, biasStd: 0, noiseStd: 0, gammaStd: 0 };
    const [plain, same] = [await learned(4), await learned(4, { augment: still })];
    expect(same.result.metrics).toEqual(plain.result.metrics);
  });
});
