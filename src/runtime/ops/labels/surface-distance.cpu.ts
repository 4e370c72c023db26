import { type FloatArray, type Share, shareOf } from '../define-kernel';
import { squaredDistances } from './distance-transform.cpu';
import { openAxes, surfaceOfCodes } from './surface-elements';

/** What is measured of each label, in this order. */
export const surfaceMeasures = ['hd', 'hd95', 'assd', 'hd95Voxels'] as const;

/** In front of what is measured of each label: the means, and how many labels could not be measured. */
export const surfaceSummary = surfaceMeasures.length + 1;

type Size = readonly [number, number, number];

export interface SurfaceMaps {
  readonly fixed: Uint32Array;
  readonly warped: Uint32Array;
  /** The label's place by index, −1 where it is not measured. */
  readonly fixedPlaces: FloatArray;
  readonly warpedPlaces: FloatArray;
  readonly measured: FloatArray;
}

export interface SurfaceNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly spacingX: number;
  readonly spacingY: number;
  readonly spacingZ: number;
  readonly places: number;
}

/** The box of a label in both maps together, and in which of them it occurs. */
interface Extent {
  readonly low: [number, number, number];
  readonly high: [number, number, number];
  readonly occurs: [boolean, boolean];
}

/** A surface: its cells of a lattice, and how much of it each holds. */
interface Surface {
  readonly cells: readonly number[];
  readonly codes: readonly number[];
}

/** Distances of the surfaces of labels, four numbers a label, −1 where either map lacks it. Labels are shared out. */
export function measureSurfaces(maps: SurfaceMaps, p: SurfaceNumbers, share: Share): void {
  const [begin, end] = shareOf(p.places, share);
  if (begin === end) return;
  const size: Size = [p.nx, p.ny, p.nz];
  const spacings = [p.spacingX, p.spacingY, p.spacingZ];
  const extents = extentsOf(maps, size, p.places);
  for (let place = begin; place < end; place += 1) {
    const extent = extents[place]!;
    const [inFixed, inWarped] = extent.occurs;
    const found = inFixed && inWarped ? distancesOf(maps, place, extent, size, spacings) : [];
    for (let i = 0; i < surfaceMeasures.length; i += 1) {
      maps.measured[place * surfaceMeasures.length + i] = found[i] ?? -1;
    }
  }
}

/** Means of what is not −1 (−1 where all are), how many labels are −1, then what was measured of each. */
export function reportSurfaces(measured: FloatArray, report: FloatArray, places: number): void {
  const width = surfaceMeasures.length;
  let known = 0;
  const sums = new Float64Array(width);
  for (let place = 0; place < places; place += 1) {
    if (measured[place * width]! < 0) continue;
    known += 1;
    for (let i = 0; i < width; i += 1) sums[i]! += measured[place * width + i]!;
  }
  for (let i = 0; i < width; i += 1) report[i] = known === 0 ? -1 : sums[i]! / known;
  report[width] = places - known;
  report.set(measured.subarray(0, places * width), surfaceSummary);
}

function extentsOf(maps: SurfaceMaps, [nx, ny, nz]: Size, places: number): readonly Extent[] {
  const extents = Array.from(
    { length: places },
    (): Extent => ({ low: [nx, ny, nz], high: [-1, -1, -1], occurs: [false, false] }),
  );
  const widen = (place: number, map: 0 | 1, x: number, y: number, z: number): void => {
    const { low, high, occurs } = extents[place]!;
    occurs[map] = true;
    if (x < low[0]) low[0] = x;
    if (y < low[1]) low[1] = y;
    if (z < low[2]) low[2] = z;
    if (x > high[0]) high[0] = x;
    if (y > high[1]) high[1] = y;
    if (z > high[2]) high[2] = z;
  };
  for (let z = 0, i = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, i += 1) {
        const fixed = maps.fixedPlaces[maps.fixed[i]!] ?? -1;
        const warped = maps.warpedPlaces[maps.warped[i]!] ?? -1;
        if (fixed >= 0) widen(fixed, 0, x, y, z);
        if (warped >= 0) widen(warped, 1, x, y, z);
      }
    }
  }
  return extents;
}

