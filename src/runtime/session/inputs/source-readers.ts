import { readPackedCases } from '../../../imaging/cases/read-cases';
import { identityMatrix, type MovingWorldFromFixedWorld, type Vec3 } from '../../../imaging/frames';
import { axisAlignedGrid } from '../../../imaging/grid';
import type { FileProblem, ImageWarning } from '../../../imaging/image-problem';
import { labelVolumeOf } from '../../../imaging/label-volume';
import type { NiftiGeometry } from '../../../imaging/nifti/header';
import type { Landmark } from '../../../imaging/phantoms/landmarks';
import type { PointReading } from '../../../imaging/points/point-file';
import { readPointFile } from '../../../imaging/points/read-points';
import type { OpenedFile } from '../../../imaging/readers/image-reader';
import { readImageFile } from '../../../imaging/readers/index';
import { runHeeding, type Steps } from '../../../imaging/steps';
import { imageVolumeOf, type StoredImage, type VolumeResult } from '../../../imaging/stored-image';
import { readTransformFile } from '../../../imaging/transforms/read-transform';
import { planesOf, type Volume } from '../../../imaging/volume';
import type { ComputedValue } from '../../api/data-kinds/index';
import type { NetworkValue } from '../../api/data-kinds/network';
import type { NetworkReading, Reading, SourceKind } from '../../api/engine/inputs';
import { architectures } from '../../networks/architectures/index';
import { NetworkFileProblem } from '../../networks/files/network-file-problem';
import { networkOf } from '../../networks/files/network-value';
import { unpackNetwork } from '../../networks/files/pack-network';
import { readNetwork } from '../../networks/files/read-network';

/** What a file holds, as data of a kind. */
export interface SourceData {
  readonly computed: ComputedValue;
  /** As it is stored, where it is one plane of voxels. */
  readonly volume?: Volume;
  /** Header fields that a file on the same grid is written with, where it lies on one. */
  readonly geometry?: NiftiGeometry;
}

export type SourceResult =
  | {
      readonly ok: true;
      readonly data: SourceData;
      /** Tells apart what one file holds when it is read in different ways; empty for the usual one. */
      readonly reading: string;
      readonly warnings: readonly ImageWarning[];
    }
  | { readonly ok: false; readonly problem: FileProblem };

/** How a file is to be read. Reading ends soon after `signal` is aborted, with its reason thrown. */
export type SourceOptions = Pick<Reading, 'frame' | 'framesAsChannels' | 'points' | 'network'> & {
  readonly signal: AbortSignal;
};

/** Makes data of a file's untrusted bytes; expected faults come back as problems. */
export type SourceReader = (file: OpenedFile, options: SourceOptions) => Promise<SourceResult>;

/** What loaders can ask for, a reader each. */
export const sourceReaders: Readonly<Record<SourceKind, SourceReader>> = {
  image: volumeReader(imageVolumeOf),
  labels: volumeReader(labelVolumeOf),
  transform: async ({ name, bytes }) => transformFrom(bytes, name),
  landmarks: async ({ name, bytes }, { points }) => landmarksFrom(bytes, name, points),
  cases: async (file) => {
    const read = readPackedCases(file);
    if (!read.ok) return read;
    const data = { computed: { kind: 'cases', cases: read.cases } } as const;
    return { ok: true, data, reading: '', warnings: [] };
  },
  network: async ({ name, bytes }, { network }) => networkFrom(bytes, name, network),
};

/**
 * Where a linear map lies that was read from a file, which says nothing of it: one voxel. `load.transform`
 * gives it the grid of the image it is wired to.
 */
const nowhere = axisAlignedGrid([1, 1, 1], [1, 1, 1]);

function transformFrom(bytes: Uint8Array, name: string): SourceResult {
  const read = readTransformFile(bytes, name);
  if (!read.ok) return read;
  const { transform, warnings } = read;
  const data: SourceData =
    transform.kind === 'affine'
      ? {
          computed: {
            kind: 'transform',
            grid: nowhere,
            affine: transform.movingWorldFromFixedWorld,
          },
        }
      : {
          computed: {
            kind: 'transform',
            grid: transform.field.grid,
            affine: identityMatrix as MovingWorldFromFixedWorld,
            displacementMm: transform.field.componentsMm,
          },
          geometry: transform.geometry,
        };
  return { ok: true, data, reading: '', warnings };
}

