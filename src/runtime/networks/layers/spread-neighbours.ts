import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * Twice the samples along every axis: the channels of one place become those of 2 × 2 (× 2) neighbours, in
 * the order of the places, the last axis fastest; what `gatherNeighbours` undoes.
 */
export function spreadNeighbours(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'SpreadNeighbours',
    name,
    config: {},
    outputShape: ([shape = []]) => [
      ...shape.slice(0, -1).map((n) => n * 2),
      (shape.at(-1) as number) / 2 ** (shape.length - 1),
    ],
    compute: ([input]) => {
      const { shape } = input as Tensor;
      const size = shape.slice(1, -1);
      let current = input as Tensor;
      let inside = size.reduce((product, n) => product * n, 1);
      let within = shape.at(-1) as number;
      for (const n of size) {
        inside /= n;
        within /= 2;
        current = current.reshape([-1, n, inside, 2, within]).transpose([0, 1, 3, 2, 4]);
      }
      const channels = within;
      return current.reshape([shape[0] as number, ...size.map((n) => n * 2), channels]);
    },
    keptInside: ([shape = []]) => 2 * shape.reduce((product, n) => product * n, 1),
  });
}
