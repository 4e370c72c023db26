import type { PairPlane, TrainingPair } from '../../api/data-kinds/dataset';
import type { NetworkValue } from '../../api/data-kinds/network';
import type { ObjectivePart } from '../../api/nodes/port-values';
import type { RegistrationTraining } from '../../api/nodes/training';
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
import type { ModelOnDevice } from '../model-on-device';
import { type NetworkOnDevice, networkOnDevice } from '../network-on-device';
import { NetworkProblem } from '../network-problem';
import { objectiveAsTensorOp } from '../tensor-op';
import type { TensorFlow } from '../tensorflow';
import type { Checkpoint } from './checkpoint';
import { conditionedWeights } from './conditioned-weights';
import { judgeOnDevice } from './judge-on-device';
import { learnedNetwork } from './learned-network';
import { learnedSimilarity } from './learned-similarity';
import { registrationLearner } from './registration-learner';
import { requireMemory } from './require-memory';
import { type TrainingObserver, type TrainingOutcome, trainInSteps } from './training-loop';

/** What a network learns from besides images: the objectives as they are wired. */
export interface TrainingObjectives {
  lower(graph: GraphBuilder): readonly ObjectivePart[];
  /** Numbers of data that stays the same, by the keys of the inputs that `lower` makes. */
  readonly constants: ReadonlyMap<string, readonly PlaneArray[]>;
  /** Which part of a pair each of the other inputs is. */
  readonly ofPair: ReadonlyMap<string, PairPlane>;
}

/** What the training has to do with whoever started it. */
export interface RunningTraining extends TrainingObserver {
  /** Is told of how to turn an objective's parameter while the training goes on. */
  canTurn(turn: (nodeId: string, parameter: string, value: number) => boolean): void;
  readonly resume?: Checkpoint;
  /** Of the recipe that trains, for the card of the network. */
  readonly recipeSha256?: string;
}

/** Networks that learned together, by the outputs of the node that give them. */
export type TrainedNetworks = TrainingOutcome & {
  readonly networks: Readonly<Record<string, NetworkValue>>;
};

/**
 * Trains a network to register, from the recipe's parts: builds it, compiles the objectives for its pairs, and frees both.
 * @throws NetworkProblem where the network does not fit the pairs
 * @throws NotDifferentiable where an objective has no gradient
 */
export async function trainRegistration(
  tf: TensorFlow,
  device: Device,
  request: RegistrationTraining,
  objectives: TrainingObjectives,
  running: RunningTraining,
): Promise<TrainedNetworks> {
  const { dataset, level } = request;
  const fields = createFieldOps(tf, device);
  const opened: { dispose(): void }[] = [{ dispose: () => fields.destroy() }];
  const open = <Opened extends { dispose(): void }>(one: Opened): Opened => {
    opened.push(one);
    return one;
  };
  try {
    const network = open(networkOnDevice(tf, fields, request.network, dataset.grid));
    const { similarity } = request;
    const discriminator =
      similarity && open(judgeOnDevice(tf, fields, similarity.discriminator, dataset.grid, 'pair'));
    // The discriminator's verdict is on the way to the network; later it is shown two pairs at once.
    requireMemory(
      device,
      network.memory.trainingBytes +
        (discriminator
          ? discriminator.memory.trainingBytes + discriminator.memory.activationBytes
          : 0),
    );
    const compiled = compiledFor(network, {
      objectives: objectives.lower,
      level,
      movingGrid: dataset.grid,
    });
    const objective = await objectiveAsTensorOp(tf, compiled, device);
    open({ dispose: () => objective.destroy() });
    for (const [key, planes] of objectives.constants) objective.setData(key, planes);
    const conditioned =
      network.condition && conditionedWeights(objective, compiled, network.condition);
    running.canTurn((nodeId, parameter, value) => {
      if (conditioned?.turn(nodeId, parameter, value)) return true;
      const known = compiled.plan.dials.some(
        (dial) => dial.nodeId === nodeId && dial.parameter === parameter,
      );
      if (known) objective.turn(nodeId, parameter, value);
      return known;
    });
    const parts = {
      network,
      objective,
      showPair(pair: TrainingPair): void {
        for (const [key, part] of objectives.ofPair) {
          // Where nothing is labelled there is no overlap to learn from; the labels of the pair before say nothing of this one.
          objective.setData(key, [pair[part] ?? new Uint32Array(pair.fixed.length)]);
        }
      },
      ...(conditioned ? { weighFor: conditioned.show } : {}),
      ...(discriminator && similarity
        ? { similarity: learnedSimilarity(tf, fields, discriminator, similarity) }
        : {}),
    };
    const { learner, weightsOf } = open(
      registrationLearner(tf, request, parts, (name) => running.setting(name)),
    );
    const outcome = await trainInSteps(learner, request, running.resume, running);
    const { recipeSha256 } = running;
    const told = { dataset, outcome, recipeSha256, isAdapted: request.adaptation !== undefined };
    const learned = (
      name: 'network' | 'discriminator',
      from: NetworkValue,
      model: ModelOnDevice,
    ) => ({
      [name]: learnedNetwork(from, model, weightsOf(name, outcome.weights), told),
    });
    return {
      ...outcome,
      networks: {
        ...learned('network', request.network, network),
        ...(similarity && discriminator
          ? learned('discriminator', similarity.discriminator, discriminator)
          : {}),
      },
    };
  } finally {
    for (const one of opened.reverse()) one.dispose();
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
