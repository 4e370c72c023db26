import { spacingMm } from '../../../imaging/grid';
import type { TrainingPair } from '../../api/data-kinds/dataset';
import { type NetworkValue, trainedIntensities } from '../../api/data-kinds/network';
import type { ObjectivePart } from '../../api/nodes/port-values';
import type { TrainingRequest } from '../../api/nodes/training';
import type { GraphBuilder } from '../../compile/graph-builder';
import type { Device } from '../../devices';
import type { PlaneArray } from '../../ir/values';
import {
  type CompiledObjective,
  compileObjective,
  NothingWeighed,
  type ObjectiveRequest,
} from '../compile-objective';
import { createFieldOps } from '../field-ops';
import { type NetworkOnDevice, NetworkProblem, networkOnDevice } from '../network-on-device';
import { objectiveAsTensorOp } from '../tensor-op';
import type { TensorFlow } from '../tensorflow';
import type { Checkpoint } from './checkpoint';
import { conditionedWeights } from './conditioned-weights';
import { type TrainingObserver, type TrainingOutcome, trainNetwork } from './train-network';

/** What a network learns from besides images: the objectives as they are wired. */
export interface TrainingObjectives {
  lower(graph: GraphBuilder): readonly ObjectivePart[];
  /** Numbers of data that stays the same, by the keys of the inputs that `lower` makes. */
  readonly constants: ReadonlyMap<string, readonly PlaneArray[]>;
  /** Which part of a pair each of the other inputs is. */
  readonly ofPair: ReadonlyMap<string, keyof TrainingPair>;
}

/** What the training has to do with whoever started it. */
export interface RunningTraining extends TrainingObserver {
  /** Is told of how to turn an objective's parameter while the training goes on. */
  canTurn(turn: (nodeId: string, parameter: string, value: number) => boolean): void;
  readonly resume?: Checkpoint;
  /** Of the recipe that trains, for the card of the network. */
  readonly recipeSha256?: string;
}

/**
 * Trains a network from the recipe's parts: builds it, compiles the objectives for its pairs, and frees both.
 * @throws NetworkProblem where the network does not fit the pairs
 * @throws NotDifferentiable where an objective has no gradient
 */
export async function runTraining(
  tf: TensorFlow,
  device: Device,
  request: TrainingRequest,
  objectives: TrainingObjectives,
  running: RunningTraining,
): Promise<TrainingOutcome & { readonly network: NetworkValue }> {
  const { dataset, level, adaptation } = request;
  const fields = createFieldOps(tf, device);
  let network: NetworkOnDevice | undefined;
  try {
    const built = networkOnDevice(tf, fields, request.network, dataset.grid);
    network = built;
    requireMemory(built.memory.trainingBytes, device);
    const compiled = compiledFor(built, {
      objectives: objectives.lower,
      level,
      movingGrid: dataset.grid,
    });
    const objective = await objectiveAsTensorOp(tf, compiled, device);
    try {
      for (const [key, planes] of objectives.constants) objective.setData(key, planes);
      const conditioned =
        built.condition && conditionedWeights(objective, compiled, built.condition);
      running.canTurn((nodeId, parameter, value) => {
        if (conditioned?.turn(nodeId, parameter, value)) return true;
        const known = compiled.plan.dials.some(
          (dial) => dial.nodeId === nodeId && dial.parameter === parameter,
        );
        if (known) objective.turn(nodeId, parameter, value);
        return known;
      });
      const showPair = (pair: TrainingPair): void => {
        for (const [key, part] of objectives.ofPair) {
          // Where nothing is labelled there is no overlap to learn from; the labels of the pair before say nothing of this one.
          objective.setData(key, [pair[part] ?? new Uint32Array(pair.fixed.length)]);
        }
      };
      const { resume } = running;
      const outcome = await trainNetwork(
        tf,
        request,
        {
          network: built,
          objective,
          showPair,
          ...(conditioned ? { weighFor: conditioned.show } : {}),
          ...(resume ? { resume } : {}),
        },
        running,
      );
      const { sizeVoxels } = dataset.grid;
      const { training: before, domain } = request.network;
      return {
        ...outcome,
        network: {
          ...request.network,
          weights: outcome.weights,
          domain: {
            sizeVoxels,
            spacingMm: spacingMm(dataset.grid),
            intensities: (adaptation && domain?.intensities) ?? trainedIntensities,
          },
          training: {
            data: [before?.data, dataset.origin].filter(Boolean).join('; then '),
            seed: request.network.seed,
            steps: (before?.steps ?? 0) + outcome.steps,
            // Of pairs that it did not learn from; an adapted network knows no other pair any more.
            validation: adaptation ? {} : outcome.best,
            ...(running.recipeSha256 === undefined ? {} : { recipeSha256: running.recipeSha256 }),
          },
          topology: built.topology(),
        },
      };
    } finally {
      objective.destroy();
    }
  } finally {
    network?.dispose();
    fields.destroy();
  }
}

/** @throws NetworkProblem where the network says where regularization counts, and nothing wired listens */
function compiledFor(
  { hasLocalWeight }: NetworkOnDevice,
  request: ObjectiveRequest,
): CompiledObjective {
  try {
    return compileObjective({ ...request, hasLocalWeight });
  } catch (error) {
    if (!(error instanceof NothingWeighed)) throw error;
    throw new NetworkProblem(
      'This network says where regularization counts more, and no regularizer that can be weighed by place is wired.',
      'Wire one, such as Diffusion, or take a network that says nothing of it.',
    );
  }
}

/** Tensors on the CPU lie in one memory of WebAssembly's. */
const mostBytesOnCpu = 2 ** 32;

/** @throws NetworkProblem where a step would not fit the device */
function requireMemory(bytes: number, { kind, limits }: Device): void {
  const told = limits.maxTotalBytes ?? limits.likelyTotalBytes ?? Number.POSITIVE_INFINITY;
  const available = kind === 'cpu' ? Math.min(told, mostBytesOnCpu) : told;
  if (bytes <= available) return;
  const mib = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  throw new NetworkProblem(
    `A step of training would need ${mib(bytes)} of ${mib(available)} on this device.`,
    'Give the network fewer channels, or show it smaller pairs.',
  );
}
