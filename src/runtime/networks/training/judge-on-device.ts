import type { Grid } from '../../../imaging/grid';
import type { NetworkValue } from '../../api/data-kinds/network';
import type { DiscriminatorSettings } from '../architectures/discriminator';
import type { FieldOps } from '../field-ops';
import { type ModelOnDevice, modelOnDevice } from '../model-on-device';
import { NetworkProblem } from '../network-problem';
import type { TensorFlow } from '../tensorflow';

/** The input of a node at which a discriminator is wired. */
const port = 'discriminator';

/**
 * Builds a discriminator for images on a grid.
 * @throws NetworkProblem where it is none, or sees another number of images
 */
export function judgeOnDevice(
  tf: TensorFlow,
  fields: FieldOps,
  network: NetworkValue,
  grid: Grid,
  sees: DiscriminatorSettings['sees'],
): ModelOnDevice {
  const built = modelOnDevice(tf, fields, network, grid, 'judge', port);
  const { sees: own } = built.settings as DiscriminatorSettings;
  if (own === sees) return built;
  built.dispose();
  throw new NetworkProblem(
    `This discriminator sees ${own === 'pair' ? 'two images' : 'one image'}; here it is shown ${sees === 'pair' ? 'two' : 'one'}.`,
    `Set *Sees* of Discriminator to "${sees}".`,
    port,
  );
}
