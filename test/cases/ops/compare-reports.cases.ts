import { fieldOf, obliqueGrid, randomField } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const onHost = { absolute: 1e-6, relative: 1e-6, because: 'computed on the host' } as const;

/** Brightness of tissue, here lighter and there darker. */
const tissue = (y: number, z: number): number => 1 + ((2 * y + 3 * z) % 5) / 10;

/** Correlation from sums of products over all pairs of voxels, without a mean. */
function correlation(f: Float64Array, w: Float64Array): number {
  const over = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, ai, i) => sum + a.reduce((s, aj, j) => s + (ai - aj) * (b[i]! - b[j]!), 0), 0);
  return over(f, w) / Math.sqrt(over(f, f) * over(w, w));
}

const image = randomField(obliqueGrid, 1, 151, 1, 40);
const other: CaseValue = {
  type: image.type,
  planes: [
    image.planes[0]!.map((v, i) => 3 - 0.7 * v + randomField(obliqueGrid, 1, 152).planes[0]![i]!),
  ],
};

export const cases: readonly OpCase[] = [
  {
    op: 'brightnessDrift',
    name: 'what brightens along x, on tissue that is not even',
    inputs: {
      fixed: fieldOf(obliqueGrid, (_, y, z) => tissue(y, z)),
      warped: fieldOf(obliqueGrid, (x, y, z) => tissue(y, z) * Math.exp(x / 10)),
      weight: fieldOf(obliqueGrid, () => 1),
    },
    // The spread of 0 to 6 is 2; that of an even density on a length is the length over √12.
    expected: { report: [[Math.exp(Math.sqrt(12) * 0.2), 1]] },
    gpu: onHost,
  },
  {
    op: 'brightnessDrift',
    name: 'brighter everywhere alike',
    inputs: {
      fixed: fieldOf(obliqueGrid, (_, y, z) => tissue(y, z)),
      warped: fieldOf(obliqueGrid, (_, y, z) => 2 * tissue(y, z)),
      weight: fieldOf(obliqueGrid, () => 1),
    },
    expected: { report: [[1, 0]] },
    gpu: onHost,
  },
  {
    op: 'brightnessDrift',
    name: 'where nothing has a partner',
    inputs: {
      fixed: fieldOf(obliqueGrid, (_, y, z) => tissue(y, z)),
      warped: fieldOf(obliqueGrid, (x, y, z) => tissue(y, z) * Math.exp(x / 10)),
      weight: fieldOf(obliqueGrid, () => 0),
    },
    expected: { report: [[1, 0]] },
    gpu: onHost,
  },
  {
    op: 'correlationReport',
    name: 'images whose contrast is opposite, means far from zero',
    inputs: { fixed: image, warped: other },
    expected: { ncc: [[correlation(image.planes[0]!, other.planes[0]!)]] },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'sums in float32' },
  },
  {
    op: 'correlationReport',
    name: 'brightness and contrast do not matter',
    inputs: {
      fixed: image,
      warped: { type: image.type, planes: image.planes.map((p) => p.map((v) => 5 * v - 12)) },
    },
    expected: { ncc: [[1]] },
    gpu: { absolute: 1e-5, relative: 1e-5, because: 'sums in float32' },
  },
  {
    op: 'correlationReport',
    name: 'a constant image correlates with nothing',
    inputs: { fixed: image, warped: randomField(obliqueGrid, 1, 153, 0, 0.5) },
    expected: { ncc: [[0]] },
    gpu: onHost,
  },
];
