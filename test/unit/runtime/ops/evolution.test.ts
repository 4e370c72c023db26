import { expect, test } from 'vitest';
import { generation, generations } from '../../../cases/ops/evolution.cases';
import { graphOf, runGraph } from '../../../support/run-graph';

test.each(generations)('a generation is told as the tutorial says: $name', (one) => {
  const { count, free, losses, iteration } = one;
  const { inputs, attributes, expected } = generation(count, free, losses, iteration);
  const graph = graphOf(inputs, ({ builder: b }, values) => {
    const { mean, distribution } = b.evolutionUpdate(values as never, attributes);
    return [mean, distribution];
  });
  const [mean, distribution] = runGraph(graph, inputs).map(([plane]) => [...plane!]);
  expected.mean.forEach((value, i) => {
    expect(mean![i]).toBeCloseTo(value, 9);
  });
  expected.head.forEach((value, i) => {
    expect(distribution![i]).toBeCloseTo(value, 7);
  });
  // What candidates are spread by is a root of the covariance.
  const squares = count * count;
  const covariance = distribution!.slice(-2 * squares, -squares);
  const factor = distribution!.slice(-squares);
  covariance.forEach((value, k) => {
    const [row, column] = [Math.floor(k / count) * count, (k % count) * count];
    let product = 0;
    for (let j = 0; j < count; j += 1) product += factor[row + j]! * factor[column + j]!;
    expect(product).toBeCloseTo(value, 7);
  });
});
