import { expect, test } from 'vitest';
import { nodeRegistry } from '../../../src/nodes/index';
import { levelPairs } from '../../../src/nodes/registration/level-pairs';
import { shrinkImage } from '../../../src/nodes/registration/pyramid';
import type { RegistrationParts } from '../../../src/nodes/registration/registration-parts';
import type { NodeDefinition } from '../../../src/runtime/api/nodes/define-node';
import { randomField, turnedGrid } from '../../support/case-values';
import { runNodes } from '../../support/run-node';
import { imageOn, lowerNode } from './lowering';

const grid = turnedGrid([36, 34, 1], [1.2, 0.8, 2], [3, -4, 5]);

test('features of the whole images are made first, and then smoothed and shrunk', () => {
  const inputs = { fixed: randomField(grid, 1, 21, 40, 300), moving: randomField(grid, 1, 22) };
  const read = runNodes(inputs, (graph) => {
    const b = graph.builder;
    const fixed = imageOn(graph, grid, 'fixed');
    const moving = imageOn(graph, grid, 'moving');
    const featuresAt = (madeOf: string) => {
      const definition = nodeRegistry.get('similarity.mind-ssc') as NodeDefinition;
      const { objective } = lowerNode(graph, definition, {}, { madeOf }, madeOf);
      const parts = {
        ...{ fixed, moving, model: {}, objectives: [objective] },
        schedule: { smoothPerShrink: 0.5 },
      };
      const pairs = levelPairs(b, parts as unknown as RegistrationParts, 2);
      return pairs.own.get(madeOf)!.fixed.image;
    };
    const { image } = fixed;
    const whole = b.mindSsc(
      { image, range: b.intensityRange({ image }) },
      { radiusVoxels: 1, dilationVoxels: 2 },
    );
    return {
      found: featuresAt('whole'),
      expected: shrinkImage(b, { image: whole, grid }, 2, 0.5).image,
      ofLevel: featuresAt('level'),
    };
  });
  expect(read.found).toEqual(read.expected);
  expect(read.ofLevel).not.toEqual(read.expected);
  expect(read.ofLevel!.map((plane) => plane.length)).toEqual(read.found!.map((p) => p.length));
});
