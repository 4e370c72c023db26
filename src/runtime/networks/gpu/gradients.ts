import type { GradConfig, NamedTensorMap, Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './own-kernel';

/** Gradients that TensorFlow.js lacks: of a transposed convolution of volumes, and of repeats of many axes. */
export function missingGradients(tf: TensorFlow): readonly GradConfig[] {
  const runKernel = (name: string, inputs: NamedTensorMap, attributes: object): Tensor =>
    tf.engine().runKernel(name, inputs, { ...attributes }) as Tensor;
  const tile = tf.getGradient('Tile');
  return [
    {
      // y = gradient of a convolution by its input, at `dy`: linear in `dy` and in the filter.
      kernelName: 'Conv3DBackpropInputV2',
      inputsToSave: ['dy', 'filter'],
      gradFunc: (cotangent, saved, { strides, pad }) => {
        const x = cotangent as Tensor;
        const [dy, filter] = saved as [Tensor, Tensor];
        return {
          dy: () =>
            runKernel('Conv3D', { x, filter }, { strides, pad, dataFormat: 'NDHWC', dilations: 1 }),
          filter: () =>
            runKernel(
              'Conv3DBackpropFilterV2',
              { x, dy },
              { strides, pad, filterShape: filter.shape },
            ),
        };
      },
    },
    {
      ...tile,
      gradFunc: (cotangent, saved, attributes) => {
        const [x] = saved as [Tensor];
        if (x.rank < 5) return tile.gradFunc(cotangent, saved, attributes);
        return { x: () => sumOfRepeats(cotangent as Tensor, x.shape, attributes.reps as number[]) };
      },
    },
  ];
}

/** One axis after the other: [before, repeats, row] is summed over its repeats. */
function sumOfRepeats(cotangent: Tensor, shape: readonly number[], repeats: readonly number[]) {
  return repeats.reduce<Tensor>((sum, times, axis) => {
    if (times === 1) return sum;
    const row = shape[axis] as number;
    const before = sum.shape.slice(0, axis);
    const after = sum.shape.slice(axis + 1);
    const size = (lengths: readonly number[]) => lengths.reduce((n, length) => n * length, 1);
    return sum
      .reshape([size(before), times, row * size(after)])
      .sum(1)
      .reshape([...before, row, ...after]);
  }, cotangent);
}
