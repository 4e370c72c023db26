import type { SymbolicTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { boundedField } from '../layers/bounded-field';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';
import { stridedUnet } from './strided-unet';

const settings = z.strictObject({
  /** Channels of the first convolution. */
  width: z.int().min(1).max(128).default(8),
  /** Bound of each component of both velocities, in voxels. */
  rangeVoxels: z.number().positive().max(1000).default(100),
});

/** Settings of SYMNet, all of them. */
export type SymNetSettings = z.infer<typeof settings>;

/**
 * SYMNet: Mok and Chung, CVPR 2020, doi:10.1109/CVPR42600.2020.00470. Two velocities, each between
 * bounds: exp(v₁) brings the moving image halfway to the fixed one, exp(v₂) the fixed one halfway to
 * the moving, and the whole map is exp(v₁) ∘ exp(−v₂). The authors' table: ReLU, five levels, heads
 * with kernels of five samples and no bias. Kernels of the heads begin with PyTorch's distribution too.
 */
export const symnet: Architecture<SymNetSettings> = {
  name: 'symnet',
  title: 'SYMNet',
  settings,
  multipleOf: () => 16,
  build(tf, request) {
    checkSize('SYMNet', request, 16);
    const { width, rangeVoxels } = request.settings;
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const last = stridedUnet(sketch, {
      width,
      activation: 'relu',
      level: 'convolution',
      deepest: 16,
      upwards: 4,
    });
    const head = (name: string): SymbolicTensor => {
      const raw = sketch.convolution(`${name}_raw`, last, {
        filters: sketch.axes,
        kernel: 5,
        bias: false,
      });
      const bounds = Array<number>(sketch.axes).fill(rangeVoxels);
      return sketch.apply(boundedField(tf, name, bounds), raw);
    };
    const outputs = [head('velocity_forward'), head('velocity_backward')];
    return { model: sketch.model('symnet', outputs), predicts: 'velocity-pair', everyVoxels: 1 };
  },
};
