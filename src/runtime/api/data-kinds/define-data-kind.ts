import type { Matrix3x4 } from '../../../imaging/frames';
import type { Grid } from '../../../imaging/grid';
import type { LabelIds } from '../../../imaging/volume';
import { InternalError } from '../../internal-error';
import type { ValueId, ValueType } from '../../ir/values';

/** What is asked of a port type, so that nobody has to ask for its name. */
export interface PortTraits {
  /** Its name is a plural and takes no article. */
  readonly isPlural?: true;
  /** A recipe is useful without it: loaders without data are left out, with what needs them. */
  readonly mayBeLeftOut?: true;
  /** The node's id names its loss in traces, so that two nodes never share one result. */
  readonly namesItsLoss?: true;
}

/** What all data values have in common while a recipe is compiled: shapes and ids, no numbers. */
export interface DataValueBase {
  readonly kind: string;
  /** Where the value lies, if it lies on a grid. */
  readonly grid?: Grid;
}

/** What all data values have in common once they are numbers. */
export interface ComputedValueBase {
  readonly kind: string;
}

/**
 * Called with each program value that a data value is made of; gives what is to stand in its place.
 * @param part what it is to the data value, for messages
 * @param type what it has to be; left out where any will do
 */
export type MapPart = (id: ValueId, part: string, type?: ValueType) => ValueId;

/** Numbers of a program value: one plane a channel, or one of scalars. Empty where there are none. */
export type PlanesOf = (id: ValueId) => readonly Float32Array[];

/** Indices of a program value of whole numbers: one plane. Empty where there are none. */
export type IndicesOf = (id: ValueId) => readonly Uint32Array[];

/** Makes program values out of numbers. */
export interface NewValues {
  /**
   * One plane a channel, one number a voxel.
   * @throws InternalError where a plane is not of the grid's size
   */
  field(grid: Grid, planes: readonly Float32Array[]): ValueId;
  /**
   * One index a voxel.
   * @throws InternalError where the plane is not of the grid's size
   */
  indices(grid: Grid, plane: Uint32Array): ValueId;
  scalars(numbers: readonly number[]): ValueId;
  /**
   * One plane a channel, one number a point.
   * @throws InternalError where planes differ in length
   */
  points(planes: readonly Float32Array[]): ValueId;
}

/** Three planes of vectors: x, y, z of the world (RAS+), mm, one number a voxel or a point each. */
export type PlanesMm = readonly [Float32Array, Float32Array, Float32Array];

/** Fields on one grid, planar: one plane a channel. */
export interface GridPlanes {
  readonly grid: Grid;
  readonly planes: readonly (Float32Array | Uint32Array)[];
  /** Where the numbers are indices of labels: the label by index. */
  readonly labelIds?: LabelIds;
}

/** Named numbers, in their order. */
export type NamedNumbers = readonly { readonly name: string; readonly value: number }[];

/** How a person is asked for a file. */
export interface FileRequest {
  /** Endings and media types, as a file picker takes them. */
  readonly accept: string;
  /** On a button. */
  readonly call: string;
  /** What goes on "Or drop one onto the node", with its first punctuation mark. */
  readonly aside: string;
  /** Several files are one datum. */
  readonly takesMany?: true;
}

/** Endings and media types of NIfTI files. */
export const niftiFiles = '.nii,.gz,.nii.gz,application/gzip';

/** One file of voxels, or a pair. */
export const volumeFile: FileRequest = {
  accept: `${niftiFiles},.hdr,.img`,
  call: 'Choose a NIfTI file',
  aside: '; of a pair, .hdr and .img together',
};

/**
 * Everything that the compiler, the session and the page know of a data kind. How it can be read is a method
 * for each form of `ReadRequest`; one that is missing says that it has no such form.
 */
export interface DataKind<Value extends DataValueBase, Computed extends ComputedValueBase> {
  readonly traits: PortTraits;
  /** A copy in which each program value is what `map` gives for it, visited in a fixed order. */
  mapParts(value: Value, map: MapPart): Value;
  /** The value as numbers. Arrays are handed on, not copied. */
  toNumbers(value: Value, planesOf: PlanesOf, indicesOf: IndicesOf): Computed;
  /** The value of a program for these numbers. */
  fromNumbers(computed: Computed, values: NewValues): Value;
  asVolume?(computed: Computed): GridPlanes;
  /** Fixed world → moving world, mm; the displacement (three planes) where it has one. */
  asTransform?(computed: Computed): {
    readonly affine: Matrix3x4;
    readonly displacement?: GridPlanes;
  };
  asTable?(computed: Computed): NamedNumbers;
  /** Of a kind whose table is among the metrics of a run: the names of its rows. */
  metricNames?(value: Value): readonly string[];
  /** Of a kind that loaders bring: how a person is asked for a file of it. */
  readonly file?: FileRequest;
  /**
   * What is bound, in a few words.
   * @param onGrid size and spacing of the value's grid; empty where it has none
   */
  describe?(value: Value, onGrid: string): string;
}

/** Declares a data kind; its line in `index.ts` makes it a port type. */
export function defineDataKind<Value extends DataValueBase, Computed extends ComputedValueBase>(
  kind: DataKind<Value, Computed>,
): DataKind<Value, Computed> {
  return kind;
}

/**
 * The first plane of a value.
 * @throws InternalError where it has no numbers
 */
export function onePlane<Plane>(planes: readonly Plane[]): Plane {
  const [plane] = planes;
  if (!plane) throw new InternalError('A kept result has no numbers.');
  return plane;
}

/**
 * The three planes of a vector.
 * @throws InternalError where there are fewer
 */
export function threePlanes(planes: readonly Float32Array[]): PlanesMm {
  const [x, y, z] = planes;
  if (!x || !y || !z) throw new InternalError('A kept vector has fewer than three components.');
  return [x, y, z];
}
