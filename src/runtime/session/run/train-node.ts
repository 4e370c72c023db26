import type { ComputedValue, DataPortType } from '../../api/data-kinds/index';
import type { CheckpointStore } from '../../api/engine/checkpoint-store';
import type { LevelOutcome, RunProgress } from '../../api/engine/engine-api';
import { messages } from '../../api/engine/messages';
import type { Doubt } from '../../api/nodes/lowering-problem';
import type { TrainingRequest } from '../../api/nodes/training';
import type { CheckedNode } from '../../compile/checked-graph';
import type { ToldWarning } from '../../compile/result-warnings';
import type { Device } from '../../devices';
import { InternalError } from '../../internal-error';
import { architectures } from '../../networks/architectures/index';
import { NetworkProblem } from '../../networks/network-problem';
import { imagesSeen } from '../../networks/seen-images';
import { closeTensorFlow, openTensorFlow, type TensorFlow } from '../../networks/tensorflow';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../networks/training/checkpoint';
import {
  type RunningTraining,
  type TrainedNetworks,
  trainRegistration,
} from '../../networks/training/run-training';
import { trainAgent } from '../../networks/training/train-agent';
import { trainTranslation } from '../../networks/training/train-translation';
import type { TrainingOutcome } from '../../networks/training/training-loop';
import { Refusal } from '../../refusal';
import { valuesWithData } from '../results/values-with-data';
import { arrivedAt, type NodeOutcome } from './compute-node';
import { trainingLabel } from './training-label';
import type { TrainingTurns } from './training-turns';
import {
  type RecipeParts,
  type WiredObjectives,
  WiringRefused,
  wiredObjectives,
} from './wired-objectives';

/** What a node that learns is given, beside the recipe. */
export interface TrainParts extends RecipeParts {
  readonly device: Device;
  readonly signal: AbortSignal;
  readonly turns: TrainingTurns;
  readonly checkpoints: CheckpointStore;
  /** Under which the training is gone on with: what its way depends on, though not how far it goes. */
  readonly checkpointKey: string;
  readonly recipeSha256: string;
  readonly runId: string;
  onProgress(progress: RunProgress): void;
}

/** Least time between two messages, ms. */
const messageEveryMs = 100;

