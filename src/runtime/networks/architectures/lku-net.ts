import { z } from 'zod';
import { boundedField } from '../layers/bounded-field';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';
import { stridedUnet } from './strided-unet';

const settings = z.strictObject({
  predicts: z.enum(['displacement', 'velocity']).default('displacement'),
  /** Channels of the first convolution; 8 and 16 are published for volumes. */
  width: z.int().min(1).max(128).default(8),
});

/** Settings of LKU-Net, all of them. */
export type LkuNetSettings = z.infer<typeof settings>;

/**
 * LKU-Net: Jia et al., MLMI 2022, doi:10.1007/978-3-031-21014-3_16. SYMNet's table with parametric
 * ReLU (one slope a layer), 8 rather than 16 times the width at the deepest level, and, as second
 * convolution of each level but the first, kernels of 1, 3 and 5 samples in parallel, added to the
 * identity. One head of three samples without bias. The published head is a softsign of coordinates
 * that span −1 to 1, so that a component stays within half of the image: here, in voxels, within
 * (n − 1) / 2 along an axis of n. A second head that the authors' code declares and never uses is not
 * here.
 */
export const lkuNet: Architecture<LkuNetSettings> = {
  name: 'lku-net',
  title: 'LKU-Net',
  settings,
  multipleOf: () => 16,
  build(tf, request) {
    checkSize('LKU-Net', request, 16);
    const { width, predicts } = request.settings;
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const last = stridedUnet(sketch, {
      width,
      activation: 'parametric-relu',
      level: 'parallel-kernels',
      deepest: 8,
      upwards: 4,
    });
    const raw = sketch.convolution('field_raw', last, { filters: sketch.axes, bias: false });
    const bounds = request.sizeVoxels.map((n) => (n - 1) / 2);
    const field = sketch.apply(boundedField(tf, 'field', bounds), raw);
    return { model: sketch.model('lku-net', [field]), predicts, everyVoxels: 1 };
  },
};
