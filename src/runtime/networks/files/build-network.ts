import type { Architecture, BuiltNetwork } from '../architectures/architecture';
import type { FieldOps } from '../field-ops';
import type { TensorFlow } from '../tensorflow';
import { NetworkFileProblem } from './network-file-problem';
import type { StoredNetwork } from './stored-network';

/** For what a stored network is built. */
export interface StoredNetworkOptions {
  /** Another size than the card's: convolutions fit any, windows of attention do not. */
  readonly sizeVoxels?: readonly number[];
  /** As in a request. */
  readonly fieldOps?: FieldOps;
}

/**
 * Builds a stored network and gives it its weights, by name; every shape is checked before anything is
 * written.
 * @throws NetworkFileProblem naming the layer, what it expects and what the file has
 * @throws RangeError where the architecture does not fit the size
 */
export function buildStoredNetwork(
  tf: TensorFlow,
  { card, weights }: StoredNetwork,
  architectures: ReadonlyMap<string, Architecture>,
  { sizeVoxels = card.sizeVoxels, fieldOps }: StoredNetworkOptions = {},
): BuiltNetwork {
  const architecture = architectures.get(card.architecture);
  if (!architecture) {
    throw new NetworkFileProblem('foreign', `Architecture "${card.architecture}" is not known.`);
  }
  const settings = architecture.settings.parse(card.settings);
  const built = architecture.build(tf, {
    sizeVoxels,
    settings,
    seed: 0,
    initialWeights: 'zero',
    ...(fieldOps && { fieldOps }),
  });
  try {
    const wanted = new Map(built.model.weights.map((weight) => [weight.originalName, weight]));
    for (const [name, { shape }] of wanted) {
      const found = weights.get(name);
      const fits =
        found?.shape.length === shape.length && shape.every((n, i) => n === found.shape[i]);
      if (!fits) throw mismatch(name, `[${shape}]`, found ? `[${found.shape}]` : 'nothing');
    }
    for (const [name, { shape }] of weights) {
      if (!wanted.has(name)) throw mismatch(name, 'nothing', `[${shape}]`);
    }
    for (const [name, variable] of wanted) {
      const values = weights.get(name)?.values as Float32Array;
      tf.tidy(() => {
        variable.write(tf.tensor(values, variable.shape as number[]));
      });
    }
  } catch (error) {
    built.model.dispose();
    throw error;
  }
  return built;
}

function mismatch(weight: string, expected: string, found: string): NetworkFileProblem {
  const [layer, kind] = [weight.slice(0, weight.lastIndexOf('/')), weight.split('/').at(-1)];
  return new NetworkFileProblem(
    'mismatch',
    `Layer "${layer}", ${kind}: expected ${expected}, the file has ${found}.`,
  );
}
