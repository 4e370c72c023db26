import { beforeEach, describe, expect, test } from 'vitest';
import { type Grid, voxelCount } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import { levelGrid } from '../../../src/nodes/registration/pyramid';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type { ImageValue, TransformValue } from '../../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { knownWarnings } from '../../../src/runtime/compile/result-warnings';
import type { Op } from '../../../src/runtime/ir/op-graph';
import { fieldType } from '../../../src/runtime/ir/values';
import {
  imageOn,
  lowerNode,
  opNames,
  refusalOf,
  sliceGrid,
  transformOn,
  volumeGrid,
} from './lowering';

interface Parts {
  readonly grid?: Grid;
  readonly moving?: ImageValue;
  readonly model?: string;
  readonly objectives?: readonly string[];
  readonly optimizer?: string;
  readonly shrink?: readonly number[];
  readonly initial?: TransformValue;
}

let graph: GraphBuilder;
beforeEach(() => {
  graph = new GraphBuilder();
});

function nodeOf(type: string): NodeDefinition {
  const definition = nodeRegistry.get(type);
  if (!definition) throw new Error(`There is no node ${type}.`);
  return definition;
}

function part(type: string, params: Readonly<Record<string, unknown>> = {}): unknown {
  const [, name] = type.split('.');
  return Object.values(lowerNode(graph, nodeOf(type), {}, params, name))[0];
}

function register(parts: Parts = {}) {
  const { grid = volumeGrid, shrink = [4, 2, 1], objectives = ['similarity.lncc'] } = parts;
  const outputs = lowerNode(
    graph,
    nodeOf('register'),
    {
      fixed: imageOn(graph, grid, 'fixed'),
      moving: parts.moving ?? imageOn(graph, grid, 'moving'),
      initial: parts.initial,
      model: part(parts.model ?? 'model.greedy'),
      objectives: objectives.map((type) => part(type)),
      optimizer: part(parts.optimizer ?? 'optimizer.adam-normalized'),
      schedule: part('schedule.pyramid', { shrink, iterations: shrink.map((s) => 10 * s) }),
    },
    {},
    'register',
  ) as { readonly transform: TransformValue; readonly warped: ImageValue };
  const program = graph.finish([]);
  const loops = program.ops.filter((op) => op.op === 'loop').map((op) => op.region!);
  return { ...outputs, program, loops };
}

function opsNamed(ops: readonly Op[], name: string): readonly Op[] {
  return ops.filter((op) => op.op === name);
}

