import type { DataValue } from '../data-kinds/index';

/** What files can be read as: a reader each, in `session/inputs/source-readers.ts`. */
export type SourceKind = 'image' | 'labels' | 'transform';

/** Where a loader's data comes from, as the document says it. */
export type SourceRequest = {
  readonly as: SourceKind;
  /** Which frame of a series is wanted, from 0; generated heads have only one. */
  readonly frame?: number;
} & (
  | {
      readonly kind: 'phantom';
      readonly name: 'head-2d' | 'head-3d';
      readonly subject: number;
      readonly seed: number;
      readonly contrast: 't1' | 't2' | 'ct';
    }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly sha256?: string;
    }
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly sha256: string;
    }
);

/**
 * What the compiler knows of bound data: its shape, never its numbers. The value of a program of its
 * own, whose ids say nothing; the record of its kind (`mapParts`) names its parts and their types.
 */
export type InputDescriptor = DataValue;
