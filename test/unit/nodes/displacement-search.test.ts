import { expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import { nodeRegistry } from '../../../src/nodes/index';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import type {
  LevelContext,
  ModelPart,
  TransformValue,
} from '../../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { fieldType, type ValueId } from '../../../src/runtime/ir/values';
import { fieldOf, randomField } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes } from '../../support/run-node';
import { imageOn, lowerNode, refusalOf, transformOn } from './lowering';

/** Unequal axes and edges. */
const grid = axisAlignedGrid([18, 20, 12], [2, 2, 3], [-18, -20, -17]);
const slice = axisAlignedGrid([32, 30, 1], [2, 2, 5], [-32, -30, 0]);

/** A texture that does not repeat within the reach of a search. */
const texture = (x: number, y: number, z: number): number =>
  Math.sin(0.31 * x + 0.8 * Math.sin(0.13 * y)) +
  Math.cos(0.27 * y - 0.7 * Math.sin(0.17 * z)) +
  Math.sin(0.23 * z + 0.011 * x * y) +
  0.5 * Math.cos(0.05 * x * y - 0.21 * z);

/** The texture seen `by` voxels further on. */
const seen = (on: Grid, by: readonly [number, number, number]): CaseValue =>
  fieldOf(on, (x, y, z) => texture(x - by[0], y - by[1], z - by[2]));

/** What the search finds, mm, its parameters small. */
function search(
  images: { readonly fixed: CaseValue; readonly moving: CaseValue; readonly mask?: CaseValue },
  on: Grid,
  options: { readonly contrast?: boolean; readonly params?: Readonly<Record<string, number>> } = {},
) {
  const { displacement } = runNodes(images, (graph, node) => {
    const mask = images.mask && {
      kind: 'mask',
      grid: on,
      mask: graph.input('mask', fieldType(on, 1)),
    };
    const similarity = options.contrast ? node('similarity.mind-ssc', {}).objective : undefined;
    const { transform } = node(
      'initialise.coupled-convex',
      {
        fixed: imageOn(graph, on, 'fixed'),
        moving: imageOn(graph, on, 'moving'),
        ...(mask && { fixedMask: mask }),
        ...(similarity === undefined ? {} : { similarity }),
      },
      { cellVoxels: 2, reachCells: 3, ...options.params },
    ) as { transform: TransformValue };
    return { displacement: transform.displacement as ValueId };
  });
  return displacement!;
}

/** Mean of what is found in the middle third of each axis, mm. */
function inTheMiddle(found: readonly (readonly number[])[], on: Grid): readonly number[] {
  const [nx, ny, nz] = on.sizeVoxels;
  const within = (v: number, n: number): boolean => n === 1 || (3 * v >= n && 3 * v < 2 * n);
  return found.map((plane) => {
    const middle = plane.filter(
      (_, i) =>
        within(i % nx, nx) &&
        within(Math.floor(i / nx) % ny, ny) &&
        within(Math.floor(i / (nx * ny)), nz),
    );
    return middle.reduce((sum, v) => sum + v, 0) / middle.length;
  });
}

test('a shift of several cells is found, in mm, on axes of unlike voxels', () => {
  const found = search({ fixed: seen(grid, [0, 0, 0]), moving: seen(grid, [4, -2, 2]) }, grid);
  const [x, y, z] = inTheMiddle(found, grid);
  // Within a third of a cell: 4 mm, and 3 mm along z.
  expect(Math.abs(x! - 8)).toBeLessThan(1.3);
  expect(Math.abs(y! + 4)).toBeLessThan(1.3);
  expect(Math.abs(z! - 6)).toBeLessThan(1.3);
});

test('a shift is found where the contrast of one image is another one, by features', () => {
  const fixed = seen(slice, [0, 0, 0]);
  const shifted = seen(slice, [4, -4, 0]);
  const inverted = { ...shifted, planes: shifted.planes.map((p) => p.map((v) => 9 - 3 * v)) };
  const [x, y, z] = inTheMiddle(
    search({ fixed, moving: inverted }, slice, { contrast: true }),
    slice,
  );
  expect(Math.abs(x! - 8)).toBeLessThan(1.3);
  expect(Math.abs(y! + 8)).toBeLessThan(1.3);
  expect(z).toBe(0);
});

test('where nothing is seen nothing is moved', () => {
  const flat = fieldOf(slice, () => 7);
  const none = fieldOf(slice, () => 0);
  const [fixed, moving] = [seen(slice, [0, 0, 0]), seen(slice, [4, 0, 0])];
  for (const images of [
    { fixed: flat, moving: flat },
    { fixed, moving, mask: none },
  ]) {
    const largest = Math.max(
      ...search(images, slice).map((plane) => Math.max(...plane.map(Math.abs))),
    );
    expect(largest).toBeLessThan(1e-9);
  }
});

test('what the search cannot compare is refused', () => {
  const definition = nodeRegistry.get('initialise.coupled-convex') as NodeDefinition;
  const lower = (size: readonly [number, number, number], type?: string) =>
    refusalOf(() => {
      const graph = new GraphBuilder();
      const on = axisAlignedGrid(size, [1, 1, 1], [0, 0, 0]);
      const wired = type && lowerNode(graph, nodeRegistry.get(type) as NodeDefinition, {}, {}, 'n');
      lowerNode(graph, definition, {
        fixed: imageOn(graph, on, 'fixed'),
        moving: imageOn(graph, on, 'moving'),
        ...(wired ? { similarity: wired.objective } : {}),
      });
    });
  expect(lower([9, 9, 9], 'similarity.lncc').port).toBe('similarity');
  expect(lower([9, 9, 9], 'regularizer.diffusion').port).toBe('similarity');
  expect(lower([1, 1, 1]).port).toBe('fixed');
});

test('a displacement begins with the field of a transform, and is seen through its Gaussian', () => {
  const field = randomField(grid, 3, 51);
  const constant = fieldOf(grid, ...[3, -2, 1].map((v) => () => v));
  const at = { grid, level: 0, levels: 1 } as LevelContext;
  const of = (value: CaseValue, seenThroughVoxels: number) => {
    const inputs = { 'initial.displacement': value };
    return runNodes(inputs, (graph, node) => {
      const start = { ...transformOn(graph, grid, true), inverseDisplacement: undefined };
      const { model } = node(
        'model.displacement',
        { start },
        { seenThroughVoxels, smoothFieldVoxels: 0 },
      ) as {
        model: ModelPart;
      };
      const variables = model.start(graph.builder, at);
      const map = model.maps(graph.builder, variables, at).moving.displacement as ValueId;
      return { map };
    }).map!;
  };
  of(field, 0).forEach((plane, k) => {
    expect(plane).toEqual(Array.from(field.planes[k]!));
  });
  // A field that is the same everywhere stays so, at the border too.
  of(constant, 1.4).forEach((plane, k) => {
    for (const v of plane) expect(Math.abs(v - constant.planes[k]![0]!)).toBeLessThan(1e-12);
  });
});
