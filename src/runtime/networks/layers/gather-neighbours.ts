import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { customLayer, type Layer } from './custom-layer';

/**
 * Half the samples along every axis: the channels of 2 × 2 (× 2) neighbours become those of one place,
 * in the order of the places, the last axis fastest.
 */
export function gatherNeighbours(tf: TensorFlow, name: string): Layer {
  return customLayer(tf, {
    className: 'GatherNeighbours',
    name,
    config: {},
    outputShape: ([shape = []]) => [
      ...shape.slice(0, -1).map((n) => n / 2),
      (shape.at(-1) as number) * 2 ** (shape.length - 1),
    ],
    compute: ([input]) => {
      const { shape } = input as Tensor;
      const size = shape.slice(1, -1);
      let current = input as Tensor;
      let [inside, within] = [1, shape.at(-1) as number];
      for (const n of [...size].reverse()) {
        current = current.reshape([-1, n / 2, 2, inside, within]).transpose([0, 1, 3, 2, 4]);
        inside *= n / 2;
        within *= 2;
      }
      return current.reshape([shape[0] as number, ...size.map((n) => n / 2), within]);
    },
    keptInside: ([shape = []]) => 2 * shape.reduce((product, n) => product * n, 1),
  });
}
