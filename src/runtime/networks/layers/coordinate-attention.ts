import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import { type CustomWeight, customLayer, type Layer } from './custom-layer';
import { standardized } from './normalization';

/** What coordinate attention is. */
export interface CoordinateAttention {
  readonly name: string;
  readonly channels: number;
  /** Channels in the middle, which all axes share. */
  readonly squeezed: number;
  /** Of the map: 2 or 3. */
  readonly axes: number;
  readonly initializer: (name: string) => CustomWeight['initializer'];
}

/**
 * Channel attention that knows places: Hou et al., CVPR 2021, doi:10.1109/CVPR46437.2021.01350, here
 * for two or three axes. Along each axis the map is averaged over the others to a profile; all profiles
 * are mapped to few channels, normalized together, bent by x · min(max(x + 3, 0), 6) / 6, and mapped
 * back, each axis by weights of its own, to numbers from 0 to 1. The map is multiplied by those of all
 * axes. The authors normalize over a batch; here over the places of one image, learned scale and shift
 * included, so that training and prediction do the same.
 */
export function coordinateAttention(tf: TensorFlow, attention: CoordinateAttention): Layer {
  const { name, channels, squeezed, axes, initializer } = attention;
  const each = Array.from({ length: axes }, (_, axis) => axis);
  const { zeros, ones } = tf.initializers;
  return customLayer(tf, {
    className: 'CoordinateAttention',
    name,
    config: { channels, squeezed },
    weights: [
      { name: 'squeeze', shape: [channels, squeezed], initializer: initializer('squeeze') },
      { name: 'squeeze_bias', shape: [squeezed], initializer: zeros() },
      { name: 'gamma', shape: [squeezed], initializer: ones() },
      { name: 'beta', shape: [squeezed], initializer: zeros() },
      ...each.flatMap((axis) => [
        {
          name: `gate_${axis}`,
          shape: [squeezed, channels],
          initializer: initializer(`gate_${axis}`),
        },
        { name: `gate_${axis}_bias`, shape: [channels], initializer: zeros() },
      ]),
    ],
    outputShape: ([shape = []]) => shape,
    compute: ([input], [squeeze, squeezeBias, gamma, beta, ...gates]) => {
      const map = input as Tensor;
      const [batch, ...size] = map.shape.slice(0, -1) as [number, ...number[]];
      const total = size.reduce((sum, n) => sum + n, 0);
      const profiles = each.map((axis) =>
        map.mean(each.filter((other) => other !== axis).map((other) => other + 1)),
      );
      const narrow = tf
        .matMul(tf.concat(profiles, 1).reshape<Tensor2D>([-1, channels]), squeeze as Tensor2D)
        .add(squeezeBias as Tensor)
        .reshape([batch, total, squeezed]);
      const normal = standardized(tf, narrow, 1)
        .mul(gamma as Tensor)
        .add(beta as Tensor);
      const bent = normal.mul(normal.add(3).clipByValue(0, 6)).div(6);
      let before = 0;
      return each.reduce<Tensor>((result, axis) => {
        const n = size[axis] as number;
        const part = tf.slice(bent, [0, before, 0], [batch, n, squeezed]);
        before += n;
        const gate = tf
          .matMul(part.reshape<Tensor2D>([-1, squeezed]), gates[2 * axis] as Tensor2D)
          .add(gates[2 * axis + 1] as Tensor)
          .sigmoid();
        return result.mul(
          gate.reshape([batch, ...size.map((m, other) => (other === axis ? m : 1)), channels]),
        );
      }, map);
    },
    // Profiles side by side, nine steps of the narrow ones, gates thrice; the map after each gate but the last.
    keptInside: ([shape = []]) => {
      const total = shape.slice(0, -1).reduce((sum, n) => sum + n, 0);
      const whole = shape.reduce((product, n) => product * n, 1);
      return total * (5 * channels + 9 * squeezed) + (axes - 1) * whole;
    },
  });
}
