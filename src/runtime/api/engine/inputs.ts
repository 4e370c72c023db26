import type { Grid } from '../../../imaging/grid';

/** Where a loader's data comes from, as the document says it. */
export type SourceRequest = {
  readonly as: 'image' | 'labels';
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

/** What the compiler knows of bound data: its shape, never its voxels. */
export type InputDescriptor =
  | { readonly kind: 'image'; readonly grid: Grid }
  | { readonly kind: 'labels'; readonly grid: Grid; readonly present: readonly number[] };
