import type { Grid } from '../../../src/imaging/grid';
import {
  obliqueGrid,
  randomField,
  randomNumbers,
  scalars,
  weightOn,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const sums = {
  absolute: 2e-6,
  relative: 1e-4,
  because: 'sums of float32 in another order',
} as const;

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

/** Five means as they can be: variances are not negative. */
function lnccCases(grid: Grid): OpCase[] {
  const [meanFixed, meanWarped] = [randomField(grid, 1, 41), randomField(grid, 1, 42)];
  const above = (image: CaseValue, seed: number): CaseValue => ({
    type: image.type,
    planes: [
      image.planes[0]!.map(
        (v, i) => v * v + 0.3 + 0.2 * randomNumbers(grid210, seed)[i % grid210]!,
      ),
    ],
  });
  const product = meanFixed.planes[0]!.map((v, i) => v * meanWarped.planes[0]![i]! + 0.2);
  const inputs = {
    meanFixed,
    meanFixedSquared: above(meanFixed, 43),
    meanWarped,
    meanWarpedSquared: above(meanWarped, 44),
    meanProduct: { type: meanFixed.type, planes: [product] },
    weight: weightOn(grid, 45),
  };
  const attributes = { epsilon: 0.01 };
  const [f, ff, w, ww, fw, ω] = Object.values(inputs).map(({ planes }) => planes[0]!) as Six;
  const loss = -mean(
    f.map(
      (_, i) =>
        (ω[i]! * (fw[i]! - f[i]! * w[i]!) ** 2) / ((ff[i]! - f[i]! ** 2) * (ww[i]! - w[i]! ** 2)),
    ),
  );
  const cotangent = scalars(1.5);
  const gpu = { ...sums, absolute: 1e-5 };
  return [
    {
      op: 'lnccLoss',
      name: 'weighted',
      inputs,
      attributes,
      expected: { loss: [[loss]] },
      gradientOf: [
        'meanFixed',
        'meanFixedSquared',
        'meanWarped',
        'meanWarpedSquared',
        'meanProduct',
      ],
      gpu,
    },
    { op: 'lnccLossAdjoint', name: 'weighted', inputs: { ...inputs, cotangent }, attributes, gpu },
    {
      op: 'lnccLossWithAdjoint',
      name: 'weighted',
      inputs: { ...inputs, cotangent },
      attributes,
      expected: { loss: [[loss]] },
      gpu,
    },
    {
      op: 'lnccLossAdjointFixed',
      name: 'weighted',
      inputs: { ...inputs, cotangent },
      attributes,
      gpu,
    },
  ];
}

type Six = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
const grid210 = 210;

export const cases: readonly OpCase[] = [...lnccCases(obliqueGrid)];
