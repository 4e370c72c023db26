import type { Vec3 } from '../../../imaging/frames';
import { defineDataKind } from './define-data-kind';

/** What one layer has learned, or one part of it. */
export interface NetworkWeight {
  /** As its layer names it: unique within a network, and the same whenever it is built. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * How intensities are brought to 0 to 1 before a network sees them: not at all; the least to 0 and the greatest to 1; or
 * percentiles to 0 and 1, cut off beyond them, both of the voxels above the least, which are those that are not background.
 */
export type IntensityRange =
  | { readonly method: 'none' | 'range' }
  | { readonly method: 'percentiles'; readonly lower: number; readonly upper: number };

/** As the pairs that Weft trains on have their intensities. */
export const trainedIntensities: IntensityRange = { method: 'percentiles', lower: 0, upper: 99 };

/** The images that a network has learned from, and so the ones that it can be trusted with. */
export interface NetworkDomain {
  /** Of the grid that it sees; one slice in 2-D. */
  readonly sizeVoxels: Vec3;
  /** Absent where a file of others does not say it. */
  readonly spacingMm?: Vec3;
  readonly intensities: IntensityRange;
}

/** What is known of how a network learned. */
export interface NetworkTraining {
  /** What it learned from, in words. */
  readonly data: string;
  /** Of the weights that it began with. */
  readonly seed: number;
  readonly steps: number;
  /** Figures on pairs that it did not learn from, by their names. */
  readonly validation: Readonly<Record<string, number>>;
  /** Of the recipe's text, hexadecimal. */
  readonly recipeSha256?: string;
}

/**
 * A registration network: which one, and what it has learned. It holds no memory of a device; whoever predicts or trains
 * builds it there.
 */
export interface NetworkValue {
  readonly kind: 'network';
  /** Name of an architecture, as `voxelmorph`. */
  readonly architecture: string;
  /** What that architecture is told, JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of the weights that it begins with. */
  readonly seed: number;
  /** Absent before it has learned anything: it then begins with weights drawn from the seed. */
  readonly weights?: readonly NetworkWeight[];
  /** Absent before it has learned anything. */
  readonly domain?: NetworkDomain;
  /** Absent before it has learned anything, and of a file of others. */
  readonly training?: NetworkTraining;
  /** Its layers as TensorFlow.js writes them, for other programs; nothing here reads it. */
  readonly topology?: unknown;
}

export type ComputedNetwork = NetworkValue;

/** Weights are no values of a program: plans never see them, so that both forms are one. */
export const networkKind = defineDataKind<NetworkValue, ComputedNetwork>({
  traits: {},
  mapParts: (value) => value,
  toNumbers: (value) => value,
  fromNumbers: (value) => value,
  asTable: ({ weights = [] }) => [
    { name: 'weights', value: weights.reduce((sum, { values }) => sum + values.length, 0) },
  ],
  describe: ({ architecture, weights, training }) =>
    `${architecture}, ${weights === undefined ? 'untrained' : training ? `trained for ${training.steps} steps` : 'trained'}`,
  file: {
    accept: '.zip,application/zip',
    call: 'Choose the file of a network',
    aside: ': what *Save network* writes, or a VoxelMorph of TensorFlow.js, zipped',
  },
});
