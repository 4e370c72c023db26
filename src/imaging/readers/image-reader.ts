import type { NiftiImage, NiftiResult } from '../nifti/read-nifti';

/** A file as it was opened: untrusted bytes. */
export interface OpenedFile {
  /** Without its folder; only for messages and where nothing else tells formats apart. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The second file of a format that keeps its voxels apart from its header. */
  readonly voxelBytes?: Uint8Array;
}

export interface ReadOptions {
  /** Which frame of a series to read, from 0; without it a file of several frames is refused. */
  readonly frame?: number;
}

/**
 * One frame of a file, in real units and RAS+. `geometry` holds the header fields that go back into a
 * NIfTI file on the same grid; a format that has none gives those that `geometryOf` makes of the grid.
 */
export type ReadImage = NiftiImage;

/** The image with its warnings, or why there is none. */
export type ReadImageResult = NiftiResult;

/** Reads one image format; its line in `index.ts` makes loaders take it. */
export interface ImageReader {
  readonly format: string;
  /** Whether the file is of this format: by content where it says so, else by name. Cheap. */
  recognises(file: OpenedFile): boolean;
  /**
   * Expected faults come back as problems. Nothing is allocated before sizes are checked. A library
   * that is large and seldom needed is imported in here.
   */
  read(file: OpenedFile, options: ReadOptions): ReadImageResult | Promise<ReadImageResult>;
}
