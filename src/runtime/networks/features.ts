import { voxelCount } from '../../imaging/grid';
import { trainedIntensities } from '../api/data-kinds/network';
import { gridAttributes } from '../api/nodes/builder';
import type { FeaturesRequest } from '../api/nodes/prediction';
import type { Device } from '../devices';
import { planesFromChannels } from './channel-planes';
import { createFieldOps } from './field-ops';
import { networkOnDevice } from './network-on-device';
import { NetworkProblem } from './network-problem';
import { runProgram } from './run-program';
import { imagesSeen } from './seen-images';
import type { TensorFlow } from './tensorflow';

/**
 * Asks a network for features of an image: channels on the image's own grid. The image is brought to the network's grid and
 * intensities as for a prediction; features are read linearly, beyond that grid those of its edge go on.
 * @throws NetworkProblem where the network gives no features, or does not fit that grid
 * @throws DeviceFailure
 */
export async function featuresOf(
  tf: TensorFlow,
  device: Device,
  { network, image, domain, smoothVoxels }: FeaturesRequest,
): Promise<readonly Float32Array[]> {
  const { intensities } = network.domain ?? { intensities: trainedIntensities };
  const [seen] = await imagesSeen(device, [{ image, smoothVoxels }], domain, intensities);
  const fields = createFieldOps(tf, device);
  try {
    const built = networkOnDevice(tf, fields, network, domain);
    try {
      const found = built.features?.(seen ?? new Float32Array(voxelCount(domain)));
      if (!found) {
        throw new NetworkProblem(
          `This network, ${network.architecture}, says how images move and gives no features of one.`,
          'Take a Feature encoder, or wire this one to Predict.',
        );
      }
      const planes = Array.from(
        { length: found.shape.at(-1) ?? 0 },
        () => new Float32Array(voxelCount(domain)),
      );
      planesFromChannels((await found.data()) as Float32Array, planes);
      found.dispose();
      const [onImage = []] = await runProgram(device, ({ graph, field }) => [
        graph.builder.sample(
          { source: field(domain, planes) },
          { ...gridAttributes(image.grid), interpolation: 'linear', outside: 'edge' },
        ),
      ]);
      return onImage;
    } finally {
      built.dispose();
    }
  } finally {
    fields.destroy();
  }
}
