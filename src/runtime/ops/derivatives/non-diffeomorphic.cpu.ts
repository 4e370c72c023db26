import type { Simd } from '../../simd/simd';
import { type FloatArray, type Share, shareOf } from '../define-kernel';

interface FoldingNumbers {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly voxelFromWorld: readonly number[];
}

/** Numbers for each slice: volume that is turned inside out, voxels that have any of it, voxels that were asked. */
export const foldingQuantities = 3;

/** Where the SIMD function keeps an edge of two voxels. */
const placeBytes = 48;

/** Three edges of a simplex, each a step along the axes, and its share in the volume of a voxel. */
interface Simplex {
  readonly edges: readonly (readonly [number, number, number])[];
  readonly share: number;
}

const signs = [1, -1] as const;

/**
 * The simplices about a voxel. Of a volume a corner at each of its eight cells and the two in the middle, each
 * counted half, as two ways to cut a cell into five; of a slice the four triangles.
 */
function simplicesOf(openAxes: readonly number[]): readonly Simplex[] {
  const along = (axis: number, step: number): [number, number, number] => {
    const edge: [number, number, number] = [0, 0, 0];
    edge[axis] = step;
    return edge;
  };
  // An axis of one voxel keeps its length.
  const corners = openAxes.reduce<readonly (readonly number[])[]>(
    (all, axis) =>
      all.flatMap((steps) => signs.map((sign) => steps.map((s, k) => (k === axis ? sign : s)))),
    [[1, 1, 1]],
  );
  const share = openAxes.length === 3 ? 1 / 12 : openAxes.length === 2 ? 1 / 4 : 1 / 2;
  const cornerSimplices = corners.map((steps) => ({
    edges: [0, 1, 2].map((axis) => along(axis, steps[axis]!)),
    share: share * steps.reduce((product, step) => product * step, 1),
  }));
  if (openAxes.length < 3) return cornerSimplices;
  return [
    ...cornerSimplices,
    {
      edges: [
        [-1, -1, 0],
        [-1, 0, -1],
        [0, -1, -1],
      ],
      share,
    },
    {
      edges: [
        [1, 1, 0],
        [0, 1, 1],
        [1, 0, 1],
      ],
      share,
    },
  ];
}

/** Sums of slices, which are shared out. A voxel at the end of an axis longer than one is left out. */
export function nonDiffeomorphicSlices(
  displacement: readonly [FloatArray, FloatArray, FloatArray],
  affine: FloatArray | undefined,
  partials: FloatArray,
  p: FoldingNumbers,
  share: Share,
  simd?: Simd,
): void {
  const { nx, ny, nz, voxelFromWorld: s } = p;
  const [u, v, w] = displacement;
  const sizes = [nx, ny, nz];
  const [borderX, borderY, borderZ] = sizes.map((n) => (n > 1 ? 1 : 0)) as [number, number, number];
  const simplices = simplicesOf([0, 1, 2].filter((axis) => sizes[axis]! > 1));
  // Each neighbour is asked once, whatever simplices it belongs to.
  const keyOf = (edge: readonly number[]): string => edge.join();
  const neighbours = [
    ...new Map(simplices.flatMap(({ edges }) => edges).map((edge) => [keyOf(edge), edge])).values(),
  ];
  const placeOf = new Map(neighbours.map((edge, place) => [keyOf(edge), place]));
  const corners = Uint8Array.from(
    simplices.flatMap(({ edges }) => edges.map((edge) => 3 * placeOf.get(keyOf(edge))!)),
  );
  const shares = Float64Array.from(simplices, (simplex) => simplex.share);
  const steps = [1, nx, nx * ny];
  // To an axis of one voxel there is no neighbour.
  const offsets = Int32Array.from(neighbours, (edge) =>
    edge.reduce((sum, e, axis) => sum + (sizes[axis]! > 1 ? e * steps[axis]! : 0), 0),
  );
  const edges = Float64Array.from(neighbours.flat());
  const scale = affine === undefined ? 1 : determinantOf(affine);
  const [begin, end] = shareOf(nz, share);
  if (simd && sizes.every((n) => n > 1)) {
    const table = [
      ...neighbours.flatMap((edge, k) => [offsets[k]!, ...edge]),
      ...simplices.flatMap(({ edges }, k) => [
        ...edges.map((edge) => placeBytes * placeOf.get(keyOf(edge))!),
        scale * shares[k]!,
      ]),
      ...[s[0]!, s[1]!, s[2]!, s[4]!, s[5]!, s[6]!, s[8]!, s[9]!, s[10]!],
    ];
    const at = displacement.map((plane) => simd.addressOf(plane)) as [number, number, number];
    simd.functions.nonDiffeomorphicSlices(
      ...at,
      simd.addressOf(partials),
      ...([nx, ny, nz, begin, end] as const),
      simd.doubles(table, 0),
      neighbours.length,
      simplices.length,
      simd.scratch + 8 * table.length + 8,
    );
    return;
  }
  const m = new Float64Array(edges.length);
  for (let z = begin; z < end; z += 1) {
    let [volume, voxels, asked] = [0, 0, 0];
    const isInside = z >= borderZ && z < nz - borderZ;
    for (let y = borderY; isInside && y < ny - borderY; y += 1) {
      for (let x = borderX; x < nx - borderX; x += 1) {
        const i = x + nx * (y + ny * z);
        let folded = 0;
        for (let k = 0; k < offsets.length; k += 1) {
          const j = i + offsets[k]!;
          const du = u[j]! - u[i]!;
          const dv = v[j]! - v[i]!;
          const dw = w[j]! - w[i]!;
          m[3 * k] = edges[3 * k]! + s[0]! * du + s[1]! * dv + s[2]! * dw;
          m[3 * k + 1] = edges[3 * k + 1]! + s[4]! * du + s[5]! * dv + s[6]! * dw;
          m[3 * k + 2] = edges[3 * k + 2]! + s[8]! * du + s[9]! * dv + s[10]! * dw;
        }
        for (let k = 0; k < shares.length; k += 1) {
          const a = corners[3 * k]!;
          const b = corners[3 * k + 1]!;
          const c = corners[3 * k + 2]!;
          const determinant =
            m[a]! * (m[b + 1]! * m[c + 2]! - m[b + 2]! * m[c + 1]!) -
            m[a + 1]! * (m[b]! * m[c + 2]! - m[b + 2]! * m[c]!) +
            m[a + 2]! * (m[b]! * m[c + 1]! - m[b + 1]! * m[c]!);
          folded -= Math.min(scale * shares[k]! * determinant, 0);
        }
        asked += 1;
        volume += folded;
        if (folded > 0) voxels += 1;
      }
    }
    partials[z] = volume;
    partials[nz + z] = voxels;
    partials[2 * nz + z] = asked;
  }
}

/** Share of the volume that is turned inside out, and of the voxels that have any of it, %; −1 where none was asked. */
export function reportFolding(partials: FloatArray, report: FloatArray, slices: number): void {
  const total = (quantity: number): number => {
    let sum = 0;
    for (let z = 0; z < slices; z += 1) sum += partials[quantity * slices + z]!;
    return sum;
  };
  const asked = total(2);
  report[0] = asked === 0 ? -1 : (100 * total(0)) / asked;
  report[1] = asked === 0 ? -1 : (100 * total(1)) / asked;
}

function determinantOf(a: FloatArray): number {
  return (
    a[0]! * (a[5]! * a[10]! - a[6]! * a[9]!) -
    a[1]! * (a[4]! * a[10]! - a[6]! * a[8]!) +
    a[2]! * (a[4]! * a[9]! - a[5]! * a[8]!)
  );
}