/** Lets a node learn. What is wrong with its data, or goes wrong in it, becomes a diagnostic on it. */
export async function trainNode(node: CheckedNode, parts: TrainParts): Promise<NodeOutcome> {
  const { id, definition, params } = node;
  const { device, signal, checkpoints, checkpointKey, recipeSha256 } = parts;
  let tensorFlow: TensorFlow | undefined;
  const warnings = new Map<string, ToldWarning>();
  const doubt = (told: Doubt): void => {
    const { about } = told;
    warnings.set(about, { about, diagnostic: messages.doubt(id, told) });
  };
  const warn = (about: string, message: string, remedy: string): void =>
    doubt({ about, port: 'network', message, remedy });
  try {
    const request = await definition.train?.(await arrivedAt(node, parts), params, {
      nodeId: id,
      see: async (image, domain, intensities) =>
        (await imagesSeen(device, [image], domain, intensities))[0] ?? new Float32Array(0),
      takesRegularization: ({ architecture }) =>
        architectures.get(architecture)?.condition !== undefined,
      warn: doubt,
      refuse(problem) {
        throw new Refusal(id, problem);
      },
    });
    if (!request) throw new InternalError(`${definition.type} does not learn.`);
    const adaptation = request.learns === 'registration' ? request.adaptation : undefined;
    // An adaptation takes seconds: it must not push out what hours have learned.
    const resume = adaptation ? undefined : await checkpointOf(parts, warn);
    tensorFlow = await openTensorFlow(device);
    const rates = parts.turns.begin(id, dialsOf(request));
    const running: RunningTraining = {
      signal,
      recipeSha256,
      ...(resume ? { resume } : {}),
      setting: (parameter) => rates.value(parameter),
      canTurn(turn) {
        rates.also(turn);
        if (resume?.turned) rates.again(resume.turned);
      },
      ...progressOf(id, request, parts, (steps) => rates.reached(steps)),
      async save(checkpoint) {
        if (adaptation) return;
        const bytes = encodeCheckpoint({ ...checkpoint, turned: rates.taken() });
        try {
          await checkpoints.save(checkpointKey, bytes);
          warnings.delete('checkpoint');
        } catch (error) {
          warn(
            'checkpoint',
            `What was learned could not be kept to go on from: ${textOf(error)}`,
            'Make room; until then an interrupted training begins anew.',
          );
        }
      },
    };
    const trained = await train(tensorFlow, request, node, parts, running);
    if (trained.outcome === 'not-finite') {
      return { diagnostic: messages.nonFinite(id, trainingLabel, trained.losses.length - 1) };
    }
    const rows = adaptation ? rowsOfAdaptation(trained) : rowsOf(trained);
    if (adaptation && !hasFallen(trained)) {
      warn(
        'adaptation',
        `The objective did not fall within ${trained.steps} steps: the network is the one that came.`,
        'Lower Learning rate, or take the network as it is.',
      );
    }
    const types = Object.fromEntries(
      Object.entries(definition.outputs).map(([port, { type }]) => [port, type as DataPortType]),
    );
    const computed: Record<string, ComputedValue> = {
      ...trained.networks,
      report: { kind: 'table', rows },
    };
    const level: LevelOutcome = {
      nodeId: id,
      label: trainingLabel,
      iterations: trained.steps,
      maxIterations: request.steps,
      outcome: trained.outcome,
      finalLoss: trained.losses.at(-1)?.[0] ?? Number.NaN,
    };
    return {
      result: {
        ...valuesWithData(computed, types),
        geometry: undefined,
        levels: [level],
        warnings: [...warnings.values()],
      },
    };
  } catch (error) {
    if (error instanceof Refusal) return { diagnostic: messages.recipe(id, error.problem) };
    if (error instanceof NetworkProblem) {
      const { port, message, remedy } = error;
      return { diagnostic: messages.recipe(id, { port, message, remedy }) };
    }
    if (error instanceof WiringRefused && error.diagnostics[0]) {
      return { diagnostic: error.diagnostics[0] };
    }
    return { diagnostic: messages.internal(id, textOf(error)) };
  } finally {
    parts.turns.end();
    if (tensorFlow) closeTensorFlow(tensorFlow);
  }
}

