import { z } from 'zod';
import type { Vec3 } from '../../imaging/frames';
import { axisAlignedGrid, type Grid, spacingMm } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { Variables } from '../../runtime/api/nodes/port-values';
import { addSteps } from '../registration/add-steps';
import { exponential } from '../registration/exponential';
import { firstOf } from '../registration/field-model';

export const fourier = defineNode({
  type: 'model.fourier',
  version: 1,
  title: 'Fourier',
  section: 'model',
  synonyms: [
    'band-limited',
    'FLASH',
    'cosine',
    'DCT',
    'low frequencies',
    'spectral',
    'SPM',
    'velocity',
    'diffeomorphic',
    'deformable',
    'invertible',
  ],
  documentation: {
    summary: 'Moves every voxel along a velocity that is made of long cosine waves alone.',
    details: `What is optimized are the amplitudes of cosine waves along the axes of the fixed image, from the one that is the same everywhere to
the *shortest wave*. They add up to a velocity, along which points flow for one unit of time, as in the *Stationary velocity field*.
Among waves a Gaussian *kernel* makes the short ones fainter, so that a step moves long waves more than short ones: it is the kernel of
*LDDMM*, of which two share the energy *Kinetic energy*.

Use it for smooth motion with little to optimize: a head of 2 mm has a thirtieth as many waves as voxels, and what an optimizer
remembers is as small. Wire *L-BFGS*: it finds out how far each wave has to go. A step of *Adam* moves every wave alike, so that long
ones, which go furthest, take many iterations: give it steps of a voxel and more. Finer anatomy than the shortest wave is not followed: there
take *Greedy* or *SyN*. An inverse is found by flowing back.

Waves fill the box of the fixed image and are the same at every level of the schedule, which has as many as it has two voxels for each
half wave; amplitudes are carried on unchanged. At the border of the image waves are flat, so that what lies there may move.

Zhang and Fletcher keep 16 waves along each axis of a head, complex and for the first velocity of a geodesic; here they are real,
and the velocity does not change over time.`,
    formula: String.raw`T = \exp(v),\qquad v(x) = \frac{1}{\sqrt M}\sum_k w_k \prod_{a=1}^{3} g_a(k_a)\cos\frac{\pi k_a x_a}{L_a},\qquad
g_a(k) = \sqrt{2}\,e^{-\frac14(\sigma\pi k/L_a)^2},\; g_a(0)=1,\qquad M=\prod_a\sum_k e^{-\frac12(\sigma\pi k/L_a)^2}`,
    references: [
      {
        text: 'Zhang, Fletcher: Fast diffeomorphic image registration via Fourier-approximated Lie algebras, 2019',
        doi: '10.1007/s11263-018-1099-x',
      },
      {
        text: 'Ashburner, Friston: Nonlinear spatial normalization using basis functions, 1999',
        doi: '10.1002/(SICI)1097-0193(1999)7:4<254::AID-HBM4>3.0.CO;2-G',
      },
    ],
  },
  params: z.object({
    shortestWaveMm: numberParameter({
      title: 'Shortest wave',
      help: 'From one crest to the next; less follows finer motions and has more to optimize.',
      unit: 'mm',
      default: 20,
      min: 0.01,
      max: 10000,
    }),
    kernelMm: numberParameter({
      title: 'Kernel',
      help: 'Standard deviation of the Gaussian that makes short waves fainter; 0 has all of them alike.',
      unit: 'mm',
      default: 6,
      min: 0,
      max: 1000,
    }),
    squarings: integerParameter({
      title: 'Squarings',
      help: 'How often the first small step is composed with itself; more for larger motions.',
      default: 6,
      min: 1,
      max: 10,
      advanced: true,
    }),
  }),
  inputs: {},
  outputs: { model: { type: 'model', doc: 'Amplitudes of cosine waves, mm per unit of time.' } },
  lower(_, __, { shortestWaveMm, kernelMm, squarings }) {
    const waveGrid = (grid: Grid): Grid => wavesOn(countWaves(grid, shortestWaveMm, 2));
    /** What the waves add up to on a grid, mm; with a kernel of 0 mm, what the metric sees. */
    const sumOf = (b: Builder, variables: Variables, grid: Grid, sigmaMm: number): ValueId => {
      const decay = decayOf(grid, sigmaMm);
      const field = b.cosineField(
        { coefficients: firstOf(variables) },
        { ...gridAttributes(grid), decay },
      );
      return b.scale({ value: field }, { factor: 1 / Math.sqrt(allWaves(grid)) });
    };
    const allWaves = (grid: Grid): number => {
      const decay = decayOf(grid, kernelMm);
      // Of the waves alone, whatever a level can hold: amplitudes mean the same at each.
      return countWaves(grid, shortestWaveMm, 0)
        .map((count, axis) => squaredSum(count, decay[axis] ?? 0))
        .reduce((product, one) => product * one, 1);
    };
    return {
      model: {
        kind: 'model',
        hasMetric: true,
        start: (b, { grid }) => [b.zeros({}, { channels: 3, ...gridAttributes(waveGrid(grid)) })],
        // Waves that the last level had no voxels for begin at 0.
        refine: (b, variables, { grid }) => [
          b.sample(
            { source: firstOf(variables) },
            { ...gridAttributes(waveGrid(grid)), interpolation: 'nearest', outside: 'cut' },
          ),
        ],
        lossScale: ({ grid }) => allWaves(grid),
        maps: (b, variables, { grid }) => ({
          moving: {
            displacement: exponential(b, sumOf(b, variables, grid, kernelMm), 1, squarings),
          },
        }),
        fields: (b, variables, { grid }) => [
          { role: 'velocity', value: sumOf(b, variables, grid, kernelMm) },
          { role: 'metric', value: sumOf(b, variables, grid, 0) },
        ],
        update: addSteps,
        inverse: (b, variables, { grid }) =>
          exponential(b, sumOf(b, variables, grid, kernelMm), -1, squarings),
      },
    };
  },
});

/** Numbers of half waves fit along an axis up to the shortest wave, 0 included, each of at least so many voxels. */
function countWaves(grid: Grid, shortestWaveMm: number, voxelsEach: number): Vec3 {
  const edges = spacingMm(grid);
  return grid.sizeVoxels.map((voxels, axis) => {
    if (voxels === 1) return 1;
    const lengthMm = voxels * (edges[axis] ?? 1);
    // A level's box is that of the full grid but for rounding.
    const fitting = Math.floor((2 * lengthMm) / shortestWaveMm + 1e-6);
    const held = voxelsEach > 0 ? Math.floor(voxels / voxelsEach) : mostWaves;
    return 1 + Math.min(fitting, held, mostWaves);
  }) as unknown as Vec3;
}

/** No grid has as many. */
const mostWaves = 4096;

/** Amplitudes have no place in the world; levels that have more of them go on where others end. */
function wavesOn(sizeVoxels: Vec3): Grid {
  return axisAlignedGrid(sizeVoxels, [1, 1, 1]);
}

/** How fast waves grow fainter along each axis: those of the square root of a Gaussian kernel. */
function decayOf(grid: Grid, sigmaMm: number): readonly number[] {
  return spacingMm(grid).map(
    (edge, axis) => ((Math.PI * sigmaMm) / (edge * (grid.sizeVoxels[axis] ?? 1))) ** 2 / 4,
  );
}

/** Sum of the mean squares of the waves along one axis. */
function squaredSum(count: number, decay: number): number {
  return Array.from({ length: count }, (_, k) => Math.exp(-2 * decay * k * k)).reduce(
    (sum, one) => sum + one,
    0,
  );
}
