import type { PointReading } from '../../../imaging/points/point-file';
import type { DataValue } from '../data-kinds/index';

/** What files can be read as: a reader each, in `session/inputs/source-readers.ts`. */
export type SourceKind = 'image' | 'labels' | 'transform' | 'landmarks' | 'cases' | 'network';

/** What the file of a network does not say where others wrote it. */
export interface NetworkReading {
  /** Which axes its arrays had. */
  readonly arrayAxes: 'xyz' | 'zyx';
  /** Edge of the voxels that it has learned from; 0: as the file says. */
  readonly spacingMm: number;
}

/** How a file is read, whichever file it is. */
export interface Reading {
  readonly as: SourceKind;
  /** Which frame of a series is wanted, from 0; generated heads have only one. */
  readonly frame?: number;
  /** The frames of a series are the channels of one image. */
  readonly framesAsChannels?: true;
  /** Of landmarks: which of a file's points, and what their numbers are where it does not say it. */
  readonly points?: PointReading;
  /** Of a network: what its file does not say where others wrote it. */
  readonly network?: NetworkReading;
}

/** What a request says of how a file is read, apart from which file it is. */
export function readingOf({ as, frame, framesAsChannels, points, network }: Reading): Reading {
  return {
    as,
    ...(frame === undefined ? {} : { frame }),
    ...(framesAsChannels === undefined ? {} : { framesAsChannels }),
    ...(points === undefined ? {} : { points }),
    ...(network === undefined ? {} : { network }),
  };
}

/** Where a loader's data comes from, as the document says it. */
export type SourceRequest = Reading &
  (
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
        /** Comes with Weft. */
        readonly kind: 'bundled';
        readonly name: string;
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
