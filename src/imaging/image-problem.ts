import type { Matrix3x4 } from './frames';
import type { FileKind } from './nifti/file-kind';
import type { OtherVectors } from './nifti/intents';
import type { PointFrame } from './points/point-frame';
import type { ScalarType } from './volume';

/** Why an image file was refused: plain data; the wording is in `problem-messages.ts`. */
export type ImageProblem = { readonly file: string } & (
  | { readonly code: 'empty' }
  | { readonly code: 'not-nifti'; readonly found: FileKind }
  | { readonly code: 'bad-magic'; readonly magic: string }
  | { readonly code: 'analyze' }
  | { readonly code: 'compressed-twice' }
  | { readonly code: 'damaged-compression'; readonly expandedBytes: number }
  /** All voxels are there, but the content is not what its checksum says. */
  | { readonly code: 'checksum-differs' }
  /** All voxels are there, but the end of the file with its checksum is not. */
  | { readonly code: 'cut-compression' }
  | {
      readonly code: 'hostile-compression';
      readonly fault: 'long-header' | 'empty-members';
    }
  | { readonly code: 'truncated'; readonly expectedBytes: number; readonly foundBytes: number }
  | { readonly code: 'header-without-image' }
  | { readonly code: 'bad-dimensions'; readonly dimensions: readonly number[] }
  | { readonly code: 'too-small'; readonly dimensions: readonly number[] }
  | {
      readonly code: 'too-large';
      readonly dimensions: readonly number[];
      readonly voxels: number;
      readonly limitVoxels: number;
    }
  | { readonly code: 'out-of-memory'; readonly neededBytes: number }
  | { readonly code: 'several-frames'; readonly frameCount: number }
  | { readonly code: 'no-such-frame'; readonly frame: number; readonly frameCount: number }
  | {
      readonly code: 'too-many-dimensions';
      readonly dimensions: readonly number[];
      readonly intentCode: number;
    }
  | {
      readonly code: 'not-intensities';
      readonly dimensions: readonly number[];
      readonly intentCode: number;
      readonly found: OtherVectors;
    }
  /** Frames were asked for as channels, and one of them too. */
  | { readonly code: 'frame-and-channels'; readonly frame: number }
  /** Frames were asked for as channels, and are coloured. */
  | { readonly code: 'coloured-frames'; readonly frameCount: number }
  | { readonly code: 'too-many-channels'; readonly channels: number; readonly limit: number }
  /** A map of labels has one number a voxel. */
  | { readonly code: 'labels-of-channels'; readonly channels: number }
  | {
      readonly code: 'unsupported-datatype';
      readonly datatypeCode: number;
      /** What the code stands for, where the NIfTI standard knows it. */
      readonly typeName: string | null;
    }
  | { readonly code: 'bad-offset'; readonly offsetBytes: number; readonly limitBytes: number }
  | { readonly code: 'bad-spacing'; readonly spacing: readonly number[] }
  | {
      readonly code: 'bad-affine';
      readonly source: GeometrySource;
      readonly matrix: Matrix3x4;
    }
  | {
      readonly code: 'not-a-displacement-field';
      readonly dimensions: readonly number[];
      readonly intentCode: number;
    }
  | {
      readonly code: 'not-labels';
      readonly reason: 'fraction' | 'too-large';
      /** The value as the file means it. */
      readonly value: number;
      readonly storedType: ScalarType;
      /** Whole numbers up to here are exact in that type. */
      readonly largestExact: number;
    }
  | { readonly code: 'too-many-labels'; readonly limit: number }
);

