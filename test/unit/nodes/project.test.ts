import { describe, expect, test } from 'vitest';
import type { Matrix3x4, Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, centreMm, type Grid } from '../../../src/imaging/grid';
import { projectImage } from '../../../src/nodes/apply/project';
import type { ImageValue } from '../../../src/runtime/api/nodes/port-values';
import { GraphBuilder } from '../../../src/runtime/compile/graph-builder';
import { planProgram } from '../../../src/runtime/compile/phases';
import { fieldType } from '../../../src/runtime/ir/values';
import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import { fieldOf, randomField, scalars, turnedGrid } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes, runPlan } from '../../support/run-node';
import { lowerNode, Refused } from './lowering';

/** A detector that is 1000 mm from the source, 700 mm from it the middle of the image: 41 × 31 pixels of 4 mm. */
const arm = { sizePixels: [41, 31], pixelMm: 4, values: 'attenuation', stepMm: 0.25 };
const identity: Matrix3x4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** What the node shows of a volume: a number a pixel, across fastest. */
function projected(volume: CaseValue, params: object = {}, affine?: Matrix3x4) {
  let detector: Grid | undefined;
  const inputs = { volume, ...(affine ? { affine: scalars(...affine) } : {}) };
  const read = runNodes(inputs, (graph, node) => {
    const { grid } = volume.type as { grid: Grid };
    const image = { kind: 'image', grid, channels: 1, image: graph.input('volume', volume.type) };
    const transform = affine && {
      kind: 'transform',
      grid,
      affine: graph.input('affine', inputs.affine!.type),
    };
    const given = node('apply.project', { image, transform }, { ...arm, ...params });
    const shown = given.image as ImageValue;
    detector = shown.grid;
    return { shown: shown.image };
  });
  const values = read.shown![0]!;
  const [across] = detector!.sizeVoxels;
  return { detector: detector!, values, at: (u: number, v: number) => values[u + across * v]! };
}

/** A volume of numbers per mm from a function of mm about its middle. */
function volumeOf(grid: Grid, f: (point: Vec3) => number): CaseValue {
  const m = grid.worldFromVoxel;
  const middle = centreMm(grid);
  return fieldOf(grid, (x, y, z) =>
    f(
      [0, 1, 2].map(
        (r) => m[4 * r]! * x + m[4 * r + 1]! * y + m[4 * r + 2]! * z + m[4 * r + 3]! - middle[r]!,
      ) as unknown as Vec3,
    ),
  );
}

describe('a projection', () => {
  // 40 mm across, 36 deep, 30 high in voxels of 2 × 1.5 × 3 mm: 20 × 24 × 10 of them.
  const boxGrid = axisAlignedGrid([28, 32, 16], [2, 1.5, 3], [-31, 12, 5]);
  const box = volumeOf(boxGrid, ([x, y, z]) =>
    Math.abs(x) < 20 && Math.abs(y) < 18 && Math.abs(z) < 15 ? 0.01 : 0,
  );

  test('of a box is its depth along each ray, in mm, and its shadow is magnified', () => {
    const { at, values } = projected(box);
    expect(at(20, 15)).toBeCloseTo(0.01 * 36, 4);
    // 6 pixels across and 4 up are 24 and 16 mm at 1000 mm: the ray is that much longer within the box.
    expect(at(26, 19)).toBeCloseTo(0.01 * 36 * Math.hypot(1, 0.024, 0.016), 4);
    // Half of the box’s front is 20 of 682 mm away, 29.3 mm at the detector; its back stands in 27.9.
    const row = values.slice(41 * 15, 41 * 16);
    const lit = row.map((value) => value > 0.18);
    expect(lit.filter(Boolean)).toHaveLength(15);
    expect(row[20 - 8]!).toBeLessThan(0.05);
    expect(row[20 - 9]).toBe(0);
    expect(at(20, 15 + 7)).toBe(0);
  });

  test('of a sphere is the chord of each ray, from every side', () => {
    const radius = 25;
    const sphere = volumeOf(turnedGrid([40, 50, 36], [1.5, 1.2, 1.7], [40, -90, 10]), (point) =>
      Math.max(0, Math.min(1, 0.5 + radius - Math.hypot(...point))),
    );
    for (const [orbitDegrees, tiltDegrees] of [
      [0, 0],
      [35, -20],
      [90, 0],
      [-140, 50],
    ]) {
      const { at } = projected(sphere, { orbitDegrees, tiltDegrees });
      for (const [u, v] of [
        [0, 0],
        [5, 0],
        [-3, 4],
        [0, -6],
      ] as const) {
        // How far the ray to the pixel passes the middle by.
        const aside = 4 * Math.hypot(u, v);
        const past = (700 * aside) / Math.hypot(1000, aside);
        const chord = 2 * Math.sqrt(radius ** 2 - past ** 2);
        expect(Math.abs(at(20 + u, 15 + v) / chord - 1), `${orbitDegrees}`).toBeLessThan(0.01);
      }
      expect(at(20 + 10, 15)).toBe(0);
    }
  });

  test('shows the patient from the front: the left on the right, the head above', () => {
    const grid = axisAlignedGrid([24, 24, 24], [2, 2, 2], [100, -50, 30]);
    // RAS: the left is towards −x.
    const marker = volumeOf(grid, ([x, y, z]) => (Math.hypot(x + 14, y, z - 7) < 4 ? 1 : 0));
    const brightest = (params: object, affine?: Matrix3x4) => {
      const { values } = projected(marker, params, affine);
      const i = values.indexOf(Math.max(...values));
      return [(i % 41) - 20, Math.floor(i / 41) - 15];
    };
    // 14 and 7 mm are 20 and 10 mm at the detector, 5 and 2.5 pixels.
    const [left, up] = brightest({});
    expect(left).toBe(5);
    expect([2, 3]).toContain(up);
    // From behind, and from the left, where it hides in the middle.
    expect(brightest({ orbitDegrees: 180 })[0]).toBe(-5);
    expect(brightest({ orbitDegrees: 90 })[0]).toBe(0);
    // The pose leads from the X-ray's world to the image's: what lies at x there is looked for at x + 14.
    const shifted: Matrix3x4 = [1, 0, 0, -14, 0, 1, 0, 0, 0, 0, 1, 0];
    expect(brightest({}, shifted)[0]).toBe(0);
    expect(brightest({}, identity)[0]).toBe(5);
  });

  test('lies where the detector stands', () => {
    const { detector } = projected(box, { orbitDegrees: 90, tiltDegrees: 0 });
    // The source stands at the left, towards −x, so the detector on the right, 300 mm from the middle.
    const [x, y, z] = centreMm(detector);
    const middle = centreMm(boxGrid);
    expect(x).toBeCloseTo(middle[0] + 300, 6);
    expect([y, z]).toEqual([expect.closeTo(middle[1], 6), expect.closeTo(middle[2], 6)]);
  });

  test('reads Hounsfield units, and shows what gets through', () => {
    const hounsfield = volumeOf(boxGrid, ([x, y, z]) =>
      Math.abs(x) < 20 && Math.abs(y) < 18 && Math.abs(z) < 15 ? 500 : -1000,
    );
    const params = { values: 'hounsfield', waterPerMm: 0.02 };
    const integral = projected(hounsfield, params);
    expect(integral.at(20, 15)).toBeCloseTo(0.03 * 36, 3);
    expect(integral.at(0, 0)).toBe(0);
    const through = projected(hounsfield, { ...params, shows: 'transmission' });
    expect(through.at(20, 15)).toBeCloseTo(Math.exp(-integral.at(20, 15)), 9);
    expect(through.at(0, 0)).toBe(1);
  });
});

