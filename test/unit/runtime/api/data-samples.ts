import type { MovingWorldFromFixedWorld } from '../../../../src/imaging/frames';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import type { ComputedValues, DataPortType } from '../../../../src/runtime/api/data-kinds/index';

const grid = axisAlignedGrid([2, 2, 1], [1, 1, 1]);
const plane = (from: number) => Float32Array.of(from, from + 1, from + 2, from + 3);

const pair = (n: number) => ({ fixed: plane(n), moving: plane(n + 1) });

/** One value of every kind, with everything that it can hold. */
export const dataSamples: { readonly [Type in DataPortType]: ComputedValues[Type] } = {
  image: { kind: 'image', grid, planes: [plane(0.5), plane(2.5)] },
  labels: { kind: 'labels', grid, values: Uint32Array.of(0, 1, 2, 3), ids: [0n, 1n, 2n, 3n] },
  mask: { kind: 'mask', grid, values: Float32Array.of(0, 1, 1, 0) },
  transform: {
    kind: 'transform',
    grid,
    affine: [1, 0, 0, 4, 0, 1, 0, 5, 0, 0, 1, 6] as unknown as MovingWorldFromFixedWorld,
    displacementMm: [plane(1), plane(2), plane(3)],
    inverseDisplacementMm: [plane(4), plane(5), plane(6)],
  },
  landmarks: {
    kind: 'landmarks',
    names: ['AC', 'PC'],
    unit: 'mm',
    planes: [Float32Array.of(1, 2), Float32Array.of(3, 4), Float32Array.of(5, 6)],
  },
  table: {
    kind: 'table',
    rows: [
      { name: 'dice.mean', value: 0.5 },
      { name: 'ncc', value: 0.25 },
    ],
  },
  network: {
    kind: 'network',
    architecture: 'voxelmorph',
    settings: { encoder: [4, 8] },
    seed: 3,
    weights: [{ name: 'flow/bias', shape: [2], values: Float32Array.of(0.5, -0.5) }],
    domain: {
      sizeVoxels: [2, 2, 1],
      spacingMm: [1, 1, 1],
      intensities: { method: 'percentiles', lower: 0, upper: 99 },
    },
  },
  dataset: {
    kind: 'dataset',
    grid,
    origin: 'two voxels',
    labelIds: [0n, 7n],
    trainingPair: pair,
    validationPairs: 2,
    validationPair: pair,
  },
  cases: { kind: 'cases', cases: [] },
};