/** What a person should know about an image that was read all the same. */
export type ImageWarning = { readonly file: string } & (
  | { readonly code: 'geometry-disagrees'; readonly largestDistanceMm: number }
  | { readonly code: 'no-orientation' }
  | { readonly code: 'sheared'; readonly axisAngleDegrees: number }
  | { readonly code: 'units-converted'; readonly unit: 'metre' | 'micron' }
  | { readonly code: 'units-unstated'; readonly unitCode: number }
  | { readonly code: 'spacing-assumed'; readonly axis: 'x' | 'y' | 'z' }
  | { readonly code: 'non-finite-voxels'; readonly count: number }
  | { readonly code: 'checksum-not-reached'; readonly uncheckedBytes: number }
  | { readonly code: 'scaling-ignored'; readonly slope: number; readonly intercept: number }
);

/** Why a transform file was refused. */
export type TransformProblem = { readonly file: string } & (
  | { readonly code: 'not-itk-transform' }
  /** A binary file of ITK's that holds a transform. */
  | { readonly code: 'transform-container'; readonly found: 'HDF5' | 'MATLAB' }
  | { readonly code: 'unsupported-transform'; readonly found: string }
  | { readonly code: 'one-transform-needed'; readonly count: number }
  | {
      readonly code: 'bad-transform-numbers';
      readonly field: 'Parameters' | 'FixedParameters';
      readonly transform: string;
      readonly expectedCount: number;
      readonly foundCount: number;
    }
  | { readonly code: 'singular-transform'; readonly determinant: number }
);

/** Why a file of points was refused. */
export type PointProblem = { readonly file: string } & (
  | { readonly code: 'not-points' }
  | { readonly code: 'no-points' }
  | { readonly code: 'too-many-points'; readonly limit: number }
  /** `line` of the file, or of a list in it: the place of the point. */
  | { readonly code: 'bad-point'; readonly line: number; readonly found: string }
  | { readonly code: 'flat-points' }
  | { readonly code: 'point-count-differs'; readonly stated: number; readonly found: number }
  | { readonly code: 'point-columns-missing'; readonly columns: string }
  | { readonly code: 'two-point-sets' }
  | { readonly code: 'no-such-point-set'; readonly asked: 'only' | 'fixed' | 'moving' }
  | { readonly code: 'point-name-twice'; readonly name: string }
  | { readonly code: 'long-point-name'; readonly length: number; readonly limit: number }
  | { readonly code: 'unnamed-point'; readonly point: number }
  | { readonly code: 'points-frame-unstated' }
  | {
      readonly code: 'points-frame-contradicted';
      readonly stated: PointFrame;
      readonly asked: PointFrame;
    }
  | { readonly code: 'points-in-two-frames' }
  | { readonly code: 'points-in-other-unit'; readonly found: string }
);

/** Why files of cases were refused: plain data; the wording is in `cases/problem-messages.ts`. */
export type CasesProblem = { readonly file: string } & (
  | { readonly code: 'not-cases' }
  | { readonly code: 'damaged-cases' }
  | { readonly code: 'no-cases' }
  | { readonly code: 'too-many-cases'; readonly limit: number }
  /** A map of labels, and the images that it may belong to: none, or several. */
  | { readonly code: 'labels-without-image'; readonly images: readonly string[] }
  | {
      readonly code: 'two-maps-of-labels';
      readonly image: string;
      readonly labels: readonly string[];
    }
  | { readonly code: 'two-tables'; readonly tables: readonly string[] }
  | { readonly code: 'case-columns-missing'; readonly columns: string }
  | { readonly code: 'case-file-missing'; readonly line: number; readonly name: string }
  | { readonly code: 'case-split-unknown'; readonly line: number; readonly found: string }
  | { readonly code: 'case-twice'; readonly line: number; readonly name: string }
);

/** Why a file is not a network. */
export type NetworkFileFault = {
  readonly file: string;
  readonly code: 'not-a-network';
  /** What is wrong with which part of it, in a sentence. */
  readonly found: string;
};

/** Why a file that a loader was given was refused. */
export type FileProblem =
  | ImageProblem
  | TransformProblem
  | PointProblem
  | CasesProblem
  | NetworkFileFault;

/** Which of a NIfTI header's three descriptions of the world was used. */
export type GeometrySource = 'sform' | 'qform' | 'pixdim';
