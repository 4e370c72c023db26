import type { Vec3 } from '../../../src/imaging/frames';
import { axisAlignedGrid, type Grid, spacingMm } from '../../../src/imaging/grid';
import { labelsOf, scalars, turnedGrid } from '../../support/case-values';
import type { OpCase } from '../../support/op-case';

const onHost = { absolute: 1e-5, relative: 1e-6, because: 'computed on the host' } as const;

/** A box of voxels, both ends counted. */
interface Box {
  readonly low: Vec3;
  readonly high: Vec3;
}

/** Places (mm) between the voxels where the surface of a box lies, and how much of it: sides, edges, corners. */
function surfaceOf({ low, high }: Box, spacing: Vec3, isSlice: boolean) {
  const [a, b, c] = spacing;
  const places: { readonly at: Vec3; readonly area: number }[] = [];
  for (let z = low[2]; z <= (isSlice ? low[2] : high[2] + 1); z += 1)
    for (let y = low[1]; y <= high[1] + 1; y += 1)
      for (let x = low[0]; x <= high[0] + 1; x += 1) {
        const ends = [x, y, z].map(
          (v, axis) => !(axis === 2 && isSlice) && (v === low[axis] || v === high[axis]! + 1),
        );
        const count = ends.filter(Boolean).length;
        if (count === 0) continue;
        const edge = ends.map((end, axis) => (end ? spacing[axis]! / 2 : 0));
        const along = spacing.find((_, axis) => !ends[axis]) ?? 1;
        const side = (a * b * c) / spacing[ends.indexOf(true)]!;
        const corner = Math.hypot(b * c, a * c, a * b) / 8;
        const area = isSlice
          ? count === 2
            ? Math.hypot(a, b) / 2
            : ends[0]
              ? b
              : a
          : count === 3
            ? corner
            : count === 2
              ? Math.hypot(...edge) * along
              : side;
        places.push({ at: [a * x, b * y, c * z], area });
      }
  return places;
}

/** Largest distance, percentile and mean between two boxes, every place with every other. */
function between(first: Box, second: Box, spacing: Vec3, isSlice = false) {
  const surfaces = [first, second].map((box) => surfaceOf(box, spacing, isSlice));
  const ways = ([0, 1] as const).map((from) => {
    const found = surfaces[from]!.map(({ at, area }) => {
      const distances = surfaces[1 - from]!.map((other) =>
        Math.hypot(...at.map((v, axis) => v - other.at[axis]!)),
      );
      return [Math.min(...distances), area] as const;
    }).sort(([a], [b]) => a - b);
    const surface = found.reduce((sum, [, area]) => sum + area, 0);
    const upTo = (index: number) =>
      found.slice(0, index + 1).reduce((sum, [, area]) => sum + area, 0);
    const percentile = found.find((_, index) => upTo(index) >= 0.95 * surface)![0];
    const sum = found.reduce((total, [distance, area]) => total + distance * area, 0);
    return { largest: found.at(-1)![0], percentile, sum, surface };
  });
  const [there, back] = ways as [(typeof ways)[0], (typeof ways)[0]];
  return [
    Math.max(there.largest, back.largest),
    Math.max(there.percentile, back.percentile),
    (there.sum + back.sum) / (there.surface + back.surface),
  ] as const;
}

const boxes = (grid: Grid, ...labels: readonly (readonly [number, Box])[]) =>
  labelsOf(grid, (...voxel) => {
    const isIn = ({ low, high }: Box) =>
      voxel.every((v, axis) => v >= low[axis]! && v <= high[axis]!);
    return labels.find(([, box]) => isIn(box))?.[0] ?? 0;
  });

const grid = turnedGrid([11, 9, 8], [1.2, 0.8, 2.5], [3, -4, 5]);
const first: Box = { low: [2, 2, 1], high: [5, 5, 4] };
const second: Box = { low: [4, 3, 2], high: [8, 6, 4] };
/** Reaches the edge of the image. */
const atEdge: Box = { low: [0, 7, 0], high: [10, 8, 7] };
const inMm = between(first, second, spacingMm(grid));
const inVoxels = between(first, second, [1, 1, 1]);

const slice = axisAlignedGrid([12, 10, 1], [0.7, 1.3, 5]);
const flat: Box = { low: [2, 2, 0], high: [5, 6, 0] };
const moved: Box = { low: [4, 2, 0], high: [7, 6, 0] };

/** HD, HD95, mean over both surfaces, and HD95 again, as voxels are 1 mm. */
const roughDistances = [5.196152422706632, 5, 1.301170213968852, 5];
const rough = axisAlignedGrid([11, 9, 8], [1, 1, 1]);

export const cases: readonly OpCase[] = [
  {
    op: 'surfaceDistance',
    name: 'boxes shifted and of unlike size, anisotropic; one that is the same in both; one lost; one in neither',
    inputs: {
      fixed: boxes(grid, [1, first], [2, atEdge], [3, { low: [9, 0, 0], high: [10, 1, 1] }]),
      warped: boxes(grid, [2, second], [1, atEdge]),
      fixedPlaces: scalars(-1, 0, 1, 2, 3),
      warpedPlaces: scalars(-1, 1, 0, 2, 3),
    },
    attributes: { places: 4 },
    expected: {
      report: [
        [
          ...[...inMm, inVoxels[1]].map((distance) => distance / 2),
          2,
          ...inMm,
          inVoxels[1],
          ...[0, 0, 0, 0],
          ...[-1, -1, -1, -1],
          ...[-1, -1, -1, -1],
        ],
      ],
    },
    gpu: onHost,
  },
  {
    op: 'surfaceDistance',
    name: 'one slice: contours',
    inputs: {
      fixed: boxes(slice, [1, flat]),
      warped: boxes(slice, [1, moved]),
      fixedPlaces: scalars(-1, 0),
      warpedPlaces: scalars(-1, 0),
    },
    attributes: { places: 1 },
    expected: {
      report: [
        [0, 1].flatMap((place) => [
          ...between(flat, moved, [0.7, 1.3, 1], true),
          between(flat, moved, [1, 1, 1], true)[1],
          ...(place === 0 ? [0] : []),
        ]),
      ],
    },
    gpu: onHost,
  },
  {
    op: 'surfaceDistance',
    name: 'rough masks of every kind of cell: what surface-distance 0.1 gives',
    inputs: {
      fixed: labelsOf(rough, (x, y, z) =>
        (x * x * 3 + y * y * 5 + z * z * 7 + x * y) % 11 < 5 && x < 6 ? 1 : 0,
      ),
      warped: labelsOf(rough, (x, y, z) =>
        (x * x * 2 + y * y * 3 + z * 5 + y * z) % 13 < 6 && x > 2 ? 1 : 0,
      ),
      fixedPlaces: scalars(-1, 0),
      warpedPlaces: scalars(-1, 0),
    },
    attributes: { places: 1 },
    expected: { report: [[...roughDistances, 0, ...roughDistances]] },
    gpu: onHost,
  },
  {
    op: 'surfaceDistance',
    name: 'none of the labels occurs',
    inputs: {
      fixed: boxes(slice, [1, flat]),
      warped: boxes(slice, [1, moved]),
      fixedPlaces: scalars(-1, -1),
      warpedPlaces: scalars(-1, -1),
    },
    attributes: { places: 1 },
    expected: { report: [[-1, -1, -1, -1, 1, -1, -1, -1, -1]] },
    gpu: onHost,
  },
];