/** What an earlier training left to go on from; what cannot be read is said, and nothing. */
async function checkpointOf(
  { checkpoints, checkpointKey }: TrainParts,
  warn: (about: string, message: string, remedy: string) => void,
): Promise<Checkpoint | undefined> {
  const stored = await checkpoints.load(checkpointKey);
  const checkpoint = stored && decodeCheckpoint(stored);
  if (stored && !checkpoint) {
    warn(
      'checkpoint-lost',
      'What an interrupted training left to go on from is damaged: it began anew.',
      'Nothing to do: the result is what the recipe says.',
    );
  }
  return checkpoint;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Steps and loss, and the look at the validation pairs that found the best weights. */
function rowsOf({ best, losses, steps }: TrainingOutcome) {
  return [
    { name: 'training.steps', value: steps },
    ...(losses.length > 0 ? [{ name: 'training.loss', value: losses.at(-1)?.[0] ?? 0 }] : []),
    ...Object.entries(best).map(([name, value]) => ({ name, value })),
  ];
}

/** Trains what is asked for; objectives are looked for where they are taken. */
async function train(
  tf: TensorFlow,
  request: TrainingRequest,
  node: CheckedNode,
  parts: TrainParts,
  running: RunningTraining,
): Promise<TrainedNetworks> {
  const { device } = parts;
  switch (request.learns) {
    case 'steps':
      return trainAgent(tf, device, request, running);
    case 'translation':
      return trainTranslation(tf, device, request, running);
    case 'registration': {
      const objectives = await wiredObjectives(node, parts);
      if (request.adaptation?.isMoved) refuseOwnData(objectives);
      return trainRegistration(tf, device, request, objectives, running);
    }
  }
}

/** What of a request can be turned while it goes on, by the parameters of its node. */
function dialsOf(request: TrainingRequest): Readonly<Record<string, number>> {
  const { learningRate } = request;
  if (request.learns === 'steps') return { learningRate, entropyWeight: request.entropyWeight };
  if (request.learns === 'translation') {
    const { contentWeight, identityWeight } = request;
    return { learningRate, contentWeight, identityWeight };
  }
  const { similarity } = request;
  return {
    learningRate,
    ...(similarity && {
      similarityWeight: similarity.weight,
      discriminatorRate: similarity.learningRate,
    }),
  };
}

/** What is made small by an adaptation, before its first step and by the weights that it gives. */
function rowsOfAdaptation({ first, best, steps }: TrainingOutcome) {
  return [
    { name: 'adaptation.steps', value: steps },
    { name: 'adaptation.loss.before', value: first[lookedLoss] ?? Number.NaN },
    { name: 'adaptation.loss', value: best[lookedLoss] ?? Number.NaN },
  ];
}

function hasFallen({ first, best }: TrainingOutcome): boolean {
  return (best[lookedLoss] ?? Number.NaN) < (first[lookedLoss] ?? Number.NaN);
}

const lookedLoss = 'validation.loss';

/** @throws WiringRefused where an objective brings data that a map does not move along with the moving image */
function refuseOwnData({ bringingData: [first] }: WiredObjectives): void {
  if (first === undefined) return;
  throw new WiringRefused([
    messages.recipe(first, {
      message: 'This objective has data of its own, which Initial of Adapt does not move.',
      remedy:
        'Bring the moving image and its data onto the fixed one first (Apply to image, Apply to labels), and wire no Initial.',
    }),
  ]);
}

/** Tells of a training as a loop is told of. */
function progressOf(
  nodeId: string,
  { steps: maxIterations, dataset: { grid } }: TrainingRequest,
  { runId, onProgress }: TrainParts,
  onStep: (steps: number) => void,
) {
  let sentMs = 0;
  const startedMs = performance.now();
  let [rows, firstIteration, firstKnown] = [[] as (readonly number[])[], 0, -1];
  let names: readonly string[] = [];
  const send = (preview?: RunProgress['preview']): void => {
    const iteration = firstIteration + rows.length;
    if (firstKnown < 0) firstKnown = firstIteration;
    const seconds = (performance.now() - startedMs) / 1000;
    const gone = iteration - firstKnown;
    onProgress({
      runId,
      nodes: [
        { nodeId, state: 'running', loop: { label: trainingLabel, iteration, maxIterations } },
      ],
      losses:
        rows.length > 0 ? [{ nodeId, label: trainingLabel, names, firstIteration, rows }] : [],
      ...(preview ? { preview } : {}),
      ...(gone > 0 && seconds > 1
        ? { secondsLeft: (seconds * (maxIterations - iteration)) / gone }
        : {}),
    });
    firstIteration = iteration;
    rows = [];
    sentMs = performance.now();
  };
  return {
    losses(told: readonly string[], more: readonly (readonly number[])[]): void {
      names = told;
      rows.push(...more);
      onStep(firstIteration + rows.length);
      if (performance.now() - sentMs > messageEveryMs) send();
    },
    looked(_: number, __: Readonly<Record<string, number>>, warped: Float32Array): void {
      send({
        nodeId,
        sizeVoxels: grid.sizeVoxels,
        worldFromVoxel: grid.worldFromVoxel,
        channels: 1,
        values: warped,
      });
    },
  };
}