function landmarksFrom(
  bytes: Uint8Array,
  name: string,
  reading: PointReading = { set: 'only', coordinates: 'stated' },
): SourceResult {
  const read = readPointFile(bytes, name, reading);
  if (!read.ok) return read;
  const { names, unit, planes } = read.points;
  return {
    ok: true,
    data: { computed: { kind: 'landmarks', ...(names && { names }), unit, planes } },
    // One file read as other points, or in another frame, is different data.
    reading: `${reading.set}-${reading.coordinates}`,
    warnings: [],
  };
}

function networkFrom(
  bytes: Uint8Array,
  name: string,
  { arrayAxes, spacingMm }: NetworkReading = { arrayAxes: 'xyz', spacingMm: 0 },
): SourceResult {
  try {
    const read = readNetwork(unpackNetwork(bytes), architectures, { arrayAxes });
    const computed = withSpacing(networkOf(read), spacingMm);
    return { ok: true, data: { computed }, reading: `${arrayAxes}-${spacingMm}`, warnings: [] };
  } catch (error) {
    if (!(error instanceof NetworkFileProblem)) throw error;
    return { ok: false, problem: { file: name, code: 'not-a-network', found: error.message } };
  }
}

/**
 * A network with the spacing that somebody told, where its file does not tell it.
 * @throws NetworkFileProblem where the file tells another one
 */
function withSpacing(network: NetworkValue, edgeMm: number): NetworkValue {
  const { domain } = network;
  if (edgeMm === 0 || !domain) return network;
  const spacingMm: Vec3 = [edgeMm, edgeMm, edgeMm];
  const { spacingMm: stated } = domain;
  if (!stated) return { ...network, domain: { ...domain, spacingMm } };
  // Of a slice the third says nothing.
  const told = stated.slice(0, domain.sizeVoxels[2] === 1 ? 2 : 3);
  if (told.every((edge) => edge === edgeMm)) return network;
  throw new NetworkFileProblem(
    'foreign',
    `The file says that the network has learned from voxels of ${told.join(' × ')} mm, and not of ${edgeMm} mm.`,
  );
}

/** Landmarks of a generated head. */
export function dataOfLandmarks(landmarks: readonly Landmark[]): SourceData {
  const plane = (axis: 0 | 1 | 2) => Float32Array.from(landmarks, ({ pointMm }) => pointMm[axis]);
  const computed = {
    kind: 'landmarks',
    names: landmarks.map(({ name }) => name),
    unit: 'mm',
    planes: [plane(0), plane(1), plane(2)],
  } as const;
  return { computed };
}

/** A volume as data of its kind. */
export function dataOfVolume(volume: Volume): SourceData {
  const { grid } = volume;
  const computed: ComputedValue =
    volume.kind === 'image' ? { kind: 'image', grid, planes: planesOf(volume) } : { ...volume };
  return { computed, volume };
}

/** Reads one frame of an image of any format, or all of them as its channels. */
function volumeReader(volumeOf: (image: StoredImage) => Steps<VolumeResult<Volume>>): SourceReader {
  return async (file, { frame: wanted, framesAsChannels, signal }) => {
    const read = await readImageFile(file, {
      ...(wanted === undefined ? {} : { frame: wanted }),
      ...(framesAsChannels === undefined ? {} : { framesAsChannels }),
      signal,
    });
    if (!read.ok) return read;
    const made = await runHeeding(volumeOf(read.image), signal);
    if (!made.ok) return made;
    const { geometry, frame } = read.image;
    return {
      ok: true,
      data: { ...dataOfVolume(made.volume), geometry },
      // Frames of one file are different data; the first one goes without a number.
      reading: framesAsChannels ? 'channels' : frame ? String(frame) : '',
      warnings: [...read.warnings, ...made.warnings],
    };
  };
}