function distancesOf(
  maps: SurfaceMaps,
  place: number,
  extent: Extent,
  size: Size,
  spacings: readonly number[],
): readonly number[] {
  const axes = openAxes(size);
  const cells = extent.low.map((low, axis) =>
    axes.includes(axis) ? extent.high[axis]! - low + 2 : 1,
  ) as unknown as Size;
  const fixed = surfaceIn(maps.fixed, maps.fixedPlaces, place, extent, size, cells);
  const warped = surfaceIn(maps.warped, maps.warpedPlaces, place, extent, size, cells);
  const inMm = between(fixed, warped, cells, spacings, axes);
  if (!inMm) return [];
  const open = axes.map((axis) => spacings[axis]!);
  const areAlike = open.every((spacing) => spacing === open[0]);
  const hd95Voxels = areAlike
    ? inMm.percentile / (open[0] ?? 1)
    : (between(fixed, warped, cells, [1, 1, 1], axes)?.percentile ?? -1);
  return [inMm.largest, inMm.percentile, inMm.mean, hd95Voxels];
}

/** The cells between voxels of which some are the label and some are not; beyond the image nothing is. */
function surfaceIn(
  labels: Uint32Array,
  places: FloatArray,
  place: number,
  { low }: Extent,
  size: Size,
  cells: Size,
): Surface {
  const axes = openAxes(size);
  const corners = 2 ** axes.length;
  const offsets = Array.from({ length: corners }, (_, corner) => {
    const offset: [number, number, number] = [0, 0, 0];
    axes.forEach((axis, k) => {
      offset[axis] = ((corner >> k) & 1) - 1;
    });
    return offset;
  });
  const isInside = (x: number, y: number, z: number): boolean =>
    x >= 0 &&
    y >= 0 &&
    z >= 0 &&
    x < size[0] &&
    y < size[1] &&
    z < size[2] &&
    places[labels[x + size[0] * (y + size[1] * z)]!] === place;
  const found: { cells: number[]; codes: number[] } = { cells: [], codes: [] };
  for (let z = 0, cell = 0; z < cells[2]; z += 1) {
    for (let y = 0; y < cells[1]; y += 1) {
      for (let x = 0; x < cells[0]; x += 1, cell += 1) {
        let code = 0;
        for (let corner = 0; corner < corners; corner += 1) {
          const [dx, dy, dz] = offsets[corner]!;
          if (isInside(low[0] + x + dx, low[1] + y + dy, low[2] + z + dz)) code |= 1 << corner;
        }
        if (code === 0 || code === 2 ** corners - 1) continue;
        found.cells.push(cell);
        found.codes.push(code);
      }
    }
  }
  return found;
}

interface SurfaceDistances {
  readonly largest: number;
  readonly percentile: number;
  readonly mean: number;
}

/** Both ways together: the largest distance, the larger 95th percentile, the mean, each by how much surface there is. */
function between(
  first: Surface,
  second: Surface,
  cells: Size,
  spacings: readonly number[],
  axes: readonly number[],
): SurfaceDistances | undefined {
  if (first.cells.length === 0 || second.cells.length === 0) return undefined;
  const surfaces = surfaceOfCodes(axes.map((axis) => spacings[axis]!));
  const ways = [
    [first, second],
    [second, first],
  ] as const;
  const found = ways.map(([from, to]) => {
    const squares = new Float64Array(cells[0] * cells[1] * cells[2]).fill(Number.POSITIVE_INFINITY);
    for (const cell of to.cells) squares[cell] = 0;
    squaredDistances(squares, cells, spacings);
    const elements = from.cells
      .map((cell, i) => [Math.sqrt(squares[cell]!), surfaces[from.codes[i]!]!] as const)
      .sort(([a], [b]) => a - b);
    const surface = elements.reduce((sum, [, area]) => sum + area, 0);
    let gone = 0;
    const atPercentile = elements.find(([, area]) => {
      gone += area;
      return gone / surface >= 0.95;
    });
    return {
      largest: elements.at(-1)![0],
      percentile: (atPercentile ?? elements.at(-1)!)[0],
      weighted: elements.reduce((sum, [distance, area]) => sum + distance * area, 0),
      surface,
    };
  });
  const [there, back] = found as [(typeof found)[0], (typeof found)[0]];
  return {
    largest: Math.max(there.largest, back.largest),
    percentile: Math.max(there.percentile, back.percentile),
    mean: (there.weighted + back.weighted) / (there.surface + back.surface),
  };
}