test('a projection tells how it changes with each parameter of a rigid pose', () => {
  const volume = randomField(turnedGrid([9, 8, 7], [2, 1.6, 2.4], [0, 0, 0]), 1, 3, 0.5, 0.6);
  const { grid } = volume.type as { grid: Grid };
  const frame = {
    freedom: 'rigid',
    centreMm: [...centreMm(grid)],
    radiusMm: 10,
    sliceNormal: [],
  } as const;
  const detector = axisAlignedGrid([14, 12, 1], [2.2, 2.5, 1], [-12, -10, -30]);
  const attributes = { ...gridAttributes(detector), focusMm: [6, 5, 90], stepMm: 0.4 };
  const lossAt = (parameters: readonly number[]) => {
    const graph = new GraphBuilder();
    const b = graph.builder;
    const given = { volume, parameters: scalars(...parameters) };
    const pose = graph.input('parameters', given.parameters.type);
    const affine = b.affineFromParameters({ parameters: pose }, frame);
    const shown = b.project({ volume: graph.input('volume', volume.type), affine }, attributes);
    const loss = b.dot({ a: shown, b: shown });
    const [gradient] = graph.gradient(loss, [pose]);
    const { plan } = planProgram(graph.finish([loss, gradient!]), { verify: true });
    const read = runPlan(plan, given);
    const [value, slope] = plan.results.map((result) => read(plan.buffersOfValue.get(result)![0]!));
    return { value: value![0]!, slope: slope! };
  };
  const here = [0.7, -0.4, 0.5, 1.1, -0.6, 0.8];
  const { slope } = lossAt(here);
  for (const [index, said] of slope.entries()) {
    const at = (step: number) => lossAt(here.map((p, i) => (i === index ? p + step : p))).value;
    const measured = (at(1e-4) - at(-1e-4)) / 2e-4;
    expect(Math.abs(said)).toBeGreaterThan(0.01);
    expect(Math.abs(measured / said - 1), `${index}`).toBeLessThan(1e-3);
  }
});

test.each<[string, object, Readonly<Record<string, unknown>>, RegExp]>([
  ['a slice', { sizeVoxels: [9, 9, 1] }, {}, /is a slice/],
  ['a transform that bends', { bends: true }, {}, /this one bends/],
  ['a detector before the image', {}, { sourceToDetectorMm: 600 }, /does not stand behind/],
  ['a source within the image', {}, { sourceToMiddleMm: 10 }, /lies within/],
  ['a detector of one size', {}, { sizePixels: [20] }, /two sizes/],
])('a projection refuses %s', (_, given, params, message) => {
  const { sizeVoxels = [20, 20, 20], bends = false } = given as {
    sizeVoxels?: [number, number, number];
    bends?: boolean;
  };
  const grid = axisAlignedGrid(sizeVoxels, [3, 3, 3]);
  const graph = new GraphBuilder();
  const image = {
    kind: 'image',
    grid,
    channels: 1,
    image: graph.input('image', fieldType(grid, 1)),
  };
  const transform = bends && {
    kind: 'transform',
    grid,
    affine: graph.builder.constant([...identity]),
    displacement: graph.input('displacement', fieldType(grid, 3)),
  };
  const lower = () =>
    lowerNode(graph, projectImage, { image, ...(transform ? { transform } : {}) }, params);
  expect(lower).toThrow(Refused);
  expect(lower).toThrow(message);
});
