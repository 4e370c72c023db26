import { scalars } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';
import { pcg4d } from '../../support/pcg4d';

const exact = {
  absolute: 0,
  relative: 0,
  because: 'integers, and 24 bits of them, which float32 holds',
};

function drawsCase(name: string, iteration: number, seed: number, stream: number): OpCase {
  const count = 65;
  const drawn = Array.from({ length: count }, (_, index) =>
    pcg4d([seed, stream, iteration, index]).map((bits) => Math.floor(bits / 256) / 2 ** 24),
  );
  return {
    op: 'uniformDraws',
    name,
    inputs: { iteration: scalars(iteration) },
    attributes: { count, seed, stream },
    expected: { value: [0, 1, 2].map((channel) => drawn.map((one) => one[channel]!)) },
    expectedTolerance: 0,
    gpu: exact,
  };
}

export const cases: readonly OpCase[] = [
  drawsCase('the first iteration of the first level', 0, 1, 0),
  drawsCase('another iteration, level and seed', 137, 20_260_711, 2),
  drawsCase('the largest integers', 2 ** 24, 2 ** 32 - 1, 2 ** 32 - 1),
];
