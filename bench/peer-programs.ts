import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program of others finds its images and leaves what it makes. */
export interface PeerFiles {
  readonly fixed: string;
  readonly moving: string;
  /** An empty folder. */
  readonly folder: string;
  readonly threads: number;
}

/** Processes, one after the other, by which another program registers a pair. */
export interface PeerCommand {
  readonly name: string;
  /** Which of our commands does the same. */
  readonly beside: string;
  /** Names of its programs. */
  readonly programs: readonly string[];
  /** Arguments of each process, the program first. */
  readonly steps: (files: PeerFiles) => readonly (readonly string[])[];
  /** The moving image as it registered it, below its folder. */
  readonly warped: string;
}

const greedyAffine = ({ fixed, moving, folder, threads }: PeerFiles): readonly string[] => [
  ...['greedy', '-d', '3', '-a', '-m', 'NCC', '2x2x2', '-i', fixed, moving],
  ...['-o', join(folder, 'affine.mat'), '-ia-image-centers', '-n', '100x50x10'],
  ...['-threads', String(threads)],
];

const greedyField = (
  files: PeerFiles,
  options: readonly string[],
): readonly (readonly string[])[] => [
  greedyAffine(files),
  [
    ...['greedy', '-d', '3', ...options, '-m', 'NCC', '2x2x2', '-i', files.fixed, files.moving],
    ...['-it', join(files.folder, 'affine.mat'), '-o', join(files.folder, 'warp.nii.gz')],
    ...['-n', '100x50x10', '-threads', String(files.threads)],
  ],
  greedyWarp(files, ['warp.nii.gz', 'affine.mat']),
];

/** The programs whose methods recipes follow, with their own defaults. */
export const peerCommands: readonly PeerCommand[] = [
  {
    name: 'Greedy, affine',
    beside: 'affine',
    programs: ['greedy'],
    steps: (files) => [greedyAffine(files), greedyWarp(files, ['affine.mat'])],
    warped: 'warped.nii.gz',
  },
  {
    name: 'elastix, rigid and affine',
    beside: 'affine',
    programs: ['elastix'],
    steps: (files) => [elastix(files, ['rigid', 'affine'])],
    warped: 'result.1.nii.gz',
  },
  {
    name: 'Greedy',
    beside: 'Greedy, as the program',
    programs: ['greedy'],
    steps: (files) => greedyField(files, []),
    warped: 'warped.nii.gz',
  },
  {
    name: 'Greedy -sv',
    beside: 'Greedy with a velocity, as the program',
    programs: ['greedy'],
    steps: (files) => greedyField(files, ['-sv']),
    warped: 'warped.nii.gz',
  },
  {
    name: 'NiftyReg',
    beside: 'NiftyReg, as the program',
    programs: ['reg_aladin', 'reg_f3d'],
    steps: ({ fixed, moving, folder, threads }) => {
      const pair = ['-ref', fixed, '-flo', moving, '-omp', String(threads)];
      const at = (name: string) => join(folder, name);
      return [
        ['reg_aladin', ...pair, '-aff', at('affine.txt'), '-res', at('affine.nii.gz')],
        [
          ...['reg_f3d', ...pair, '-aff', at('affine.txt')],
          ...['-cpp', at('control.nii.gz'), '-res', at('warped.nii.gz')],
        ],
      ];
    },
    warped: 'warped.nii.gz',
  },
  {
    name: 'elastix',
    beside: 'elastix, as the program',
    programs: ['elastix'],
    steps: (files) => [elastix(files, ['rigid', 'affine', 'bspline'])],
    warped: 'result.2.nii.gz',
  },
];

/** Where a program is: in one of these folders, or on the path; undefined where it is not. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  const path = process.env.PATH?.split(delimiter) ?? [];
  return [...folders, ...path]
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function greedyWarp(
  { fixed, moving, folder, threads }: PeerFiles,
  transforms: readonly string[],
): readonly string[] {
  return [
    ...['greedy', '-d', '3', '-threads', String(threads), '-rf', fixed],
    ...['-rm', moving, join(folder, 'warped.nii.gz')],
    ...['-r', ...transforms.map((name) => join(folder, name))],
  ];
}

type ElastixStage = 'rigid' | 'affine' | 'bspline';

function elastix(
  { fixed, moving, folder, threads }: PeerFiles,
  stages: readonly ElastixStage[],
): readonly string[] {
  const parameters = stages.flatMap((stage) => {
    const file = join(folder, `${stage}.txt`);
    writeFileSync(file, elastixParameters(stage));
    return ['-p', file];
  });
  return [
    ...['elastix', '-f', fixed, '-m', moving, ...parameters],
    ...['-out', folder, '-threads', String(threads)],
  ];
}

/**
 * A parameter file with the settings of elastix's manual (5.0): mutual information of 32 bins on 4096 samples that are drawn anew,
 * three levels, adaptive stochastic gradient descent; for the B-spline a grid of 10 mm and bending energy.
 */
function elastixParameters(stage: ElastixStage): string {
  const transform = {
    rigid: 'EulerTransform',
    affine: 'AffineTransform',
    bspline: 'BSplineTransform',
  };
  const isBspline = stage === 'bspline';
  const registration = isBspline
    ? 'MultiMetricMultiResolutionRegistration'
    : 'MultiResolutionRegistration';
  const metric = 'AdvancedMattesMutualInformation';
  const values: Readonly<Record<string, string | number | readonly string[]>> = {
    FixedInternalImagePixelType: 'float',
    MovingInternalImagePixelType: 'float',
    UseDirectionCosines: 'true',
    Registration: registration,
    Interpolator: 'LinearInterpolator',
    ResampleInterpolator: 'FinalBSplineInterpolator',
    FinalBSplineInterpolationOrder: 1,
    Resampler: 'DefaultResampler',
    FixedImagePyramid: 'FixedSmoothingImagePyramid',
    MovingImagePyramid: 'MovingSmoothingImagePyramid',
    NumberOfResolutions: 3,
    Optimizer: 'AdaptiveStochasticGradientDescent',
    Transform: transform[stage],
    Metric: isBspline ? [metric, 'TransformBendingEnergyPenalty'] : metric,
    ...(isBspline
      ? { Metric0Weight: 1, Metric1Weight: 1, FinalGridSpacingInPhysicalUnits: 10 }
      : { AutomaticTransformInitialization: 'true', AutomaticScalesEstimation: 'true' }),
    HowToCombineTransforms: 'Compose',
    NumberOfHistogramBins: 32,
    ImageSampler: 'RandomCoordinate',
    NumberOfSpatialSamples: 4096,
    NewSamplesEveryIteration: 'true',
    MaximumNumberOfIterations: isBspline ? 500 : 250,
    DefaultPixelValue: 0,
    WriteResultImage: 'true',
    ResultImagePixelType: 'float',
    ResultImageFormat: 'nii.gz',
  };
  const quoted = (value: string | number): string =>
    typeof value === 'number' ? String(value) : `"${value}"`;
  return Object.entries(values)
    .map(([name, value]) => {
      const all = typeof value === 'string' || typeof value === 'number' ? [value] : value;
      return `(${name} ${all.map(quoted).join(' ')})\n`;
    })
    .join('');
}
