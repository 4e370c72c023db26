import { describe, expect, it } from 'vitest';
import { axisAlignedGrid } from '../../src/imaging/grid';
import { nodeRegistry } from '../../src/nodes/index';
import type { PipelineDocument } from '../../src/pipeline/schema';
import { writeDocument } from '../../src/pipeline/write-document';
import type { InputDescriptor } from '../../src/runtime/api/engine/inputs';
import { standsApart } from '../../src/runtime/api/nodes/define-node';
import { compile } from '../../src/runtime/compile/compile';
import { parse } from '../../src/runtime/compile/parse';
import { leaveOutUnbound, validate } from '../../src/runtime/compile/validate';
import { imageShape, labelsShape } from '../support/input-shapes';
import { readRecipe, recipeFileNames } from '../support/run-recipe';

const mebibyte = 2 ** 20;
/** What every WebGPU device binds as one buffer, whatever its adapter. */
const smallestLimitBytes = 128 * mebibyte;
/** What a graphics card of a laptop has to give. */
const modestCardBytes = 4096 * mebibyte;

const refused = { code: 'out-of-memory', severity: 'error', at: { nodeId: expect.any(String) } };

const grid = axisAlignedGrid([256, 256, 256], [1, 1, 1], [0, 0, 0]);
const labels = Array.from({ length: 35 }, (_, index) => BigInt(index));

/** Nodes that need more, as their documentation says. */
const largerNodes: readonly string[] = [
  'model.lddmm',
  'similarity.mind-ssc',
  'regularizer.bending',
  'regularizer.curvature',
  'regularizer.edge-weighted-diffusion',
  'regularizer.folding',
  'regularizer.hyperelastic',
  'regularizer.linear-elastic',
  'regularizer.local-rigidity',
  'regularizer.log-jacobian',
  'regularizer.total-variation',
  'regularizer.volume-preservation',
];

/** Recipes that have such nodes on whole images, as the tools have that they follow. */
const largerRecipes: readonly string[] = ['best-brain.json', 'convexadam.json', 'lddmm.json'];

// A plan depends on the shapes of images and not on what they show: nothing of this size is computed.
const isOnePlan = (file: string): boolean =>
  Object.values(readRecipe(file).nodes).every(({ type }) => {
    const definition = nodeRegistry.get(type);
    return definition !== undefined && !standsApart(definition);
  });

// What follows a node that learns or predicts is planned when it has.
describe.each(recipeFileNames().filter(isOnePlan))(
  'pipelines/%s on a pair of 256³ voxels',
  (file) => {
    const isLarger = largerRecipes.includes(file);

    it(
      isLarger ? 'is refused before it runs' : 'fits every WebGPU device and a modest card',
      () => {
        const { plan, diagnostics } = planned(readRecipe(file));
        expect(diagnostics).toMatchObject(isLarger ? [refused] : []);
        expect(plan?.peakBytes).toBeGreaterThan(grid.sizeVoxels[0] ** 3 * 4);
      },
    );
  },
);

const linearModels = ['translation', 'rigid', 'similarity', 'affine'].map(
  (name) => `model.${name}`,
);
const of = 'brain-t1-greedy.json';
/** They weigh the way there and the way back. */
const ofBothWays: readonly string[] = [
  'regularizer.inverse-consistency',
  'regularizer.gradient-inverse-consistency',
  'regularizer.cycle-consistency',
];
const swapped = [...nodeRegistry.values()].flatMap(({ type, inputs, section }) => {
  if (section === 'similarity') {
    return inputs.fixed?.type === 'image' ? [{ type, of, inPlaceOf: 'local-correlation' }] : [];
  }
  // It weighs fields that have a metric alone; the recipe LDDMM has it.
  if (type === 'regularizer.kinetic-energy') return [];
  if (section === 'regularizer') return [{ type, of: 'best-brain.json', inPlaceOf: 'folding' }];
  if (section !== 'model') return [];
  return [{ type, of, inPlaceOf: linearModels.includes(type) ? 'affine-model' : 'field-model' }];
});

describe.each(swapped)('$type on a pair of 256³ voxels', ({ type, of, inPlaceOf }) => {
  const isLarger = largerNodes.includes(type);

  it(isLarger ? 'is refused, as its node says' : 'fits likewise', () => {
    const recipe = structuredClone(readRecipe(of));
    const put = (id: string, name: string) => {
      expect(recipe.nodes[id]).toBeDefined();
      const { version } = nodeRegistry.get(name)!;
      Object.assign(recipe.nodes[id]!, { type: name, version, params: {} });
    };
    put(inPlaceOf, type);
    if (ofBothWays.includes(type)) put('field-model', 'model.displacement-pair');
    const { documentation } = nodeRegistry.get(type)!;
    const { diagnostics } = planned(recipe);
    expect(diagnostics).toMatchObject(isLarger ? [refused] : []);
    if (isLarger) expect(documentation.details).toMatch(/\*\*Memory\*\*/);
  });
});

function planned(recipe: PipelineDocument) {
  const { document } = parse(writeDocument(recipe), nodeRegistry);
  const { graph } = validate(document!, nodeRegistry);
  const descriptors = new Map<string, InputDescriptor>();
  for (const { id, definition, params } of graph!.nodes) {
    const as = definition.source?.(params).as;
    if (as === 'image') descriptors.set(id, imageShape(grid));
    if (as === 'labels') descriptors.set(id, labelsShape(grid, labels));
  }
  const bound = leaveOutUnbound(graph!, (id) => descriptors.has(id)).graph;
  return compile(bound, {
    descriptors,
    keep: 'needed',
    checkFinite: true,
    limits: { maxBufferBytes: smallestLimitBytes, maxTotalBytes: modestCardBytes },
  });
}
