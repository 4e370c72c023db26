import type { Grid } from '../../../src/imaging/grid';
import { obliqueGrid, oneSliceGrid, randomField, turnedGrid } from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

/**
 * Dense matrix of a Gaussian along one axis by numerical integration: row = position,
 * column = neighbour.
 */
function gaussianMatrix(length: number, sigma: number, truncate: number, renormalize: boolean) {
  const radius = Math.ceil(truncate * sigma);
  const integral = (k: number): number => {
    const steps = 400;
    let sum = 0;
    for (let s = 0; s < steps; s += 1) {
      const centre = k - 0.5 + (s + 0.5) / steps;
      // Two-point Gauss-Legendre in each step.
      for (const side of [-1, 1]) {
        const t = centre + side / (2 * steps * Math.sqrt(3));
        sum += Math.exp((-t * t) / (2 * sigma * sigma)) / 2;
      }
    }
    return sum;
  };
  const taps = Array.from({ length: 2 * radius + 1 }, (_, k) => integral(k - radius));
  const total = taps.reduce((a, b) => a + b);
  return Array.from({ length }, (_, row) => {
    const weights = Array.from({ length }, (__, column) => {
      const k = column - row + radius;
      return k >= 0 && k < taps.length ? taps[k]! / total : 0;
    });
    const inside = renormalize ? weights.reduce((a, b) => a + b) : 1;
    return weights.map((weight) => weight / inside);
  });
}

/** Planes smoothed along all axes by dense matrices. */
export function smoothed(
  { planes, type }: CaseValue,
  sigmaVoxels: readonly number[],
  options: { truncate: number; renormalize: boolean; transposed: boolean },
): readonly Float64Array[] {
  if (type.kind !== 'field') throw new Error('a field is needed');
  const [nx, ny, nz] = type.grid.sizeVoxels;
  const matrices = [nx, ny, nz].map((length, axis) => {
    const sigma = sigmaVoxels[axis]!;
    if (sigma === 0 || length === 1) return identity(length);
    const matrix = gaussianMatrix(length, sigma, options.truncate, options.renormalize);
    return options.transposed ? matrix[0]!.map((_, j) => matrix.map((row) => row[j]!)) : matrix;
  });
  const [mx, my, mz] = matrices;
  return planes.map((plane) =>
    plane.map((_, target) => {
      const x = target % nx;
      const y = Math.floor(target / nx) % ny;
      const z = Math.floor(target / (nx * ny));
      return plane.reduce((sum, v, source) => {
        const sx = source % nx;
        const sy = Math.floor(source / nx) % ny;
        const sz = Math.floor(source / (nx * ny));
        return sum + v * mx![x]![sx]! * my![y]![sy]! * mz![z]![sz]!;
      }, 0);
    }),
  );
}

function identity(length: number): number[][] {
  return Array.from({ length }, (_, i) => Array.from({ length }, (__, j) => (i === j ? 1 : 0)));
}

interface Situation {
  readonly name: string;
  readonly grid: Grid;
  readonly channels: number;
  readonly sigmaVoxels: readonly number[];
  readonly truncate: number;
  readonly edges: 'zero' | 'renormalize';
  readonly transposed: boolean;
}

const longGrid = turnedGrid([13, 17, 11], [1, 1.5, 2], [0, 0, 0]);

const situations: readonly Situation[] = [
  {
    name: 'a vector, another sigma on every axis, outside as zero',
    grid: obliqueGrid,
    channels: 3,
    sigmaVoxels: [1, 0.5, 0.6],
    truncate: 3,
    edges: 'zero',
    transposed: false,
  },
  {
    name: 'radius 2, 3 and 1, with an interior, outside as zero',
    grid: longGrid,
    channels: 1,
    sigmaVoxels: [0.6, 1, 0.3],
    truncate: 3,
    edges: 'zero',
    transposed: false,
  },
  {
    name: 'radius 1, 1 and 3, with an interior, outside as zero',
    grid: longGrid,
    channels: 1,
    sigmaVoxels: [0.3, 0.3, 1],
    truncate: 3,
    edges: 'zero',
    transposed: false,
  },
  {
    name: 'radius 1, 2 and 3, with an interior and edges, renormalized',
    grid: longGrid,
    channels: 1,
    sigmaVoxels: [1, 0.3, 0.5],
    truncate: 3,
    edges: 'renormalize',
    transposed: false,
  },
  {
    name: 'the transpose of a renormalized Gaussian, with an interior',
    grid: longGrid,
    channels: 1,
    sigmaVoxels: [0.6, 1, 0.5],
    truncate: 3,
    edges: 'renormalize',
    transposed: true,
  },
  {
    name: 'wider than the grid, renormalized',
    grid: obliqueGrid,
    channels: 1,
    sigmaVoxels: [2.5, 3, 4],
    truncate: 4,
    edges: 'renormalize',
    transposed: false,
  },
  {
    name: 'a radius of 5 within the grid, outside as zero',
    grid: longGrid,
    channels: 1,
    sigmaVoxels: [1.2, 1.25, 1.2],
    truncate: 4,
    edges: 'zero',
    transposed: false,
  },
  {
    name: 'radius 11, 12 and 13, outside as zero',
    grid: longGrid,
    channels: 1,
    sigmaVoxels: [2.75, 3, 3.25],
    truncate: 4,
    edges: 'zero',
    transposed: false,
  },
  {
    name: 'one slice and an axis without smoothing',
    grid: oneSliceGrid,
    channels: 3,
    sigmaVoxels: [0, 1.1, 2],
    truncate: 3,
    edges: 'renormalize',
    transposed: false,
  },
  {
    name: 'no smoothing at all',
    grid: obliqueGrid,
    channels: 3,
    sigmaVoxels: [0, 0, 0],
    truncate: 3,
    edges: 'zero',
    transposed: false,
  },
];

export const cases: readonly OpCase[] = situations.map(
  ({ name, grid, channels, sigmaVoxels, truncate, edges, transposed }, index) => {
    const value = randomField(grid, channels, 20 + index);
    const renormalize = edges === 'renormalize';
    return {
      op: 'gaussian',
      name,
      inputs: { value },
      attributes: { sigmaVoxels, truncate, edges, transposed },
      expected: { value: smoothed(value, sigmaVoxels, { truncate, renormalize, transposed }) },
      expectedTolerance: 1e-8,
      gradientOf: ['value'],
      gpu: {
        absolute: 3e-6,
        relative: 1e-5,
        because: 'the GPU takes erf from a polynomial with an error of 1.5e-7',
      },
    };
  },
);
