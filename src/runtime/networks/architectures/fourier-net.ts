import { z } from 'zod';
import { bandLimited } from '../layers/band-limited';
import { type Architecture, checkSize } from './architecture';
import { sketchNetwork } from './network-sketch';
import { stridedUnet } from './strided-unet';

const settings = z.strictObject({
  /** `velocity` is Fourier-Net-Diff. */
  predicts: z.enum(['displacement', 'velocity']).default('displacement'),
  /** Channels of the first convolution; 8 and 16 are published. */
  width: z.int().min(1).max(128).default(8),
});

/** Settings of Fourier-Net, all of them. */
export type FourierNetSettings = z.infer<typeof settings>;

/**
 * Fourier-Net: Jia et al., AAAI 2023, doi:10.1609/aaai.v37i1.25182. SYMNet's way down with parametric
 * ReLU (one slope a layer), two levels of its way up, and a head without bias at a quarter of the
 * resolution, whose map is read as the low frequencies of the field. The published code pads the
 * spectrum without scaling it, which divides the field by 4 along each axis; and it reckons in
 * coordinates that span −1 to 1. Here values are kept, in voxels.
 *
 * Weights begin with He's normal distribution and biases at 0, not as PyTorch's: those let what differs from place to place
 * shrink to four tenths with each layer, beside biases that stay. Eight layers lie between the images and the head on the shortest way, and no
 * skip connection at full size goes past them as in SYMNet and LKU-Net, so that the first field is a constant shift.
 */
export const fourierNet: Architecture<FourierNetSettings> = {
  name: 'fourier-net',
  title: 'Fourier-Net',
  settings,
  multipleOf: () => 16,
  build(tf, request) {
    checkSize('Fourier-Net', request, 16);
    const { width, predicts } = request.settings;
    const sketch = sketchNetwork(tf, request, 'keras');
    const last = stridedUnet(sketch, {
      width,
      activation: 'parametric-relu',
      level: 'convolution',
      deepest: 16,
      upwards: 2,
    });
    const low = sketch.convolution('band', last, { filters: sketch.axes, bias: false });
    const field = sketch.apply(bandLimited(tf, 'field', 4), low);
    return { model: sketch.model('fourier-net', [field]), predicts, everyVoxels: 1 };
  },
};
