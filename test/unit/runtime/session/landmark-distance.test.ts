import { afterAll, describe, expect, it } from 'vitest';
import { applyMatrix, type Matrix3x4, type Vec3 } from '../../../../src/imaging/frames';
import { axisAlignedGrid, centreMm } from '../../../../src/imaging/grid';
import { fieldOf } from '../../../support/case-values';
import { linearMapAbout, rotationByDegrees } from '../../../support/known-truth';
import { bind, openSession, run } from '../../../support/small-session';

const session = openSession();
afterAll(() => session.destroy());

const grid = axisAlignedGrid([24, 22, 20], [3, 3, 3]);
const centre = centreMm(grid);
/** Images that say nothing of where the landmarks lie: what is found, landmarks have found. */
const { planes } = fieldOf(grid, (x, y, z) => Math.sin(x) + Math.cos(1.3 * y) + Math.sin(0.7 * z));
const image = {
  kind: 'image',
  grid,
  values: Float32Array.from(planes[0]!),
  storedType: 'float32',
} as const;
const places: readonly Vec3[] = [-1, 1].flatMap((x) =>
  [-1, 1].flatMap((y) =>
    [-1, 1].map(
      (z): Vec3 => [centre[0] + 15 * x, centre[1] + 12 * y + 3 * x, centre[2] + 10 * z - 2 * y],
    ),
  ),
);
const turned = linearMapAbout(centre as Vec3, rotationByDegrees(6, -9, 12), [2, -3, 1.5]);

const node = (type: string, params: object = {}) => ({ type, version: 1, params });
function recipe(model: object, optimizer: object, iterations: number) {
  return {
    schemaVersion: 1,
    name: 'Landmark distance',
    description: 'Aligns by landmarks alone.',
    nodes: {
      fixed: node('load.image'),
      moving: node('load.image'),
      'fixed-points': node('load.landmarks'),
      'moving-points': node('load.landmarks'),
      distance: node('similarity.landmarks'),
      model,
      optimizer,
      levels: node('schedule.pyramid', { shrink: [1], iterations: [iterations], convergence: 0 }),
      register: node('register'),
      error: node('evaluate.landmarks'),
    },
    edges: [
      { from: 'fixed.image', to: 'register.fixed' },
      { from: 'moving.image', to: 'register.moving' },
      { from: 'fixed-points.landmarks', to: 'distance.fixed' },
      { from: 'moving-points.landmarks', to: 'distance.moving' },
      { from: 'fixed-points.landmarks', to: 'error.fixed' },
      { from: 'moving-points.landmarks', to: 'error.moving' },
      { from: 'distance.objective', to: 'register.objectives' },
      { from: 'model.model', to: 'register.model' },
      { from: 'optimizer.optimizer', to: 'register.optimizer' },
      { from: 'levels.schedule', to: 'register.schedule' },
      { from: 'register.transform', to: 'error.transform' },
    ],
  };
}

async function aligned(document: object, truth: (place: Vec3) => Vec3) {
  const points = async (nodeId: string, rows: readonly Vec3[]) => {
    const bytes = new TextEncoder().encode(`x_ras,y_ras,z_ras\n${rows.join('\n')}\n`);
    const source = { kind: 'file', as: 'landmarks', name: `${nodeId}.csv` } as const;
    const opened = await session.openInput({ nodeId, source, bytes });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    return opened.handle;
  };
  const bindings = {
    ...(await bind(session, { fixed: image, moving: image })),
    'fixed-points': await points('fixed-points', places),
    'moving-points': await points('moving-points', places.map(truth)),
  };
  return (await run(session, document, bindings)).result;
}

describe('the distance of landmarks', () => {
  it('finds a rigid map by itself', async () => {
    const document = recipe(node('model.rigid'), node('optimizer.lbfgs'), 80);
    const { metrics, status, diagnostics } = await aligned(document, (place) =>
      applyMatrix(turned as Matrix3x4, place),
    );
    expect({ status, diagnostics }).toMatchObject({ status: 'done' });
    expect(metrics['tre.before.mean']).toBeGreaterThan(4);
    expect(metrics['tre.maximum']).toBeLessThan(0.02);
  });

  it('bends a field to where each landmark belongs', async () => {
    const document = recipe(
      node('model.greedy', { smoothGradientVoxels: 2, smoothFieldVoxels: 0 }),
      node('optimizer.adam-normalized', { stepVoxels: 0.2 }),
      60,
    );
    const { metrics, status } = await aligned(document, ([x, y, z]) => [
      x + (x > centre[0] ? 3 : -2),
      y - 2,
      z + (y > centre[1] ? 2 : 0),
    ]);
    expect(status).toBe('done');
    expect(metrics['tre.before.mean']).toBeGreaterThan(3);
    expect(metrics['tre.maximum']).toBeLessThan(0.4);
  });
});
