import { afterAll, describe, expect, test } from 'vitest';
import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../src/imaging/frames';
import { affineParts } from '../../../src/nodes/registration/affine-parts';
import type { RunResult } from '../../../src/runtime/api/engine/engine-api';
import { registryWithSquares, squaresRecipe } from '../../support/shifted-squares';
import { openSession, run } from '../../support/small-session';

const session = openSession({ registry: registryWithSquares });
afterAll(() => session.destroy());

const node = (type: string, params = {}) => ({ type, version: 1, params });

/** A tiny affine regression learns from squares, and predicts one pair twice: from the identity, and from there. */
function regression(
  predicts: 'rigid' | 'affine',
  { scatters, steps }: { readonly scatters: boolean; readonly steps: number },
) {
  const { edges, nodes, ...recipe } = squaresRecipe({ steps, validateEvery: steps });
  const { diffusion: _, overlap: __, ...kept } = nodes;
  const predicting = (name: string) => [
    { from: 'train.network', to: `${name}.network` },
    { from: 'squares.fixed', to: `${name}.fixed` },
    { from: 'squares.moving', to: `${name}.moving` },
  ];
  return {
    ...recipe,
    nodes: {
      ...kept,
      squares: node('test.squares', { scatters, validationPairs: 4 }),
      unet: node('network.affine-regression', { predicts, encoder: [6, 8, 8], dense: [16] }),
      predict: node('network.predict'),
      again: node('network.predict'),
      warp: node('apply.labels'),
      dice: node('evaluate.dice'),
    },
    edges: [
      ...edges.filter(
        ({ from, to }) => !/^(diffusion|overlap)/.test(`${from}`) && !to.startsWith('overlap'),
      ),
      ...predicting('predict'),
      ...predicting('again'),
      { from: 'predict.transform', to: 'again.initial' },
      { from: 'predict.transform', to: 'warp.transform' },
      { from: 'squares.movingLabels', to: 'warp.labels' },
      { from: 'squares.fixedLabels', to: 'dice.fixed' },
      { from: 'warp.labels', to: 'dice.warped' },
    ],
  };
}

async function transformOf(result: RunResult, nodeId: string) {
  const { handle = '' } = result.outputs.find((output) => output.nodeId === nodeId) ?? {};
  const read = await session.read({ handle, as: 'transform' });
  if (read.kind !== 'transform') throw new Error(`${nodeId} gave no transform.`);
  return read;
}

/** How far a map leads from where a point of the blob of the shown pair truly lies, mm. */
function missMm(affine: Matrix3x4, shiftMm: Vec3): number {
  const point: Vec3 = [24, 24, 0];
  return Math.hypot(
    ...applyMatrix(affine, point).map((at, row) => at - point[row]! - shiftMm[row]!),
  );
}

describe('an affine regression', { timeout: 120_000 }, () => {
  test('finds what brings squares onto each other that lie apart in many ways', async () => {
    const { result } = await run(session, regression('rigid', { scatters: true, steps: 120 }), {});
    expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.status).toBe('done');
    expect(result.metrics['validation.dice.before']).toBeLessThan(0.8);
    expect(result.metrics['validation.dice']).toBeGreaterThan(0.93);
    expect(result.metrics['dice.mean']).toBeGreaterThan(0.93);
    const { affine, displacement } = await transformOf(result, 'predict');
    // Nothing bends, and nothing is scaled.
    expect(displacement).toBeUndefined();
    expect(affineParts(affine)?.unevenness).toBeCloseTo(1, 5);
    expect(affineParts(affine)?.volume).toBeCloseTo(1, 5);
    // The shown pair lies 1.5 and −3 mm apart.
    expect(missMm(affine, [1.5, -3, 0])).toBeLessThan(1.5);
  });

  test('adds what it finds to where it starts, affine', async () => {
    const { result } = await run(session, regression('affine', { scatters: false, steps: 30 }), {});
    expect(result.status).toBe('done');
    expect(result.metrics['validation.dice.before']).toBeLessThan(0.82);
    expect(result.metrics['validation.dice']).toBeGreaterThan(0.95);
    // All pairs lie alike apart: it has learned to say 4.5 mm, whatever it sees, and says it again.
    const { affine } = await transformOf(result, 'predict');
    const { affine: twice } = await transformOf(result, 'again');
    expect(missMm(affine, [4.5, 0, 0])).toBeLessThan(0.5);
    expect(missMm(twice, [9, 0, 0])).toBeLessThan(1);
  });
});
