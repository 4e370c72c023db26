import type { NiftiGeometry } from '../../../../imaging/nifti/header';
import type { ComputedValues, DataPortType } from '../../data-kinds/index';

/**
 * Compresses a file's bytes by gzip.
 * @param repeats whether the content is worth searching for what it says twice: labels and images are, a field is not
 */
export type Gzip = (
  bytes: Uint8Array,
  options: { readonly repeats: boolean },
) => Uint8Array | Promise<Uint8Array>;

export interface WriteContext {
  /** Header of the image on whose grid the value lies, where a file brought one. */
  readonly geometry: NiftiGeometry | undefined;
  readonly gzip: Gzip;
  /** What only a person can say of the value, for formats that hold such words. */
  readonly words?: Readonly<Record<string, string>>;
}

/** One form in which a value can be kept as a file; its line in `index.ts` makes it a format. */
export interface FileWriter<Type extends DataPortType = DataPortType> {
  readonly format: string;
  /** The data kind that it writes. */
  readonly of: Type;
  /** How names of such files end, the usual one first. */
  readonly endings: readonly [usual: string, ...others: string[]];
  /**
   * The set that it belongs to, where a value is saved as several files: a recipe then names the set,
   * and each file's name is a prefix and the usual ending.
   */
  readonly partOf?: string;
  /** Whether a value has what the file holds. Left out: every value of the kind has. */
  readonly isIn?: (value: ComputedValues[Type]) => boolean;
  /**
   * The bytes of the file, compressed where its usual ending says so; undefined where `isIn` is
   * false. A library that is large and seldom needed is imported in here.
   */
  readonly write: (
    value: ComputedValues[Type],
    context: WriteContext,
  ) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
}
