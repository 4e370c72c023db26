import { expect, test } from 'vitest';
import { flowOrder } from '../../../src/editor/canvas/flow-order';
import { sampleRecipe } from './sample-recipe';

test('every node comes after those that feed it, and none is left out', () => {
  const order = flowOrder(sampleRecipe);
  expect([...order].sort()).toEqual(Object.keys(sampleRecipe.nodes).sort());
  for (const { from, to } of sampleRecipe.edges) {
    const [giver = '', taker = ''] = [from, to].map((end) => end.split('.')[0]);
    expect(order.indexOf(giver), `${from} ${to}`).toBeLessThan(order.indexOf(taker));
  }
});

test('wires in a circle do not keep it from an end', () => {
  const edges = [...sampleRecipe.edges, { from: 'register.warped', to: 'scaled.image' }];
  expect(flowOrder({ ...sampleRecipe, edges })).toHaveLength(
    Object.keys(sampleRecipe.nodes).length,
  );
});