describe('a greedy registration', () => {
  test('is one loop a level, each on its grid', () => {
    const { loops } = register();
    expect(loops.map(({ label }) => label)).toEqual([
      'level 1 of 3',
      'level 2 of 3',
      'level 3 of 3',
    ]);
    expect(loops.map(({ stop }) => stop.maxIterations)).toEqual([40, 20, 10]);
    const sizes = loops.map(({ ops }) => opsNamed(ops, 'sample')[0]?.attributes.size);
    expect(sizes).toEqual([
      [16, 16, 16],
      [20, 18, 16],
      [40, 36, 20],
    ]);
  });

  test('warps once, compares, differentiates, smooths, steps and composes', () => {
    const { loops } = register();
    expect(opNames(loops[2]!.ops)).toEqual([
      'sample',
      // Where it is, and where it began: the latter moves out of the loop.
      'insideWeight',
      'meanWeight',
      'insideWeight',
      'meanWeight',
      'overlapGate',
      'windowStatistics',
      'windowMoments',
      'lnccLoss',
      'scale',
      'scale',
      'scale',
      'gradient',
      'gaussian',
      'adam',
      'largestNorm',
      'scaledStep',
      'compose',
      'gaussian',
    ]);
  });

  test('takes its gradient per voxel, so that it means the same at every level', () => {
    const { loops } = register();
    const factors = loops.map(({ ops }) => opsNamed(ops, 'scale').at(-1)?.attributes.factor);
    expect(factors).toEqual([16 ** 3, 20 * 18 * 16, voxelCount(volumeGrid)]);
  });

  test('measures steps in voxels of the level, and lets them fall over its iterations', () => {
    const { loops } = register();
    const steps = loops.map(({ ops }) => opsNamed(ops, 'scaledStep')[0]?.attributes);
    // 40, 36 and 20 voxels of 2, 2 and 3 mm on 16 leave 5, 4.5 and 3.75 mm.
    expect(steps.map((attributes) => attributes?.unitMm)).toEqual([3.75, 3.75, 2]);
    expect(steps.map((attributes) => attributes?.maxIterations)).toEqual([40, 20, 10]);
    expect(steps.every((attributes) => attributes?.cap === true)).toBe(true);
  });

  test('carries displacement and both moments, resampled between levels', () => {
    const { loops, program } = register();
    expect(loops.map(({ carried }) => carried.length)).toEqual([3, 3, 3]);
    const between = opsNamed(program.ops, 'sample').filter(
      (op) => graph.typeOf(op.outputs.value!).kind === 'field' && channels(op) === 3,
    );
    expect(between.map((op) => op.attributes.size)).toEqual([
      ...new Array<number[]>(3).fill([20, 18, 16]),
      ...new Array<number[]>(3).fill([40, 36, 20]),
    ]);
  });

  test('ends on the fixed grid even where the schedule does not', () => {
    const { transform, warped } = register({ shrink: [4, 2] });
    expect(graph.typeOf(transform.displacement!)).toMatchObject({ grid: volumeGrid, channels: 3 });
    expect(graph.typeOf(warped.image)).toMatchObject({ grid: volumeGrid, channels: 1 });
  });

  test('records the weighted sum first, then every objective before its weight', () => {
    const { loops, program } = register({
      objectives: ['similarity.lncc', 'regularizer.diffusion'],
    });
    expect(loops[0]?.losses.map(({ name }) => name)).toEqual(['total', 'lncc', 'diffusion']);
    const dials = program.dials.map(({ nodeId, parameter }) => `${nodeId}.${parameter}`);
    expect(dials).toEqual(['lncc.weight', 'diffusion.weight', 'adam-normalized.stepVoxels']);
  });

  test('composes with a deformable start on its outer side, and undoes it last', () => {
    const { loops } = register({ initial: transformOn(graph, volumeGrid, true), shrink: [1] });
    const [total, update] = opsNamed(loops[0]!.ops, 'compose');
    expect(total?.inputs.inner).toBe(loops[0]?.carried[0]);
    expect(update?.inputs.outer).toBe(loops[0]?.carried[0]);
  });
});

describe('a registration by a velocity field', () => {
  test('squares six times for the map, six times for its inverse, and composes both to see what they leave', () => {
    const { transform, program, loops } = register({ model: 'model.svf', shrink: [1] });
    expect(opsNamed(loops[0]!.ops, 'compose')).toHaveLength(6);
    expect(opsNamed(program.ops, 'compose')).toHaveLength(13);
    expect(graph.typeOf(transform.inverseDisplacement!)).toMatchObject({ channels: 3 });
    const halvings = opsNamed(program.ops, 'scale').map((op) => op.attributes.factor);
    expect(halvings).toEqual([1 / 64, -1 / 64]);
  });

  test('gives an inverse on its own fixed grid, whatever grid it starts from', () => {
    const coarse = levelGrid(volumeGrid, 2);
    const initial = transformOn(graph, coarse, true);
    const { transform } = register({ model: 'model.svf', shrink: [1], initial });
    expect(transform.grid).toEqual(volumeGrid);
    for (const field of [transform.displacement!, transform.inverseDisplacement!]) {
      expect(graph.typeOf(field)).toEqual(fieldType(volumeGrid, 3));
    }
  });
});

