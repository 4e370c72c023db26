import { expect, it } from 'vitest';
import { deviceOpeners } from '../../src/runtime/device-openers';
import { networkNode, registryWith, startedRecipe } from '../support/computed-nodes';
import { requestTestGpu } from '../support/gpu';
import { registryWithSquares, squaresRecipe } from '../support/shifted-squares';
import { bind, openSession, run, slices, withoutAffine } from '../support/small-session';

it('a network starts a registration on the GPU as it does on the CPU', async (context) => {
  const found = await requestTestGpu();
  if ('skipped' in found) return context.skip(found.skipped);
  found.device.destroy();
  const results = [];
  for (const [kind, gpu] of [
    ['cpu', undefined],
    ['gpu', found.gpu],
  ] as const) {
    const session = openSession({
      registry: registryWith(networkNode),
      devices: deviceOpeners({ gpu, spawnThread: undefined, threads: 1 }),
    });
    const bindings = await bind(session);
    // A network's start bends, and an affine stage takes no such start.
    const recipe = startedRecipe(withoutAffine(slices()));
    const { result } = await run(session, recipe, bindings, undefined, kind);
    expect(result).toMatchObject({ status: 'done', device: kind });
    results.push(result);
    await session.destroy();
  }
  const [onCpu, onGpu] = results;
  expect(onGpu?.metrics.ncc).toBeCloseTo(onCpu?.metrics.ncc ?? Number.NaN, 4);
  expect(onGpu?.metrics['dice.mean']).toBeCloseTo(onCpu?.metrics['dice.mean'] ?? Number.NaN, 2);
});

it('a node learns, and another predicts, on the GPU as they do on the CPU', async (context) => {
  const found = await requestTestGpu();
  if ('skipped' in found) return context.skip(found.skipped);
  found.device.destroy();
  const recipe = squaresRecipe({ steps: 3, validateEvery: 3, learningRate: 0.001 });
  const node = (type: string) => ({ type, version: 1, params: {} });
  const predicting = {
    ...recipe,
    nodes: {
      ...recipe.nodes,
      predict: node('network.predict'),
      jacobian: node('evaluate.jacobian'),
    },
    edges: [
      ...recipe.edges,
      { from: 'train.network', to: 'predict.network' },
      { from: 'squares.fixed', to: 'predict.fixed' },
      { from: 'squares.moving', to: 'predict.moving' },
      { from: 'predict.transform', to: 'jacobian.transform' },
    ],
  };
  const metrics = [];
  for (const [kind, gpu] of [
    ['cpu', undefined],
    ['gpu', found.gpu],
  ] as const) {
    const session = openSession({
      registry: registryWithSquares,
      devices: deviceOpeners({ gpu, spawnThread: undefined, threads: 1 }),
    });
    const { result } = await run(session, predicting, {}, undefined, kind);
    expect(result).toMatchObject({ status: 'done', device: kind });
    metrics.push(result.metrics);
    await session.destroy();
  }
  const [onCpu, onGpu] = metrics;
  for (const name of ['training.loss', 'validation.loss', 'validation.dice']) {
    expect(onGpu?.[name], name).toBeCloseTo(onCpu?.[name] ?? Number.NaN, 4);
  }
});
