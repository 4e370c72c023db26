import { beforeEach, describe, expect, test } from 'vitest';
import { nodeRegistry } from '../../../src/nodes/index';
import type {
  LabelsValue,
  TableValue,
  TransformValue,
} from '../../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { schedule } from '../../../src/runtime/compile/schedule';
import { scalarsType } from '../../../src/runtime/ir/values';
import { startKinds } from '../../../src/runtime/ops/start/candidates';
import { startMeasures } from '../../../src/runtime/ops/start/search-start.cpu';
import { labelsShape } from '../../support/input-shapes';
import {
  contextOf,
  imageOn,
  labelsOn,
  lowerNode,
  opNames,
  refusalOf,
  sliceGrid,
  transformOn,
  volumeGrid,
} from './lowering';

let graph: GraphBuilder;
beforeEach(() => {
  graph = new GraphBuilder();
});

function lower(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, unknown>> = {},
) {
  return lowerNode(graph, nodeRegistry.get(type)!, inputs, params);
}

describe('loaders', () => {
  const loader = (as: 'image' | 'labels') => nodeRegistry.get(`load.${as}`)!;

  test('ask for a phantom, a file or an address as what they load', () => {
    const file = { kind: 'file', name: 'a.nii.gz' };
    const phantom = { kind: 'phantom', name: 'head-2d', subject: 2, seed: 3, contrast: 'ct' };
    for (const as of ['image', 'labels'] as const) {
      const ask = (source: unknown) => loader(as).source?.(loader(as).params.parse({ source }));
      expect(ask(file)).toEqual({ ...file, as });
      expect(ask(phantom)).toEqual({ ...phantom, as });
      expect(ask({ kind: 'phantom', name: 'head-2d' })).toMatchObject({ subject: 1, seed: 1 });
    }
  });

  test('take no folder in a file name, no address but https, and no address without checksum', () => {
    const accepts = (source: unknown) => loader('image').params.safeParse({ source }).success;
    const sha256 = 'a'.repeat(64);
    expect(accepts({ kind: 'url', url: 'https://example.org/a.nii', sha256 })).toBe(true);
    expect(accepts({ kind: 'url', url: 'https://example.org/a.nii' })).toBe(false);
    expect(accepts({ kind: 'url', url: 'http://example.org/a.nii', sha256 })).toBe(false);
    expect(accepts({ kind: 'file', name: '../a.nii' })).toBe(false);
    expect(accepts({ kind: 'phantom', name: 'head-2d', subject: 4 })).toBe(false);
  });

  test('give what is bound to them, with the labels that occur', () => {
    const source = labelsShape(sliceGrid, [0n, 1n, 4n]);
    const { labels } = loader('labels').lower(
      graph.builder,
      {},
      loader('labels').params.parse({}),
      contextOf(graph, 'atlas', source),
    ) as unknown as { labels: LabelsValue };
    expect(labels).toMatchObject({ grid: sliceGrid, ids: [0n, 1n, 4n] });
    expect(graph.finish([]).inputs).toEqual([{ key: 'atlas.source', value: labels.labels }]);
  });
});

test('normalizing takes exact quantiles and rescales by them', () => {
  lower('prepare.normalize-intensity', { image: imageOn(graph, volumeGrid, 'image') });
  const { ops } = graph.finish([]);
  expect(opNames(ops)).toEqual(['quantiles', 'rescale']);
  expect(ops[0]?.attributes.lower).toBeCloseTo(0.001, 12);
  expect(ops[0]?.attributes.upper).toBeCloseTo(0.999, 12);
});