describe('a linear registration', () => {
  const linear = { model: 'model.affine', objectives: ['similarity.mutual-information'] };

  test('follows its start by one product of matrices, and keeps what it learned', () => {
    const { loops, transform } = register({
      ...linear,
      initial: transformOn(graph, volumeGrid, false),
      shrink: [4, 2],
    });
    expect(opNames(loops[0]!.ops).slice(0, 3)).toEqual([
      'affineFromParameters',
      'multiplyAffine',
      'sample',
    ]);
    expect(transform.displacement).toBeUndefined();
    expect(loops.map(({ carried }) => carried.map((value) => graph.typeOf(value)))).toEqual(
      new Array(2).fill(new Array(3).fill({ kind: 'scalars', length: 12 })),
    );
  });

  test('moves a slice only within its plane', () => {
    const { loops } = register({ ...linear, grid: sliceGrid, shrink: [1] });
    const [affine] = opsNamed(loops[0]!.ops, 'affineFromParameters');
    expect(affine?.attributes.sliceNormal).toEqual([0, 0, 1]);
    expect(opsNamed(loops[0]!.ops, 'scaledStep')[0]?.attributes.unitMm).toBe(1);
  });

  test('is refused after a deformable start', () => {
    const initial = transformOn(graph, volumeGrid, true);
    expect(refusalOf(() => register({ ...linear, initial }))).toMatchObject({ port: 'initial' });
  });

  test('is refused with a regularizer of a field, which is named', () => {
    const objectives = ['similarity.correlation', 'regularizer.diffusion'];
    const { port, message } = refusalOf(() => register({ ...linear, objectives }));
    expect(port).toBe('objectives');
    expect(message).toContain('"diffusion"');
  });
});

test('gradient descent remembers nothing and does not cap its step', () => {
  const { loops } = register({ optimizer: 'optimizer.gradient-descent', shrink: [1] });
  expect(loops[0]?.carried).toHaveLength(1);
  expect(opsNamed(loops[0]!.ops, 'scaledStep')[0]?.attributes.cap).toBe(false);
});

test('a registration that compares nothing is refused', () => {
  const { port } = refusalOf(() => register({ objectives: ['regularizer.diffusion'] }));
  expect(port).toBe('objectives');
});

test('a slice is not brought onto a volume', () => {
  const slice = imageOn(graph, sliceGrid, 'moving');
  const { port, message } = refusalOf(() => register({ moving: slice }));
  expect(port).toBe('moving');
  expect(message).toContain('one slice');
});

test('a volume is brought onto a slice', () => {
  const volume = imageOn(graph, volumeGrid, 'moving');
  expect(() => register({ grid: sliceGrid, moving: volume })).not.toThrow();
});

test('images that lie apart are refused, unless something brings them together', () => {
  const far: Grid = {
    ...volumeGrid,
    worldFromVoxel: volumeGrid.worldFromVoxel.map((v, i) =>
      i === 3 ? v + 500 : v,
    ) as unknown as Grid['worldFromVoxel'],
  };
  const moving = imageOn(graph, far, 'far');
  expect(refusalOf(() => register({ moving }))).toMatchObject({ port: 'initial' });
  const initial = transformOn(graph, volumeGrid, false);
  expect(() => register({ moving, initial })).not.toThrow();
});

function channels(op: Op): number {
  const type = graph.typeOf(op.outputs.value!);
  return type.kind === 'field' ? type.channels : 0;
}

describe('a slice in a volume', () => {
  const inVolume = (initial?: TransformValue) => {
    register({
      grid: sliceGrid,
      moving: imageOn(graph, volumeGrid, 'moving'),
      model: 'model.rigid',
      objectives: ['similarity.mutual-information'],
      ...(initial ? { initial } : {}),
    });
    return knownWarnings(graph.warnings);
  };

  test('is warned of before anything runs: motion across it is not seen', () => {
    expect(inVolume()).toMatchObject([
      { about: 'across the slice', diagnostic: { at: { nodeId: 'register', port: 'initial' } } },
    ]);
  });

  test('is not where a start may have searched across it', () => {
    expect(inVolume(transformOn(graph, sliceGrid, false))).toEqual([]);
  });
});
