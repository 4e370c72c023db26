import { landmarkNames } from '../../../imaging/points/landmark-names';
import { pointsType, type ValueId } from '../../ir/values';
import { defineDataKind, type PlanesMm, threePlanes } from './define-data-kind';

/** Places in the world, by name where a file names them. */
export interface LandmarksValue {
  readonly kind: 'landmarks';
  readonly count: number;
  /** One a landmark, none twice; absent where the file named none: then their order tells them apart. */
  readonly names?: readonly string[];
  /**
   * What the numbers are: `mm` of the RAS+ world. `voxels` of an image, from 0, only in what a loader is bound
   * to: `load.landmarks` gives mm.
   */
  readonly unit: 'mm' | 'voxels';
  /** Points of three channels. */
  readonly points: ValueId;
}

export interface ComputedLandmarks {
  readonly kind: 'landmarks';
  readonly names?: readonly string[];
  readonly unit: 'mm' | 'voxels';
  /** x, y and z, one number a landmark each. */
  readonly planes: PlanesMm;
}

export const landmarksKind = defineDataKind<LandmarksValue, ComputedLandmarks>({
  traits: { isPlural: true, mayBeLeftOut: true },
  mapParts: (value, map) => ({
    ...value,
    points: map(value.points, 'landmarks', pointsType(value.count, 3)),
  }),
  toNumbers: ({ points, count: _, ...value }, planesOf) => ({
    ...value,
    planes: threePlanes(planesOf(points)),
  }),
  fromNumbers: ({ planes, ...value }, made) => ({
    ...value,
    count: planes[0].length,
    points: made.points(planes),
  }),
  asTable: ({ planes, ...value }) =>
    landmarkNames({ ...value, count: planes[0].length }).flatMap((name, index) =>
      (['x', 'y', 'z'] as const).map((axis, channel) => ({
        name: `${name}.${axis}`,
        value: planes[channel]?.[index] ?? Number.NaN,
      })),
    ),
  file: {
    accept: '.csv,.tsv,.txt,.fcsv,.json,text/csv,text/plain,application/json',
    call: 'Choose landmarks',
    aside: ': a CSV table, or points of elastix or 3D Slicer',
  },
  describe: ({ count }) => `${count} points`,
});
