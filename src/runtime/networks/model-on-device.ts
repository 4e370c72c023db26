import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { Grid } from '../../imaging/grid';
import type { NetworkValue, NetworkWeight } from '../api/data-kinds/network';
import type { Architecture, BuiltNetwork, NetworkTask } from './architectures/architecture';
import { architectures } from './architectures/index';
import { memoryOfNetwork, type NetworkMemory } from './architectures/memory-of-network';
import type { FieldOps } from './field-ops';
import { NetworkFileProblem } from './files/network-file-problem';
import { putWeights } from './files/put-weights';
import { topologyOf } from './files/save-network';
import { NetworkProblem } from './network-problem';
import type { TensorFlow } from './tensorflow';
import type { NamedVariable } from './training/adam';

/** A network with its weights in a device's memory, for images on one grid, whatever it is for. */
export interface ModelOnDevice {
  readonly architecture: Architecture;
  /** Of its architecture, all of them. */
  readonly settings: unknown;
  readonly built: BuiltNetwork;
  /** Axes of the grid along which there is somewhere to go, 0 for x. */
  readonly axes: readonly number[];
  /** Along these. */
  readonly sizeVoxels: readonly number[];
  readonly trainable: readonly NamedVariable[];
  /** Its outputs for its inputs, in their orders; the first of them alone by `apply`. */
  outputs(inputs: readonly Tensor[], learns: boolean): readonly Tensor[];
  apply(inputs: readonly Tensor[], learns: boolean): Tensor;
  /** What it takes, reckoned from its layers; objectives and field ops aside. */
  readonly memory: NetworkMemory;
  /** Its layers as TensorFlow.js writes them: JSON. */
  topology(): unknown;
  /** What it has learned so far, in the order of its layers. */
  weights(): Promise<readonly NetworkWeight[]>;
  /**
   * Sets its weights.
   * @throws NetworkFileProblem where they are those of another network; then nothing has changed
   */
  put(weights: readonly NetworkWeight[]): void;
  dispose(): void;
}

/** What networks of a task are for, as it is said where another one is wired. */
const tasks: Readonly<Record<NetworkTask, { readonly does: string; readonly goes: string }>> = {
  register: { does: 'registers', goes: 'to Train or Predict' },
  judge: { does: 'judges images', goes: 'to *Discriminator* of a node that trains against one' },
  translate: { does: 'translates images', goes: 'to Train translation or Translate' },
  step: { does: 'takes steps', goes: 'to Train agent or Follow agent' },
};

/**
 * Builds a network for images on a grid.
 * @param port the input that it is wired to, for what is wrong with it
 * @throws NetworkProblem where it is unknown, is for another task, does not fit the grid, or its weights are those of another
 */
export function modelOnDevice(
  tf: TensorFlow,
  fields: FieldOps,
  network: NetworkValue,
  grid: Grid,
  task: NetworkTask,
  port = 'network',
): ModelOnDevice {
  const architecture = architectures.get(network.architecture);
  if (!architecture) {
    throw new NetworkProblem(
      `There is no network called "${network.architecture}".`,
      `There are: ${[...architectures.keys()].join(', ')}.`,
      port,
    );
  }
  const own = architecture.task ?? 'register';
  if (own !== task) {
    throw new NetworkProblem(
      `${architecture.title} ${tasks[own].does}; here goes a network that ${tasks[task].does}.`,
      `Wire it ${tasks[own].goes}, and another one here.`,
      port,
    );
  }
  const settings = architecture.settings.safeParse(network.settings);
  if (!settings.success) {
    const [issue] = settings.error.issues;
    throw new NetworkProblem(
      `${architecture.title} cannot be built: ${issue?.path.join('.')}: ${issue?.message}`,
      'Correct its parameter.',
      port,
    );
  }
  const axes = [0, 1, 2].filter((axis) => grid.sizeVoxels[axis] !== 1);
  const sizeVoxels = axes.map((axis) => grid.sizeVoxels[axis] ?? 1);
  const multiple = architecture.multipleOf(settings.data);
  if (axes.length < 2 || sizeVoxels.some((size) => size % multiple !== 0)) {
    const fitting = sizeVoxels.map((size) => multiple * Math.max(1, Math.round(size / multiple)));
    throw new NetworkProblem(
      `${architecture.title} takes ${sizeVoxels.length < 2 ? 'slices and volumes' : `sizes that are multiples of ${multiple}`}; these images have ${sizeVoxels.join(' × ')} voxels.`,
      `Bring them to ${fitting.join(' × ')}.`,
      port,
    );
  }
  const { seed } = network;
  const request = { sizeVoxels, settings: settings.data, seed, fieldOps: fields };
  const built = architecture.build(tf, request);
  const { model } = built;
  const variables = model.weights.map((weight) => ({
    name: weight.originalName,
    variable: weight.read() as Variable,
  }));
  const trainable = new Set(model.trainableWeights.map(({ originalName }) => originalName));
  const outputs: ModelOnDevice['outputs'] = (inputs, learns) => {
    const out = model.apply(inputs.length === 1 ? (inputs[0] as Tensor) : [...inputs], {
      training: learns,
    });
    return (Array.isArray(out) ? out : [out]) as Tensor[];
  };
  const made: ModelOnDevice = {
    architecture,
    settings: settings.data,
    built,
    axes,
    sizeVoxels,
    trainable: variables.filter(({ name }) => trainable.has(name)),
    outputs,
    apply: (inputs, learns) => outputs(inputs, learns)[0] as Tensor,
    memory: memoryOfNetwork(model),
    topology: () => topologyOf(model),
    weights: () =>
      Promise.all(
        variables.map(async ({ name, variable }) => ({
          name,
          shape: [...variable.shape],
          values: ((await variable.data()) as Float32Array).slice(),
        })),
      ),
    put: (weights) =>
      putWeights(tf, model, new Map(weights.map((weight) => [weight.name, weight] as const))),
    dispose: () => void model.dispose(),
  };
  if (!network.weights) return made;
  try {
    made.put(network.weights);
  } catch (error) {
    made.dispose();
    if (!(error instanceof NetworkFileProblem)) throw error;
    throw new NetworkProblem(
      `What was learned is not that of ${architecture.title} with these settings. ${error.message}`,
      'Take the network that it was learned by.',
      port,
    );
  }
  return made;
}
