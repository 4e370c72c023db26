import { expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import type { LabelsValue, TransformValue } from '../../../src/runtime/api/nodes/port-values';
import { scalarsType } from '../../../src/runtime/ir/values';
import { labelsOf, scalars } from '../../support/case-values';
import type { CaseValue } from '../../support/op-case';
import { runNodes } from '../../support/run-node';
import { labelsOn } from './lowering';

const shiftedBy = (x: number, y: number, z: number) => scalars(1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z);

/** A map on its grid read through an affine onto another grid. */
function transformed(
  labels: CaseValue,
  from: Grid,
  to: Grid,
  affine: CaseValue,
  interpolation: string,
): readonly number[] {
  const read = runNodes({ labels, affine }, (graph, node) => {
    const inputs = {
      labels: labelsOn(graph, from, 'labels', [1, 2]),
      transform: {
        kind: 'transform',
        grid: to,
        affine: graph.input('affine', scalarsType(12)),
      } satisfies TransformValue,
    };
    const outputs = node('apply.labels', inputs, { interpolation });
    return { labels: (outputs.labels as LabelsValue).labels };
  });
  return read.labels![0]!;
}

const coarse = axisAlignedGrid([12, 12, 12], [2, 2, 2], [-11, -11, -11]);
const fine = axisAlignedGrid([28, 28, 28], [0.8, 0.8, 0.8], [-10.8, -10.8, -10.8]);
const ball = labelsOf(coarse, (...voxel) => {
  const [x, y, z] = voxel.map((v) => 2 * v - 11) as [number, number, number];
  return Math.hypot(x, y, z) < 7 ? 1 : 0;
});

/** Mean and standard deviation, in mm, of the distance of the border's voxels from the middle of the moved ball. */
function borderOf(labels: readonly number[]): {
  readonly meanMm: number;
  readonly spreadMm: number;
} {
  const distances = labels.flatMap((label, i) => {
    const isBorder = [1, 28, 784].some((step) => labels[i + step] === 0 || labels[i - step] === 0);
    if (label !== 1 || !isBorder) return [];
    const voxel = [i % 28, Math.floor(i / 28) % 28, Math.floor(i / 784)];
    const [x, y, z] = voxel.map((v) => 0.8 * v - 10.8) as [number, number, number];
    return [Math.hypot(x + 0.3, y - 0.5, z + 0.7)];
  });
  const meanMm = distances.reduce((sum, d) => sum + d, 0) / distances.length;
  const variance = distances.reduce((sum, d) => sum + (d - meanMm) ** 2, 0) / distances.length;
  return { meanMm, spreadMm: Math.sqrt(variance) };
}

test('a coarse ball that moves has a smoother border by Gaussian votes, drawn in by its curvature', () => {
  const through = (interpolation: string) =>
    borderOf(transformed(ball, coarse, fine, shiftedBy(0.3, -0.5, 0.7), interpolation));
  const nearest = through('nearest');
  const gaussian = through('gaussian');
  expect(gaussian.spreadMm).toBeLessThan(0.7 * nearest.spreadMm);
  // σ²/R = 2² / 7 mm, to first order.
  const drawnInMm = nearest.meanMm - gaussian.meanMm;
  expect(drawnInMm).toBeGreaterThan(0.3);
  expect(drawnInMm).toBeLessThan(0.9);
});

test('Gaussian votes keep flat borders where nothing moves, and lose what is one voxel thin', () => {
  const halves = labelsOf(coarse, (x) => (x < 5 ? 1 : 2));
  const stays = shiftedBy(0, 0, 0);
  expect(transformed(halves, coarse, coarse, stays, 'gaussian')).toEqual([...halves.planes[0]!]);
  const line = labelsOf(coarse, (x, y) => (x === 5 && y === 5 ? 1 : 2));
  expect(new Set(transformed(line, coarse, coarse, stays, 'gaussian'))).toEqual(new Set([2]));
});

test('Gaussian votes of one slice come from the slice, and outside is background', () => {
  const slice = axisAlignedGrid([6, 6, 1], [1, 1, 4], [0, 0, 0]);
  const labels = labelsOf(slice, (x) => (x < 3 ? 1 : 2));
  const moved = transformed(labels, slice, slice, shiftedBy(2, 0, 9), 'gaussian');
  expect(moved).toEqual(Array.from({ length: 6 }, () => [1, 2, 2, 2, 0, 0]).flat());
});
