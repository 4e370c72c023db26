import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identityMatrix, type MovingWorldFromFixedWorld } from '../../src/imaging/frames';
import type { PointReading } from '../../src/imaging/points/point-file';
import { writeItkAffine } from '../../src/imaging/transforms/itk-affine';
import type { RunResult } from '../../src/runtime/api/engine/engine-api';
import { needsSharedData, sharedDataPath } from '../support/shared-data';
import { openSession, run } from '../support/small-session';

const node = (type: string) => ({ type, version: 1, params: {} });
const recipe = {
  schemaVersion: 1,
  name: 'Landmarks',
  description: 'Measures landmarks of a real pair through a transform of a file.',
  nodes: {
    image: node('load.image'),
    map: node('load.transform'),
    fixed: node('load.landmarks'),
    moving: node('load.landmarks'),
    error: node('evaluate.landmarks'),
  },
  edges: [
    { from: 'image.image', to: 'map.fixed' },
    { from: 'map.transform', to: 'error.transform' },
    { from: 'fixed.landmarks', to: 'error.fixed' },
    { from: 'moving.landmarks', to: 'error.moving' },
  ],
};

const identity = new TextEncoder().encode(
  writeItkAffine(identityMatrix as MovingWorldFromFixedWorld),
);
const bytesOf = (path: string) => new Uint8Array(readFileSync(sharedDataPath(path)));
const stated = { coordinates: 'stated' } as const;
const inRas = { coordinates: 'ras' } as const;

interface Case {
  readonly image: string;
  readonly map?: string;
  readonly fixed: string;
  readonly moving: string;
  readonly coordinates: PointReading['coordinates'];
}

/** Measures the landmarks of a pair through the map of a file, or of none. */
async function measured({ image, map, fixed, moving, coordinates }: Case): Promise<RunResult> {
  const session = openSession();
  const isOne = fixed === moving;
  const open = async (nodeId: string, as: 'image' | 'transform' | 'landmarks', path?: string) => {
    const set: PointReading['set'] = isOne ? (nodeId as 'fixed' | 'moving') : 'only';
    const source = {
      kind: 'file',
      as,
      name: `${nodeId}${path?.replace(/^.*?(\.nii\.gz|\.\w+)$/, '$1') ?? '.txt'}`,
      ...(as === 'landmarks' && { points: { set, coordinates } }),
    } as const;
    const bytes = path === undefined ? identity : bytesOf(path);
    const opened = await session.openInput({ nodeId, source, bytes });
    if (!opened.ok) throw new Error(JSON.stringify(opened.diagnostics));
    return opened.handle;
  };
  try {
    const bindings = {
      image: await open('image', 'image', image),
      map: await open('map', 'transform', map),
      fixed: await open('fixed', 'landmarks', fixed),
      moving: await open('moving', 'landmarks', moving),
    };
    return (await run(session, recipe, bindings)).result;
  } finally {
    await session.destroy();
  }
}

describe('an abdomen under a known field', () => {
  const folder = 'abdomen-ct/organs-synthetic-motion';
  const landmarks = `${folder}/landmarks.csv`;
  const [image, map] = [`${folder}/fixed.nii.gz`, `${folder}/truth-1Warp.nii.gz`];
  needsSharedData(landmarks, image, map);

  test('has its 148 landmarks on their partners through the field, and 10.5 mm apart before', async () => {
    const { metrics } = await measured({
      image,
      map,
      fixed: landmarks,
      moving: landmarks,
      ...inRas,
    });
    expect(metrics['tre.before.mean']).toBeCloseTo(10.54, 1);
    expect(metrics['tre.before.standardDeviation']).toBeCloseTo(2.09, 1);
    expect(metrics['tre.before.maximum']).toBeCloseTo(14.7, 0);
    expect(Object.keys(metrics).filter((name) => name.startsWith('tre.point.'))).toHaveLength(148);
    expect(metrics['tre.maximum']).toBeLessThan(0.2);
  });
});

describe('lungs at two breaths', () => {
  const folder = 'lung-ct/copd-case-01';
  const landmarks = `${folder}/landmarks.csv`;
  const image = `${folder}/fixed-mask.nii.gz`;
  const points = ['lung-ct/elastix-fixed-points.txt', 'lung-ct/elastix-moving-points.txt'] as const;
  needsSharedData(landmarks, image, ...points);

  test('lie as far apart as their source says, 300 pairs by their order', async () => {
    const { metrics, diagnostics } = await measured({
      image,
      fixed: landmarks,
      moving: landmarks,
      ...inRas,
    });
    expect(metrics['tre.mean']).toBeCloseTo(16.87, 1);
    expect(metrics['tre.standardDeviation']).toBeCloseTo(7.45, 1);
    expect(metrics['tre.median']).toBeCloseTo(16.83, 1);
    expect(metrics['tre.maximum']).toBeCloseTo(42.3, 0);
    expect(diagnostics).toEqual([]);
  });

  test('of elastix, in LPS, are measured, and are not on another image', async () => {
    const [fixed, moving] = points;
    const { metrics, diagnostics } = await measured({ image, fixed, moving, ...stated });
    expect(metrics['tre.mean']).toBeCloseTo(35.27, 1);
    expect(metrics['tre.standardDeviation']).toBeCloseTo(3.06, 1);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringContaining('51 of 51 fixed landmarks lie outside'),
    ]);
  });
});
