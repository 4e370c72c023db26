import type { AgentTraining } from '../../api/nodes/training';
import type { Device } from '../../devices';
import { agentSettings } from '../agents/states';
import { createFieldOps } from '../field-ops';
import { modelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import { agentLearner } from './agent-learner';
import { learnedNetwork } from './learned-network';
import { requireMemory } from './require-memory';
import type { RunningTraining, TrainedNetworks } from './run-training';
import { trainInSteps } from './training-loop';

/**
 * Trains an agent that takes rigid steps, and frees it.
 * @throws NetworkProblem where the network is no agent, or does not fit the pairs
 */
export async function trainAgent(
  tf: TensorFlow,
  device: Device,
  request: AgentTraining,
  running: RunningTraining,
): Promise<TrainedNetworks> {
  const { dataset, network, poses, walk } = request;
  const fields = createFieldOps(tf, device);
  try {
    const model = modelOnDevice(tf, fields, network, dataset.grid, 'step');
    try {
      const { memory } = model;
      // All states of a step are one batch.
      const states = agentSettings(model).heads === 'action-values' ? poses : poses * walk;
      const more = memory.activationBytes + memory.backwardBytes;
      requireMemory(device, memory.trainingBytes + (states - 1) * more);
      running.canTurn(() => false);
      const { learner, dispose } = agentLearner(tf, request, model, (name) =>
        running.setting(name),
      );
      try {
        const outcome = await trainInSteps(learner, request, running.resume, running);
        const told = { dataset, outcome, recipeSha256: running.recipeSha256 };
        return {
          ...outcome,
          networks: { network: learnedNetwork(network, model, outcome.weights, told) },
        };
      } finally {
        dispose();
      }
    } finally {
      model.dispose();
    }
  } finally {
    fields.destroy();
  }
}