describe('starting transforms', () => {
  const images = () => ({
    fixed: imageOn(graph, volumeGrid, 'fixed'),
    moving: imageOn(graph, sliceGrid, 'moving'),
  });

  test('by centres of mass are affine, for the fixed grid', () => {
    const { transform } = lower('initialise.centres-of-mass', images()) as {
      transform: TransformValue;
    };
    expect(transform).toMatchObject({ kind: 'transform', grid: volumeGrid });
    expect(opNames(graph.finish([]).ops)).toEqual([
      'intensityRange',
      'intensityRange',
      'imageMoments',
      'imageMoments',
      'centresAffine',
    ]);
  });

  test('by moments compare five candidates on a coarse grid', () => {
    lower('initialise.moments', images(), { compareBy: 'correlation' });
    const { ops } = graph.finish([]);
    const scored = ops.filter(({ op }) => op === 'globalCorrelation');
    expect(scored).toHaveLength(5);
    expect(ops.at(-1)?.op).toBe('selectAffine');
    expect(Object.keys(ops.at(-1)?.inputs ?? {})).toHaveLength(10);
    const warps = ops.filter(({ op, inputs }) => op === 'sample' && inputs.affine !== undefined);
    expect(warps.map(({ attributes }) => attributes.size)).toEqual(new Array(5).fill([32, 29, 16]));
  });
});

test('a start reports every number that its op gives', () => {
  const fixed = imageOn(graph, volumeGrid, 'fixed');
  const moving = imageOn(graph, sliceGrid, 'moving');
  const { table } = lower('initialise.start', { fixed, moving }) as { table: TableValue };
  const names = startKinds.flatMap((kind) => startMeasures.map((name) => `start.${kind}.${name}`));
  expect(table.rows.map(({ name }) => name)).toEqual([
    'start.taken',
    'start.gainPercent',
    ...names,
    'start.turnUsedPercent',
  ]);
  expect(table.rows.map(({ index }) => index)).toEqual([...table.rows.keys()]);
  expect(graph.builder.typeOf(table.rows[0]!.scalars)).toEqual(scalarsType(table.rows.length));
});

describe('applying a transform', () => {
  test('reads an image once, on the fixed grid, zero outside', () => {
    const transform = transformOn(graph, volumeGrid, true);
    lower('apply.image', { image: imageOn(graph, sliceGrid, 'image'), transform });
    const [sample] = graph.finish([]).ops;
    expect(sample?.attributes).toMatchObject({ size: [40, 36, 20], outside: 'cut' });
    expect(Object.keys(sample?.inputs ?? {})).toEqual(['source', 'displacement', 'affine']);
  });

  test('keeps the list of labels that occurred before', () => {
    const transform = transformOn(graph, volumeGrid, false);
    const { labels } = lower('apply.labels', {
      labels: labelsOn(graph, sliceGrid, 'labels', [2, 5]),
      transform,
    }) as { labels: LabelsValue };
    expect(labels).toMatchObject({ grid: volumeGrid, ids: [0n, 2n, 5n] });
  });
});

