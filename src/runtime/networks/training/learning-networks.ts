import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { NetworkWeight } from '../../api/data-kinds/network';
import { NetworkFileProblem } from '../files/network-file-problem';
import type { ModelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import { Adam } from './adam';
import type { Checkpoint } from './checkpoint';

/** What can learn: variables, and the weights that hold them. */
export type Trainable = Pick<ModelOnDevice, 'trainable' | 'weights' | 'put'>;

/** Between the name of one of several networks and that of its weight. */
const separator = ':';

/**
 * Decay of the first moment where networks learn against each other: what pulled a moment ago says little of where the other one
 * pulls now. As GANs are trained since Radford, Metz, Chintala 2015.
 */
const beta1OfRivals = 0.5;

/**
 * Networks that learn in one training, each with an Adam of its own. What they have learned is one list, in which all but the first have their
 * name before those of their weights: a checkpoint of one network alone is what it always was.
 */
export class LearningNetworks<Name extends string> {
  readonly #parts: readonly {
    readonly name: Name;
    readonly prefix: string;
    readonly network: Trainable;
    readonly adam: Adam;
  }[];

  constructor(tf: TensorFlow, networks: readonly (readonly [Name, Trainable])[]) {
    this.#parts = networks.map(([name, network], index) => ({
      name,
      prefix: index === 0 ? '' : `${name}${separator}`,
      network,
      adam: new Adam(tf, network.trainable, networks.length > 1 ? beta1OfRivals : undefined),
    }));
  }

  /** The variables of one of them, or of several. */
  variables(...names: readonly Name[]): Variable[] {
    return this.#parts
      .filter(({ name }) => names.includes(name))
      .flatMap(({ network }) => network.trainable.map(({ variable }) => variable));
  }

  /** Step number `step`, from 0, of one of them. */
  step(
    name: Name,
    gradients: Readonly<Record<string, Tensor>>,
    step: number,
    learningRate: number,
  ): void {
    const part = this.#parts.find((one) => one.name === name);
    part?.adam.step(gradients, step + 1, learningRate);
  }

  /** All that they have learned. */
  async weights(): Promise<readonly NetworkWeight[]> {
    return this.#all(({ network }) => network.weights());
  }

  /** All that their optimizers remember. */
  async memory(): Promise<readonly NetworkWeight[]> {
    return this.#all(({ adam }) => adam.memory());
  }

  /** What one of them has learned, of what all of them have. */
  weightsOf(name: Name, weights: readonly NetworkWeight[]): readonly NetworkWeight[] {
    const prefix = this.#parts.find((part) => part.name === name)?.prefix ?? '';
    return ownOf(prefix, weights);
  }

  /** Goes on from there; false where it is that of other networks. */
  remember({ weights, optimizer }: Pick<Checkpoint, 'weights' | 'optimizer'>): boolean {
    const prefixes = new Set(this.#parts.map(({ prefix }) => prefix));
    const isForeign = [...weights, ...optimizer].some(({ name }) => !prefixes.has(prefixOf(name)));
    if (isForeign) return false;
    return this.#parts.every(({ prefix, network, adam }) => {
      const fits = fitting(() => network.put(ownOf(prefix, weights)));
      return fits && adam.remember(ownOf(prefix, optimizer));
    });
  }

  dispose(): void {
    for (const { adam } of this.#parts) adam.dispose();
  }

  async #all(
    ask: (part: {
      readonly network: Trainable;
      readonly adam: Adam;
    }) => Promise<readonly NetworkWeight[]>,
  ): Promise<readonly NetworkWeight[]> {
    const lists = await Promise.all(
      this.#parts.map(async (part) =>
        (await ask(part)).map((weight) => ({ ...weight, name: `${part.prefix}${weight.name}` })),
      ),
    );
    return lists.flat();
  }
}

function prefixOf(name: string): string {
  return name.slice(0, name.indexOf(separator) + 1);
}

function ownOf(prefix: string, weights: readonly NetworkWeight[]): readonly NetworkWeight[] {
  return weights
    .filter(({ name }) => prefixOf(name) === prefix)
    .map((weight) => ({ ...weight, name: weight.name.slice(prefix.length) }));
}

/** Gives a network weights; false where they are those of another one. */
function fitting(put: () => void): boolean {
  try {
    put();
    return true;
  } catch (error) {
    if (error instanceof NetworkFileProblem) return false;
    throw error;
  }
}
