import type { Grid } from '../../../imaging/grid';
import type { LabelIds } from '../../../imaging/volume';
import { defineDataKind } from './define-data-kind';

/** Two images on one grid and what is known of them; planes with x fastest. */
export interface TrainingPair {
  /** One number a voxel, in [0, 1]. */
  readonly fixed: Float32Array;
  readonly moving: Float32Array;
  /** The moving image in the contrast of the fixed one: where it is there, objectives compare it, and networks do not see it. */
  readonly movingInFixedContrast?: Float32Array;
  /** One index a voxel, into the labels of the dataset. Either both or none. */
  readonly fixedLabels?: Uint32Array;
  readonly movingLabels?: Uint32Array;
  /**
   * Where it is known: an image that is aligned with the fixed one and has the contrast of the moving one. Painted when it is
   * asked for; always the same.
   */
  aligned?(): Float32Array;
}

/** A part of a pair that is a number a voxel. */
export type PairPlane = Exclude<keyof TrainingPair, 'aligned'>;

/**
 * Pairs of images to learn from, all on one grid, and others to see what was learned. Pairs are made when they are asked
 * for: a dataset may have no end.
 */
export interface DatasetValue {
  readonly kind: 'dataset';
  readonly grid: Grid;
  /** What the pairs are, in a few words, for the card of a network that learns from them. */
  readonly origin: string;
  /** What the indices of labels stand for, 0 the background; absent where there are no labels. */
  readonly labelIds?: LabelIds;
  /** Pair number `n`, from 0, to learn from: for the same `n` always the same. */
  trainingPair(n: number): TrainingPair;
  /** Pairs that are never learned from. */
  readonly validationPairs: number;
  /** Pair number `n` of these, from 0. */
  validationPair(n: number): TrainingPair;
}

export type ComputedDataset = DatasetValue;

/** Made by the nodes that compute and read by those: plans never see more than one pair of it. */
export const datasetKind = defineDataKind<DatasetValue, ComputedDataset>({
  traits: {},
  mapParts: (value) => value,
  toNumbers: (value) => value,
  fromNumbers: (value) => value,
  asTable: ({ labelIds = [0n], validationPairs }) => [
    { name: 'labels', value: labelIds.length - 1 },
    { name: 'validationPairs', value: validationPairs },
  ],
  describe: ({ labelIds }, onGrid) =>
    labelIds ? `${onGrid}, ${labelIds.length - 1} labels` : onGrid,
});