describe('evaluation', () => {
  const rowNames = (outputs: Readonly<Record<string, unknown>>) =>
    (outputs.table as TableValue).rows.map(({ name }) => name);

  test('of overlap takes the labels that both maps have', () => {
    const outputs = lower('evaluate.dice', {
      fixed: labelsOn(graph, volumeGrid, 'fixed', [1, 2, 7]),
      warped: labelsOn(graph, volumeGrid, 'warped', [2, 7, 9]),
    });
    expect(rowNames(outputs)).toEqual(['dice.mean', 'dice.2', 'dice.7']);
    // By index in either map: 0 the background, then 1, 2, 7 and 2, 7, 9.
    expect(graph.finish([]).constants.map(({ numbers }) => numbers)).toEqual([
      [-1, -1, 0, 1],
      [-1, 0, 1, -1],
    ]);
  });

  test('of overlap takes any atlas in two passes, and refuses what is no map of regions', () => {
    const many = Array.from({ length: 4096 }, (_, index) => 1 + 3 * index);
    const both = (present: readonly number[]) => ({
      fixed: labelsOn(graph, volumeGrid, 'fixed', present),
      warped: labelsOn(graph, volumeGrid, 'warped', present),
    });
    expect(rowNames(lower('evaluate.dice', both(many)))).toHaveLength(4097);
    expect(schedule(graph.finish([])).steps.flatMap(({ passes }) => passes).length).toBe(2);
    const image = Array.from({ length: 60_000 }, (_, index) => index + 1);
    expect(refusalOf(() => lower('evaluate.dice', both(image)))).toMatchObject({
      port: 'fixed',
      message: expect.stringContaining('60000 labels'),
    });
  });

  test('of overlap is refused where no label is shared', () => {
    const inputs = {
      fixed: labelsOn(graph, volumeGrid, 'fixed', [1]),
      warped: labelsOn(graph, volumeGrid, 'warped', [2]),
    };
    expect(refusalOf(() => lower('evaluate.dice', inputs)).port).toBe('warped');
  });

  test('of a transform gives a map and a table, and refuses an affine', () => {
    const outputs = lower('evaluate.jacobian', { transform: transformOn(graph, volumeGrid, true) });
    expect(rowNames(outputs)).toEqual([
      'jacobian.minimum',
      'jacobian.nonPositivePercent',
      'jacobian.logStandardDeviation',
      'jacobian.mean',
      'jacobian.logStandardDeviationLearn2Reg',
      'jacobian.nonDiffeomorphicVolumePercent',
      'jacobian.nonDiffeomorphicVoxelsPercent',
    ]);
    const transform = transformOn(graph, volumeGrid, false);
    expect(refusalOf(() => lower('evaluate.jacobian', { transform })).port).toBe('transform');
  });

  test.each([
    ['evaluate.correlation', 'fixed', 'warped'],
    ['view.checkerboard', 'a', 'b'],
    ['view.difference', 'a', 'b'],
  ])('%s compares on one grid only', (type, first, second) => {
    const inputs = {
      [first]: imageOn(graph, volumeGrid, 'first'),
      [second]: imageOn(graph, sliceGrid, 'second'),
    };
    const { port, message } = refusalOf(() => lower(type, inputs));
    expect(port).toBe(second);
    expect(message).toContain('40 × 36 × 20 and 48 × 40 × 1');
  });
});

test('a correlation knows its partners by the moving image and the transform together', () => {
  const images = {
    fixed: imageOn(graph, volumeGrid, 'fixed'),
    warped: imageOn(graph, volumeGrid, 'warped'),
  };
  const transform = transformOn(graph, volumeGrid, true);
  const alone = refusalOf(() => lower('evaluate.correlation', { ...images, transform }));
  expect(alone).toMatchObject({ port: 'moving' });
  const moving = imageOn(graph, sliceGrid, 'moving');
  const { table } = lower('evaluate.correlation', { ...images, transform, moving }) as {
    table: TableValue;
  };
  expect(table.rows.map(({ name }) => name)).toEqual(['ncc', 'ncc.inside']);
});

test('savers name their file, the port it comes from and its form', () => {
  const files = (type: string, params: Readonly<Record<string, unknown>> = {}) => {
    const definition = nodeRegistry.get(type)!;
    return definition.files?.(definition.params.parse(params));
  };
  expect(files('save.image')).toEqual([
    { name: 'warped.nii.gz', port: 'image', format: 'nifti-image' },
  ]);
  expect(files('save.labels', { name: 'l.nii' })?.[0]?.name).toBe('l.nii');
  expect(files('save.transform', { prefix: 'a-' })?.[0]).toMatchObject({ name: 'a-' });
  expect(nodeRegistry.get('save.image')!.params.safeParse({ name: '../x.nii' }).success).toBe(
    false,
  );
});

test('a schedule with unequal lists is refused at the parameter', () => {
  const params = { shrink: [2, 1], iterations: [10] };
  expect(refusalOf(() => lower('schedule.pyramid', {}, params)).parameter).toBe('iterations');
});
