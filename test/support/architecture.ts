import type { LayersModel, Tensor, Variable } from '@tensorflow/tfjs';
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
  /** How many of its weights have their gradient tried; plain loops take long for volumes. */
  readonly gradients?: number;
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
  expectGradients(tf, tried);
  expectSizeRefused(tf, tried);
  expect(tf.memory().numTensors).toBe(before);
}

function expectShapes(tf: TensorFlow, tried: TriedNetwork): void {
  const { model, everyVoxels, predicts } = buildNetwork(tf, tried);
  expect(model.inputNames).toEqual(['moving', 'fixed']);
  const pair = images(tf, tried.sizeVoxels);
  const outputs = predict(tf, model, pair);
  const axes = tried.sizeVoxels.length;
  const size = [...tried.sizeVoxels].reverse().map((n) => n / everyVoxels);
  const isMap = predicts === 'rigid' || predicts === 'affine';
  expect(outputs[0]?.shape).toEqual([
    1,
    ...(isMap ? [freeParameters(predicts, axes).length] : [...size, axes]),
  ]);
  tf.dispose([...outputs, ...pair]);
  model.dispose();
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

/**
 * Holds the gradient of a smooth function of all outputs against differences along one random
 * direction of each of some weights. Weights are moved off their initial values first: a field that
 * is nearly 0 tells nothing of the layers before.
 */
function expectGradients(tf: TensorFlow, tried: TriedNetwork): void {
  const { model } = buildNetwork(tf, tried);
  const random = uniformStream(4);
  const noise = (weight: { readonly shape: readonly (number | null)[] }, amplitude: number) => {
    const shape = weight.shape.map((n) => n ?? 1);
    const values = Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => amplitude * (2 * random() - 1),
    );
    return tf.tensor(values, shape);
  };
  for (const weight of model.trainableWeights) {
    tf.tidy(() => {
      weight.write(weight.read().clipByValue(-1, 1).add(noise(weight, 0.2)));
    });
  }
  const pair = images(tf, tried.sizeVoxels);
  const tries = tried.gradients ?? (tried.sizeVoxels.length === 2 ? 6 : 3);
  const every = Math.ceil(model.trainableWeights.length / tries);
  const weights = model.trainableWeights.filter((_, index) => index % every === 0);
  const variables = weights.map((weight) => (weight as unknown as { readonly val: Variable }).val);
  const { value, grads } = tf.variableGrads(
    () =>
      predict(tf, model, pair)
        .map((output) => smoothTensor(tf, output))
        .reduce((a, b) => a.add(b))
        .asScalar(),
    variables,
  );
  value.dispose();
  const loss = () => {
    const outputs = predict(tf, model, pair);
    const sum = outputs.reduce((total, output) => total + smoothNumber(output.dataSync()), 0);
    tf.dispose([...outputs]);
    return sum;
  };
  const here = loss();
  const compared = weights.map((weight, index) => {
    const direction = noise(weight, 1);
    const start = weight.read().clone();
    const at = (step: number) => {
      tf.tidy(() => {
        weight.write(start.add(direction.mul(step)));
      });
      return loss();
    };
    // Of a small step float32 leaves little; over a large one more poolings and activations turn over,
    // and then one side of it may be the smooth one.
    const differences = [2e-4, 2e-3].flatMap((step) => {
      const [before, after] = [at(-step), at(step)];
      return [(after - before) / (2 * step), (after - here) / step, (here - before) / step];
    });
    weight.write(start);
    const gradient = grads[(variables[index] as Variable).name] as Tensor;
    const product = tf.tidy(() => gradient.mul(direction).sum().dataSync()[0] as number);
    tf.dispose([direction, start, gradient]);
    return { name: weight.originalName, differences, product };
  });
  tf.dispose([...pair]);
  model.dispose();

  const largest = Math.max(...compared.map(({ product }) => Math.abs(product)));
  expect(largest).toBeGreaterThan(1e-3);
  for (const { name, differences, product } of compared) {
    const error = Math.min(...differences.map((difference) => Math.abs(product - difference)));
    const allowed = 0.03 * Math.abs(product) + 0.01 * largest;
    expect(error, `${name}: ${product} against ${differences}`).toBeLessThan(allowed);
  }
}

/** The mean over a field of itself and half its square, weighted by a wave. */
function smoothTensor(tf: TensorFlow, output: Tensor): Tensor {
  const waves = tf.tensor(
    Array.from({ length: output.size }, (_, i) => wave(i)),
    output.shape,
  );
  return waves
    .mul(output.add(output.square().mul(0.5)))
    .mean()
    .mul(10);
}

/** The same, summed in float64: what remains is what the network rounds. */
function smoothNumber(output: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < output.length; i += 1) {
    const value = output[i] as number;
    sum += wave(i) * (value + 0.5 * value * value);
  }
  return (10 * sum) / output.length;
}

const wave = (i: number): number => Math.sin(0.4 * i + 0.3);

function predict(
  tf: TensorFlow,
  model: BuiltNetwork['model'],
  pair: readonly Tensor[],
): readonly Tensor[] {
  const outputs = tf.tidy(() => model.apply([...pair], { training: true }) as Tensor | Tensor[]);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Two images of noise in [0, 1]: smooth ones would bring many activations to their kinks at once. */
function images(tf: TensorFlow, sizeVoxels: readonly number[]): readonly Tensor[] {
  const shape = [1, ...[...sizeVoxels].reverse(), 1];
  const length = sizeVoxels.reduce((a, b) => a * b, 1);
  return [1, 2].map((seed) => tf.tensor(Array.from({ length }, uniformStream(seed)), shape));
}
