import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axisAlignedGrid, type Grid } from '../../../../src/imaging/grid';
import { nodeRegistry } from '../../../../src/nodes/index';
import { defineNode, type NodeDefinition } from '../../../../src/runtime/api/nodes/define-node';
import type { ImageValue } from '../../../../src/runtime/api/nodes/port-values';
import { compile } from '../../../../src/runtime/compile/compile';
import { labelsShape } from '../../../support/input-shapes';
import { greedyRecipe, smallGrid } from '../../../support/worked-example';
import { changed, checkedGraph, diagnosticsOf, farAway, image, images } from './changed-recipe';

describe('grids', () => {
  const shifted = (mm: number): Grid =>
    axisAlignedGrid([16, 12, 10], [2, 2.5, 3], [-16 + mm, -15, -15]);
  const load = (type: string) => ({
    type: `load.${type}`,
    version: 1,
    params: greedyRecipe.nodes.fixed.params,
  });
  const compared = {
    ...changed({
      a: load('image'),
      b: load('image'),
      'a-labels': load('labels'),
      'b-labels': load('labels'),
      dice: { type: 'evaluate.dice', version: 1, params: {} },
      correlation: { type: 'evaluate.correlation', version: 1, params: {} },
      board: { type: 'view.checkerboard', version: 1, params: {} },
      difference: { type: 'view.difference', version: 1, params: {} },
    }),
    edges: [
      ...greedyRecipe.edges,
      { from: 'a-labels.labels', to: 'dice.fixed' },
      { from: 'b-labels.labels', to: 'dice.warped' },
      { from: 'a.image', to: 'correlation.fixed' },
      { from: 'b.image', to: 'correlation.warped' },
      { from: 'a.image', to: 'board.a' },
      { from: 'b.image', to: 'board.b' },
      { from: 'a.image', to: 'difference.a' },
      { from: 'b.image', to: 'difference.b' },
    ],
  };
  const found = (first: Grid, second: Grid) => {
    const labels = (grid: Grid) => labelsShape(grid, [0n, 1n, 2n]);
    const descriptors = new Map([...images(), ['a', image(first)], ['b', image(second)]]);
    descriptors.set('a-labels', labels(first)).set('b-labels', labels(second));
    return diagnosticsOf(compared, { descriptors });
  };

  it('are one where tools rounded a header differently', () => {
    expect(found(smallGrid, shifted(2e-5))).toEqual([]);
    expect(found(shifted(5e-5), shifted(2e-5))).toEqual([]);
  });

  it('are refused at the node where they differ, also by little more than that', () => {
    const four = new Array(4).fill('recipe');
    const codes = (first: Grid, second: Grid) => found(first, second).map(({ code }) => code);
    // Both are as good as `smallGrid`, and differ from each other by more than counts as equal.
    expect(codes(shifted(-9e-5), shifted(9e-5))).toEqual(four);
    expect(codes(smallGrid, shifted(0.01))).toEqual(four);
  });
});

describe('a fault of a node or an op', () => {
  const faulty = (lowerWith: NodeDefinition['lower']) => {
    const node = defineNode({
      type: 'view.faulty',
      version: 1,
      title: 'Faulty',
      section: 'view',
      synonyms: [],
      documentation: { summary: '', details: '' },
      params: z.object({}),
      inputs: { image: { type: 'image', doc: '' } },
      outputs: { image: { type: 'image', doc: '' } },
      lower: lowerWith as never,
    });
    const registry = new Map(nodeRegistry).set(node.type, node as unknown as NodeDefinition);
    const recipe = {
      ...changed({ faulty: { type: 'view.faulty', version: 1, params: {} } }),
      edges: [...greedyRecipe.edges, { from: 'fixed.image', to: 'faulty.image' }],
    };
    return compile(checkedGraph(recipe, registry), { descriptors: images() });
  };

  it.each<[string, NodeDefinition['lower']]>([
    [
      'Something is undefined',
      () => {
        throw new TypeError('Something is undefined');
      },
    ],
    [
      'different types',
      (b, { image }) => {
        const { grid, image: value } = image as unknown as ImageValue;
        const sum = b.add({ a: value, b: b.constant([1]) });
        return { image: { kind: 'image', grid, image: sum } } as never;
      },
    ],
    [
      'on another grid',
      (_, { image }) =>
        ({ image: { ...(image as unknown as ImageValue), grid: farAway } }) as never,
    ],
  ])('is told at the node: %s', (reason, lowerWith) => {
    const { plan, diagnostics } = faulty(lowerWith);
    expect(plan).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: 'internal', at: { nodeId: 'faulty' } }]);
    expect(diagnostics[0]?.message).toContain(reason);
  });
});
