import type { NetworkValue } from '../../api/data-kinds/network';
import type { TranslationTraining } from '../../api/nodes/training';
import type { Device } from '../../devices';
import type { TranslatorSettings } from '../architectures/translator';
import { createFieldOps } from '../field-ops';
import { type ModelOnDevice, modelOnDevice } from '../model-on-device';
import type { TensorFlow } from '../tensorflow';
import { judgeOnDevice } from './judge-on-device';
import { learnedNetwork } from './learned-network';
import { patchContrast } from './patch-contrast';
import { requireMemory } from './require-memory';
import type { RunningTraining, TrainedNetworks } from './run-training';
import { trainInSteps } from './training-loop';
import { translationLearner } from './translation-learner';

/** How often a translator is asked in a step: there, back, and what stays as it is, for both contrasts. */
const timesAsked = 3;

/**
 * Trains two translators against two discriminators, and frees all of them.
 * @throws NetworkProblem where one of them is something else, or does not fit the images
 */
export async function trainTranslation(
  tf: TensorFlow,
  device: Device,
  request: TranslationTraining,
  running: RunningTraining,
): Promise<TrainedNetworks> {
  const { dataset, network, discriminator, content } = request;
  const { grid } = dataset;
  const fields = createFieldOps(tf, device);
  const opened: { dispose(): void }[] = [{ dispose: () => fields.destroy() }];
  const open = <Opened extends { dispose(): void }>(one: Opened): Opened => {
    opened.push(one);
    return one;
  };
  try {
    const translator = (value: NetworkValue, port: string) =>
      open(modelOnDevice(tf, fields, value, grid, 'translate', port));
    const forth = translator(network, 'network');
    const backwards = request.back ?? wayBack(network, forth.settings as TranslatorSettings);
    const back = translator(backwards, request.back ? 'back' : 'network');
    const judge = (value: NetworkValue) => open(judgeOnDevice(tf, fields, value, grid, 'image'));
    const ofFixed = judge(discriminator);
    const ofMoving = judge({ ...discriminator, seed: discriminator.seed + 1 });
    requireMemory(device, memoryOf([forth, back], [ofFixed, ofMoving]));
    const patches =
      content === 'patches'
        ? {
            forth: patchContrast(tf, forth, network.seed),
            back: patchContrast(tf, back, network.seed + 1),
          }
        : undefined;
    if (patches) for (const { heads } of Object.values(patches)) open(heads);
    running.canTurn(() => false);
    const parts = { forth, back, ofFixed, ofMoving, ...(patches && { patches }) };
    const { learner, weightsOf } = open(
      translationLearner(tf, request, parts, (name) => running.setting(name)),
    );
    const outcome = await trainInSteps(learner, request, running.resume, running);
    const told = { dataset, outcome, recipeSha256: running.recipeSha256 };
    return {
      ...outcome,
      networks: {
        network: learnedNetwork(network, forth, weightsOf('network', outcome.weights), told),
        back: learnedNetwork(backwards, back, weightsOf('back', outcome.weights), told),
      },
    };
  } finally {
    for (const one of opened.reverse()) one.dispose();
  }
}

/** A network like another one that has learned nothing, for the way back. */
function wayBack(network: NetworkValue, { from, to }: TranslatorSettings): NetworkValue {
  return {
    kind: 'network',
    architecture: network.architecture,
    settings: { ...network.settings, from: to, to: from },
    seed: network.seed + 1,
  };
}

/** Translators are asked again and again before a gradient is taken; discriminators judge two images each. */
function memoryOf(makers: readonly ModelOnDevice[], judges: readonly ModelOnDevice[]): number {
  const sum = (models: readonly ModelOnDevice[], times: number) =>
    models.reduce(
      (bytes, { memory }) => bytes + memory.trainingBytes + (times - 1) * memory.activationBytes,
      0,
    );
  return sum(makers, timesAsked) + sum(judges, 2);
}
