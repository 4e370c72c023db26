import type { Vec3 } from '../../../imaging/frames';
import { defineDataKind } from './define-data-kind';

/** What one layer has learned, or one part of it. */
export interface NetworkWeight {
  /** As its layer names it: unique within a network, and the same whenever it is built. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The images that a network has learned from, and so the ones that it can be trusted with. */
export interface NetworkDomain {
  /** Of the grid that it sees; one slice in 2-D. */
  readonly sizeVoxels: Vec3;
  readonly spacingMm: Vec3;
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
  describe: ({ architecture, weights }) =>
    `${architecture}, ${weights === undefined ? 'untrained' : 'trained'}`,
});
