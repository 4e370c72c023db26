import { afterAll, describe, expect, test } from 'vitest';
import { nodeRegistry } from '../../../src/nodes/index';
import { openSession, run } from '../../support/small-session';

const session = openSession({ registry: nodeRegistry });
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });

/** A narrow SynthMorph that learns from generated pairs by the overlap of their labels. */
function learning(synthesize: object, steps = 2) {
  return {
    schemaVersion: 1,
    name: 'Synthetic',
    description: 'Learns from generated pairs.',
    nodes: {
      synthesize: node('network.synthesize', { validationPairs: 1, ...synthesize }),
      network: node('network.synthmorph', { width: 2 }),
      overlap: node('similarity.label-overlap'),
      diffusion: node('regularizer.diffusion'),
      train: node('network.train', { steps, validateEvery: steps, learningRate: 0.001 }),
      dice: node('evaluate.dice'),
    },
    edges: [
      { from: 'synthesize.dataset', to: 'train.dataset' },
      { from: 'synthesize.fixedLabels', to: 'overlap.fixed' },
      { from: 'synthesize.movingLabels', to: 'overlap.moving' },
      { from: 'synthesize.fixedLabels', to: 'dice.fixed' },
      { from: 'synthesize.movingLabels', to: 'dice.warped' },
      { from: 'network.network', to: 'train.network' },
      { from: 'overlap.objective', to: 'train.objectives' },
      { from: 'diffusion.objective', to: 'train.objectives' },
    ],
  };
}

describe('generated pairs', { timeout: 120_000 }, () => {
  test.each([
    ['slices of shapes', { sizeVoxels: [32, 48], labels: 'shapes' }],
    [
      'slices of heads of two people',
      { sizeVoxels: [48, 48], spacingMm: 4, labels: 'heads', ownAnatomy: true },
    ],
    [
      'volumes of both',
      { sizeVoxels: [16, 16, 16], spacingMm: 12, labels: 'mixed', contrast: 'same' },
    ],
  ])('are learned from: %s', async (_, params) => {
    const { result } = await run(session, learning(params), {});
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.status).toBe('done');
    // The shown pair is the one that it is validated on, by the same measure.
    const { 'validation.dice.before': before, 'dice.mean': shown } = result.metrics;
    expect(before).toBeGreaterThan(0.05);
    expect(before).toBeLessThan(0.98);
    expect(shown).toBeCloseTo(before ?? 0, 5);
  });

  test('of two contrasts are compared in one where that is asked for', async () => {
    const aligned = { deformationMm: 0, turnDegrees: 0, shiftMm: 0, scale: 0 };
    const lossOf = async (compare: string): Promise<number> => {
      const recipe = learning({ sizeVoxels: [32, 32], ...aligned, compare }, 1);
      const squares = { ...recipe.nodes, overlap: node('similarity.mean-squared-error') };
      const edges = recipe.edges.filter(({ to }) => !to.startsWith('overlap.'));
      const { result } = await run(session, { ...recipe, nodes: squares, edges }, {});
      return result.metrics['validation.loss'] ?? Number.NaN;
    };
    expect(await lossOf('one contrast')).toBeLessThan(0.2 * (await lossOf('images')));
  });

  test('are neither slices nor volumes where one size is given', async () => {
    const { result } = await run(session, learning({ sizeVoxels: [32] }), {});
    expect(result.diagnostics).toMatchObject([
      { at: { nodeId: 'synthesize', parameter: 'sizeVoxels' }, severity: 'error' },
    ]);
  });
});
