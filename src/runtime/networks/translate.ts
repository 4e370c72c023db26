import type { TranslationRequest } from '../api/nodes/prediction';
import type { Device } from '../devices';
import { createFieldOps } from './field-ops';
import { modelOnDevice } from './model-on-device';
import { imagesSeen } from './seen-images';
import type { TensorFlow } from './tensorflow';

/**
 * Asks a network for an image in another contrast, on the grid that the network sees.
 * @returns intensities within [0, 1]
 * @throws NetworkProblem where it is none that translates, or does not fit that grid
 * @throws DeviceFailure
 */
export async function translateImage(
  tf: TensorFlow,
  device: Device,
  { network, image, domain }: TranslationRequest,
): Promise<Float32Array> {
  const [seen] = await imagesSeen(device, [image], domain, network.domain?.intensities);
  const fields = createFieldOps(tf, device);
  try {
    const built = modelOnDevice(tf, fields, network, domain, 'translate');
    try {
      const translated = tf.tidy(() =>
        built.apply([tf.tensor(seen ?? [], [1, ...[...built.sizeVoxels].reverse(), 1])], false),
      );
      const values = ((await translated.data()) as Float32Array).slice();
      translated.dispose();
      return values;
    } finally {
      built.dispose();
    }
  } finally {
    fields.destroy();
  }
}
