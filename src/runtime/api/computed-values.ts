import type { MovingWorldFromFixedWorld } from '../../imaging/frames';
import type { Grid } from '../../imaging/grid';
import type { TensorFlow } from '../networks/tensorflow';
import type { LoweringProblem } from './diagnostics';
import type { DeviceKind } from './engine-api';

/** Three planes of a vector field: x, y, z of the world (RAS+), mm, one number a voxel each. */
export type PlanesMm = readonly [Float32Array, Float32Array, Float32Array];

export interface ComputedImage {
  readonly kind: 'image';
  readonly grid: Grid;
  /** One number a voxel. */
  readonly values: Float32Array;
}

export interface ComputedLabels {
  readonly kind: 'labels';
  readonly grid: Grid;
  /** One whole number a voxel, 0 the background. */
  readonly values: Float32Array;
  /** Labels that occur, ascending, without the background. */
  readonly present: readonly number[];
}

/** Fixed world → moving world, mm: moving = affine · (x + displacement(x)). */
export interface ComputedTransform {
  readonly kind: 'transform';
  /** Grid of the fixed image: where the displacement lives. */
  readonly grid: Grid;
  readonly affine: MovingWorldFromFixedWorld;
  readonly displacementMm?: PlanesMm;
  /** Displacement of the inverse of x + displacement(x), on the same grid. */
  readonly inverseDisplacementMm?: PlanesMm;
}

export interface ComputedTable {
  readonly kind: 'table';
  readonly rows: readonly { readonly name: string; readonly value: number }[];
}

/** The data of every port type as numbers: what `PortValues` are once a plan has run. */
export interface ComputedValues {
  readonly image: ComputedImage;
  readonly labels: ComputedLabels;
  readonly transform: ComputedTransform;
  readonly table: ComputedTable;
}

export type ComputedValue = ComputedValues[keyof ComputedValues];

/** Port types whose values exist at run time; the others are parts of a recipe. */
export type DataPortType = keyof ComputedValues;

/** What a node may know and do while it computes. */
export interface ComputeContext {
  readonly nodeId: string;
  /** The device that the recipe runs on. */
  readonly device: DeviceKind;
  /**
   * TensorFlow.js on that device, loaded on first need. Its tensors live as long as the node
   * computes: what it gives are arrays.
   */
  tensorFlow(): Promise<TensorFlow>;
  /** Aborted when the run is cancelled: stop, and reject or give anything; it is thrown away. */
  readonly signal: AbortSignal;
  /** Stops with a diagnostic on this node: its data is wrong in a way that the person can mend. */
  refuse(problem: LoweringProblem): never;
}

/** What arrives at the inputs of a node that computes, by port. */
export type ArrivedValues = Readonly<
  Record<string, ComputedValue | readonly ComputedValue[] | undefined>
>;
