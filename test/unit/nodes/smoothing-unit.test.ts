import { describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type { LevelContext, ModelPart } from '../../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldType } from '../../../src/runtime/ir/values';
import type { GaussianAttributes } from '../../../src/runtime/ops/smooth/gaussian';
import { lowerNode } from './lowering';

type Params = Readonly<Record<string, unknown>>;

const volume = axisAlignedGrid([12, 10, 6], [2, 2, 5], [0, 0, 0]);
const slice = axisAlignedGrid([12, 10, 1], [2, 2, 5], [0, 0, 0]);
const coarse = axisAlignedGrid([6, 5, 6], [4, 4, 5], [1, 1, 0]);

function modelOf(graph: GraphBuilder, type: string, params: Params): ModelPart {
  const definition = nodeRegistry.get(type) as NodeDefinition;
  return lowerNode(graph, definition, {}, params).model as ModelPart;
}

/** Standard deviations of the Gaussians on a gradient, in an update, in reading the map and in going on to a level. */
function widths(type: string, params: Params, grid: Grid, from = grid) {
  const graph = new GraphBuilder();
  const model = modelOf(graph, type, params);
  const { builder: b } = graph;
  const fixed = graph.input('fixed', fieldType(grid, 1));
  const at: LevelContext = {
    grid,
    fixed,
    level: 0,
    levels: 1,
    voxelMm: 2,
    centreMm: [0, 0, 0],
    radiusMm: 1,
  };
  const variables = model.start(b, at).map((_, i) => graph.input(`v${i}`, fieldType(grid, 3)));
  const earlier = variables.map((_, i) => graph.input(`e${i}`, fieldType(from, 3)));
  const added = (build: () => unknown) =>
    graph
      .collect(() => void build())
      .filter(({ op }) => op === 'gaussian')
      .map(({ attributes }) => (attributes as unknown as GaussianAttributes).sigmaVoxels);
  return {
    gradient: added(() => model.shapeGradient?.(b, variables, at)),
    update: added(() => model.update(b, variables, variables, at)),
    read: added(() => model.maps(b, variables, at)),
    refine: added(() => model.refine(b, earlier, at)),
  };
}

const twice = <T>(value: T): readonly T[] => [value, value];
const given = { smoothGradientVoxels: 3, smoothFieldVoxels: 2, smoothUnit: 'mm' };

describe('the widths of a model’s Gaussians in mm', () => {
  test.each([
    ['model.greedy', { border: 'still' }, 1],
    // The field, and the weight that lies inside.
    ['model.greedy', { border: 'free' }, 2],
    ['model.svf', { border: 'free' }, 2],
    ['model.syn', {}, 2],
    ['model.displacement', {}, 1],
    ['model.displacement-pair', {}, 2],
  ])('of %s %j are widths over the edges of a voxel', (type, params, count) => {
    const all = <T>(sigma: T) => (count === 1 ? [sigma] : twice(sigma));
    const on = (grid: Grid) => widths(type, { ...params, ...given }, grid);
    expect(on(volume)).toMatchObject({
      gradient: all([1.5, 1.5, 0.6]),
      update: all([1, 1, 0.4]),
    });
    expect(on(slice)).toMatchObject({ gradient: all([1.5, 1.5, 0]), update: all([1, 1, 0]) });
  });

  test('hold for what the map is seen through, on the grid where the field lies', () => {
    const seen = (smoothUnit: string) =>
      widths('model.displacement', { seenThroughVoxels: 4, smoothUnit }, volume, coarse);
    expect(seen('mm')).toMatchObject({ read: [[2, 2, 0.8]], refine: [[1, 1, 0.8]] });
    expect(seen('voxels')).toMatchObject({ read: [[4, 4, 4]], refine: [[4, 4, 4]] });
  });

  test('are voxels of the level unless told', () => {
    const { smoothUnit, ...plain } = given;
    expect(widths('model.greedy', plain, volume)).toEqual(
      widths('model.greedy', { ...plain, smoothUnit: 'voxels' }, volume),
    );
    expect(widths('model.greedy', plain, volume).gradient).toEqual([[3, 3, 3]]);
  });
});

describe('a Gaussian that is wider than a kernel takes', () => {
  const fine = axisAlignedGrid([40, 40, 4], [0.5, 0.5, 2], [0, 0, 0]);

  test.each([
    ['model.greedy', 'smoothGradientVoxels'],
    ['model.svf', 'smoothFieldVoxels'],
    ['model.syn', 'smoothGradientVoxels'],
    ['model.displacement', 'seenThroughVoxels'],
    ['model.displacement-pair', 'smoothFieldVoxels'],
  ])('is refused by %s for %s, and the widest that fits is told', (type, name) => {
    const on = (value: number, smoothUnit = 'mm') =>
      modelOf(new GraphBuilder(), type, { [name]: value, smoothUnit }).refuses?.(fine);
    expect(on(100)).toMatchObject({ port: 'model', remedy: expect.stringContaining('63 mm') });
    expect(on(63)).toBeUndefined();
    expect(() => widths(type, { [name]: 63, smoothUnit: 'mm' }, fine)).not.toThrow();
    // As wide as a form lets it be, in voxels it always fits.
    expect(on(100, 'voxels')).toBeUndefined();
  });

  test('is not taken by the form at all beyond 100', () => {
    const { params } = nodeRegistry.get('model.greedy') as NodeDefinition;
    expect(params.safeParse({ smoothFieldVoxels: 500, smoothUnit: 'mm' }).success).toBe(false);
  });
});
