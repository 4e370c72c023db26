import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { uniformStream } from '../../src/imaging/phantoms/random';
import type {
  Architecture,
  BuiltNetwork,
} from '../../src/runtime/networks/architectures/architecture';
import { architectures } from '../../src/runtime/networks/architectures/index';
import type { FieldOps } from '../../src/runtime/networks/field-ops';
import { putWeights } from '../../src/runtime/networks/files/put-weights';
import type { StoredNetwork } from '../../src/runtime/networks/files/stored-network';
import type { NamedWeights } from '../../src/runtime/networks/files/weights-manifest';
import { freeParameters } from '../../src/runtime/networks/motion-of-parameters';
import type { TensorFlow } from '../../src/runtime/networks/tensorflow';

/** A network to try: small enough for plain loops. */
export interface TriedNetwork {
  readonly architecture: Architecture;
  readonly settings: unknown;
  /** x, y(, z). */
  readonly sizeVoxels: readonly number[];
  readonly fieldOps?: FieldOps;
}

export function buildNetwork(
  tf: TensorFlow,
  { architecture, settings, ...request }: TriedNetwork,
  seed = 1,
): BuiltNetwork {
  return architecture.build(tf, {
    ...request,
    settings: architecture.settings.parse(settings),
    seed,
  });
}

/**
 * Builds what a file holds and gives it its weights.
 * @throws NetworkFileProblem where they do not fit
 */
export function buildStoredNetwork(
  tf: TensorFlow,
  { card, weights }: StoredNetwork,
  sizeVoxels: readonly number[] = card.sizeVoxels,
): BuiltNetwork {
  const architecture = architectures.get(card.architecture)!;
  const built = buildNetwork(tf, { architecture, settings: card.settings, sizeVoxels });
  try {
    putWeights(tf, built.model, weights);
    return built;
  } catch (error) {
    built.model.dispose();
    throw error;
  }
}

/** What a network has learned, by name. */
export function weightsOf(model: LayersModel): NamedWeights {
  return new Map(
    model.weights.map((weight) => [
      weight.originalName,
      {
        shape: weight.shape as number[],
        // What the CPU backend gives is its own memory.
        values: (weight.read().dataSync() as Float32Array).slice(),
      },
    ]),
  );
}

/** How many numbers a network of these settings has; nothing is drawn for them. */
export function countParameters(
  tf: TensorFlow,
  { architecture, settings, ...request }: TriedNetwork,
): number {
  const { model } = architecture.build(tf, {
    ...request,
    settings: architecture.settings.parse(settings),
    seed: 1,
    initialWeights: 'zero',
  });
  const count = model.countParams();
  model.dispose();
  return count;
}

/** Every promise of an architecture that does not depend on which one it is. */
export function expectArchitecture(tf: TensorFlow, tried: TriedNetwork): void {
  const before = tf.memory().numTensors;
  expectShapes(tf, tried);
  expectSeeds(tf, tried);
  expectSizeRefused(tf, tried);
  expect(tf.memory().numTensors).toBe(before);
}

function expectShapes(tf: TensorFlow, tried: TriedNetwork): void {
  const { model, everyVoxels, predicts } = buildNetwork(tf, tried);
  const told = tried.architecture.condition ? ['regularization'] : [];
  const seen = imagesSeen(model) === 1 ? ['image'] : ['moving', 'fixed'];
  expect(model.inputNames).toEqual([...seen, ...told]);
  const pair = inputsOf(tf, tried, imagesSeen(model));
  const outputs = predict(tf, model, pair);
  const axes = tried.sizeVoxels.length;
  const size = [...tried.sizeVoxels].reverse().map((n) => Math.ceil(n / everyVoxels));
  const isMap = predicts === 'rigid' || predicts === 'affine';
  const isAgent = predicts === 'action-values' || predicts === 'policy-and-value';
  const steps = 2 * freeParameters('rigid', axes).length;
  const channels = predicts === 'verdicts' || predicts === 'image' ? 1 : axes;
  expect(outputs[0]?.shape).toEqual([
    1,
    ...(isAgent ? [steps] : isMap ? [freeParameters(predicts, axes).length] : [...size, channels]),
  ]);
  tf.dispose([...outputs, ...pair]);
  model.dispose();
}

function imagesSeen({ inputNames }: LayersModel): 1 | 2 {
  return inputNames.includes('fixed') ? 2 : 1;
}

function expectSeeds(tf: TensorFlow, tried: TriedNetwork): void {
  const weightsOf = (seed: number) => {
    const { model } = buildNetwork(tf, tried, seed);
    const values = model.getWeights().map((weight) => [...weight.dataSync()]);
    model.dispose();
    return values;
  };
  const [first, again, other] = [weightsOf(1), weightsOf(1), weightsOf(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  // No two layers draw the same numbers.
  const drawn = first.filter((values) => new Set(values).size > 2).map(String);
  expect(new Set(drawn).size).toBe(drawn.length);
}

function expectSizeRefused(tf: TensorFlow, tried: TriedNetwork): void {
  const { architecture, settings, sizeVoxels } = tried;
  const multiple = architecture.multipleOf(architecture.settings.parse(settings));
  const size = sizeVoxels.map((n, axis) => (axis === 1 ? n + multiple / 2 : n));
  const build = () => buildNetwork(tf, { ...tried, sizeVoxels: size });
  expect(build).toThrow(RangeError);
  expect(build).toThrow(`multiples of ${multiple}`);
}

function predict(
  tf: TensorFlow,
  model: BuiltNetwork['model'],
  pair: readonly Tensor[],
): readonly Tensor[] {
  const outputs = tf.tidy(() => model.apply([...pair], { training: true }) as Tensor | Tensor[]);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/**
 * Two images of noise in [0, 1]: smooth ones would bring many activations to their kinks at once. And how much regularization
 * counts where the network is told.
 */
function inputsOf(
  tf: TensorFlow,
  { architecture, sizeVoxels }: TriedNetwork,
  count: 1 | 2,
): readonly Tensor[] {
  const shape = [1, ...[...sizeVoxels].reverse(), 1];
  const length = sizeVoxels.reduce((a, b) => a * b, 1);
  const images = [1, 2]
    .slice(0, count)
    .map((seed) => tf.tensor(Array.from({ length }, uniformStream(seed)), shape));
  return architecture.condition ? [...images, tf.tensor([0.7], [1, 1])] : images;
}
