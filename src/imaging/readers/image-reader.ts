import type { StoredImageResult } from '../nifti/read-nifti';

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
  /** Read the frames of a series as the channels of one image. */
  readonly framesAsChannels?: boolean;
  /** Reading ends soon after it is aborted; what comes of it then is its reason, thrown. */
  readonly signal?: AbortSignal;
}

/** One frame of the file, as it is stored, with warnings; or why there is none. */
export type ReadImageResult = StoredImageResult;

/** Reads one image format; its line in `index.ts` makes loaders take it. */
export interface ImageReader {
  readonly format: string;
  /** Whether the file is of this format: by content where it says so, else by name. Cheap. */
  recognises(file: OpenedFile): boolean;
  /**
   * Expected faults come back as problems. Nothing is allocated before sizes are checked. What takes
   * long is done in steps (`runHeeding`). A library that is large and seldom needed is imported in here.
   */
  read(file: OpenedFile, options: ReadOptions): Promise<ReadImageResult>;
}
