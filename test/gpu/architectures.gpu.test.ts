import type { Tensor, Variable } from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { uniformStream } from '../../src/imaging/phantoms/random';
import { createCpuDevice } from '../../src/runtime/cpu/device';
import type { Device } from '../../src/runtime/devices';
import { affineRegression } from '../../src/runtime/networks/architectures/affine-regression';
import type { Architecture } from '../../src/runtime/networks/architectures/architecture';
import { hypermorph } from '../../src/runtime/networks/architectures/hypermorph';
import { lapirn } from '../../src/runtime/networks/architectures/lapirn';
import { sketchNetwork } from '../../src/runtime/networks/architectures/network-sketch';
import { reducedAttentionBlock } from '../../src/runtime/networks/architectures/reduced-attention';
import { voxelmorph } from '../../src/runtime/networks/architectures/voxelmorph';
import { createFieldOps } from '../../src/runtime/networks/field-ops';
import { coordinateAttention } from '../../src/runtime/networks/layers/coordinate-attention';
import { gatherNeighbours } from '../../src/runtime/networks/layers/gather-neighbours';
import { placeEmbedding } from '../../src/runtime/networks/layers/place-embedding';
import { spreadNeighbours } from '../../src/runtime/networks/layers/spread-neighbours';
import { closeTensorFlow, openTensorFlow } from '../../src/runtime/networks/tensorflow';
import { buildNetwork, type TriedNetwork } from '../support/architecture';
import { relativeDifference } from '../support/network';
import { openTestDevice } from '../support/run-gpu';

/** Field and gradients of a network; weights are drawn on the processor, and so the same anywhere. */
async function computed(device: Device, tried: TriedNetwork) {
  const tf = await openTensorFlow(device);
  const fieldOps = createFieldOps(tf, device);
  const { model } = buildNetwork(tf, { ...tried, fieldOps });
  const random = uniformStream(3);
  for (const weight of model.trainableWeights) {
    const values = Array.from({ length: weight.read().size }, () => 0.4 * (random() - 0.5));
    tf.tidy(() => {
      weight.write(
        weight
          .read()
          .clipByValue(-1, 1)
          .add(tf.tensor(values, weight.shape as number[])),
      );
    });
  }
  const shape = [1, ...[...tried.sizeVoxels].reverse(), 1];
  const images = [4, 5].map((seed) => {
    const length = shape.reduce((a, b) => a * b);
    return tf.tensor(Array.from({ length }, uniformStream(seed)), shape);
  });
  if (tried.architecture.condition) images.push(tf.tensor([0.3], [1, 1]));
  const field = () => {
    const outputs = model.apply(images, { training: true }) as Tensor | Tensor[];
    return (Array.isArray(outputs) ? outputs[0] : outputs) as Tensor;
  };
  const prediction = tf.tidy(field);
  const { value, grads } = tf.variableGrads(
    () => field().square().mean().asScalar(),
    model.trainableWeights.map((weight) => (weight as unknown as { val: Variable }).val),
  );
  const names = model.trainableWeights.map(
    (weight) => (weight as unknown as { val: Variable }).val.name,
  );
  const found = {
    field: (await prediction.data()).slice(),
    gradients: await Promise.all(names.map(async (name) => (await grads[name]?.data())?.slice())),
  };
  tf.dispose([value, ...Object.values(grads), prediction, ...images]);
  model.dispose();
  fieldOps.destroy();
  return { tf, ...found };
}

/** The layers of networks with attention, each once: whole ones take minutes to prepare in software. */
const everyAttention: Architecture = {
  name: 'every-attention',
  title: 'Every attention',
  settings: z.unknown(),
  multipleOf: () => 2,
  build(tf, request) {
    const sketch = sketchNetwork(tf, request, 'pytorch');
    const { apply } = sketch;
    const normal = (seed: number) => tf.initializers.randomNormal({ mean: 0, stddev: 0.1, seed });
    const gathered = apply(gatherNeighbours(tf, 'gathered'), sketch.both());
    const narrow = sketch.convolution('narrow', gathered, { filters: 18, kernel: 1 });
    const size = narrow.shape.slice(1, -1) as number[];
    const placed = apply(placeEmbedding(tf, 'placed', { size, channels: 18 }), narrow);
    const attended = reducedAttentionBlock(sketch, 'block', placed, {
      heads: 2,
      stride: 2,
      normalizesQueries: true,
      keyBias: true,
      reductionBias: true,
      linear: () => normal,
      depthwise: () => normal,
    });
    const coordinates = { name: 'coordinates', channels: 18, squeezed: 3, axes: 3 };
    const weighed = apply(
      coordinateAttention(tf, {
        ...coordinates,
        initializer: (name) => sketch.initializer(`coordinates/${name}`, normal),
      }),
      attended,
    );
    const wide = sketch.convolution('wide', weighed, { filters: 24, kernel: 1 });
    const field = apply(spreadNeighbours(tf, 'field'), wide);
    return {
      model: sketch.model('every-attention', [field]),
      predicts: 'displacement',
      everyVoxels: 1,
    };
  },
};

it.for([
  [voxelmorph, { encoder: [2, 3], decoder: [3, 2, 3] }, [8, 4, 12]] as const,
  // Strided and transposed convolutions, field ops and bounds besides.
  [lapirn, { width: 1 }, [8, 8]] as const,
  [everyAttention, {}, [4, 4, 6]] as const,
  // Kernels that a network generates.
  [hypermorph, { encoder: [2], decoder: [2], layers: 1, units: 3 }, [4, 4]] as const,
  // Dense layers and moments, an odd size.
  [affineRegression, { encoder: [3], dense: [4] }, [6, 5]] as const,
])(
  'predicts and learns on the GPU as on the CPU: %#',
  async ([architecture, settings, sizeVoxels], context) => {
    const gpu = await openTestDevice();
    if ('skipped' in gpu) return context.skip(gpu.skipped);
    const tried = { architecture, settings, sizeVoxels };
    const onGpu = await computed(gpu, tried);
    closeTensorFlow(onGpu.tf);
    gpu.destroy();
    const onCpu = await computed(createCpuDevice({ threads: 1 }), tried);
    expect(relativeDifference(onGpu.field, onCpu.field)).toBeLessThan(1e-5);
    const largest = (values: ArrayLike<number> = []) =>
      Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const most = Math.max(...onCpu.gradients.map(largest));
    for (const [index, gradient = new Float32Array()] of onCpu.gradients.entries()) {
      const found = onGpu.gradients[index] ?? [];
      expect(found).toHaveLength(gradient.length);
      // What the loss does not depend on, as on a bias of keys, is rounding alone.
      if (largest(gradient) < 1e-6 * most) expect(largest(found)).toBeLessThan(1e-5 * most);
      else expect(relativeDifference(found, gradient)).toBeLessThan(1e-4);
    }
  },
);
