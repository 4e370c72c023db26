import { gunzipSync } from 'node:zlib';
import type { NiftiImage } from '../../src/imaging/nifti/read-nifti';

// What ITK and antsApplyTransforms do with our files, written from their conventions and sharing no
// code with the engine: world points are LPS, x ↦ A (x + u(x)), values from beyond half a voxel are 0.

/** A point or the parameters of a transform. */
type Numbers = readonly number[];

/** The map that an ITK text affine stands for, LPS mm to LPS mm: M (x − c) + c + t. */
export function itkAffine(text: string): (point: Numbers) => number[] {
  const numbersAfter = (name: string): number[] => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}:`)) ?? '';
    return line
      .slice(name.length + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
  };
  const parameters = numbersAfter('Parameters');
  const centre = numbersAfter('FixedParameters');
  return (point) =>
    [0, 1, 2].map(
      (row) =>
        centre[row]! +
        parameters[9 + row]! +
        [0, 1, 2].reduce(
          (sum, column) => sum + parameters[3 * row + column]! * (point[column]! - centre[column]!),
          0,
        ),
    );
}

/** The three components of a displacement field, LPS mm, x fastest; checks that it is one. */
export function itkDisplacement(file: Uint8Array): (voxel: number) => number[] {
  const bytes = gunzipSync(file);
  const header = new DataView(bytes.buffer, bytes.byteOffset, 348);
  const dimensions = Array.from({ length: 6 }, (_, i) => header.getInt16(40 + 2 * i, true));
  const [count, nx = 0, ny = 0, nz = 0, nt, components] = dimensions;
  if (count !== 5 || nt !== 1 || components !== 3) {
    throw new Error(`Not a vector image: ${dimensions}.`);
  }
  if (header.getInt16(68, true) !== 1007) throw new Error('The intent is not a vector.');
  if (header.getInt16(70, true) !== 16) throw new Error('The type is not float32.');
  const voxels = nx * ny * nz;
  const start = header.getFloat32(108, true);
  const data = new DataView(bytes.buffer, bytes.byteOffset + start, 12 * voxels);
  return (voxel) => [0, 1, 2].map((c) => data.getFloat32(4 * (c * voxels + voxel), true));
}

/** The moving image on the grid of `fixed`, through both parts of the transform. */
export function resample(
  fixed: NiftiImage,
  moving: NiftiImage,
  affine: (point: Numbers) => number[],
  displacement: (voxel: number) => number[],
): Float32Array {
  const [nx, ny, nz] = fixed.grid.sizeVoxels;
  const toMovingVoxel = inverse(moving.grid.worldFromVoxel);
  const warped = new Float32Array(nx * ny * nz);
  for (let z = 0, voxel = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, voxel += 1) {
        const point = flip(apply(fixed.grid.worldFromVoxel, [x, y, z]));
        const u = displacement(voxel);
        const moved = flip(affine(point.map((p, axis) => p + u[axis]!)));
        warped[voxel] = linear(moving, apply(toMovingVoxel, moved));
      }
    }
  }
  return warped;
}

/** RAS to LPS and back. */
function flip([x = 0, y = 0, z = 0]: Numbers): number[] {
  return [-x, -y, z];
}

function apply(matrix: Numbers, [x = 0, y = 0, z = 0]: Numbers): number[] {
  return [0, 4, 8].map(
    (row) => matrix[row]! * x + matrix[row + 1]! * y + matrix[row + 2]! * z + matrix[row + 3]!,
  );
}

function inverse(m: Numbers): number[] {
  const [a, b, c, , d, e, f, , g, h, i] = m as [number, number, number, ...number[]] as number[];
  const cofactors = [
    [e! * i! - f! * h!, c! * h! - b! * i!, b! * f! - c! * e!],
    [f! * g! - d! * i!, a! * i! - c! * g!, c! * d! - a! * f!],
    [d! * h! - e! * g!, b! * g! - a! * h!, a! * e! - b! * d!],
  ];
  const determinant = a! * cofactors[0]![0]! + b! * cofactors[1]![0]! + c! * cofactors[2]![0]!;
  return cofactors.flatMap((row) => {
    const entries = row.map((entry) => entry / determinant);
    const shift = -(entries[0]! * m[3]! + entries[1]! * m[7]! + entries[2]! * m[11]!);
    return [...entries, shift];
  });
}

/** One-slice axes are ignored, as the recipe's own 2-D grids have no extent there. */
function linear({ grid, values }: NiftiImage, voxel: Numbers): number {
  const size = grid.sizeVoxels;
  const place = voxel.map((v, axis) => (size[axis] === 1 ? 0 : v));
  if (place.some((v, axis) => v < -0.5 || v > size[axis]! - 0.5)) return 0;
  const first = place.map((v) => Math.floor(v));
  let sum = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    const at = first.map((v, axis) => v + ((corner >> axis) & 1));
    const weight = at.reduce((product, v, axis) => product * (1 - Math.abs(place[axis]! - v)), 1);
    const [x, y, z] = at.map((v, axis) => Math.min(Math.max(v, 0), size[axis]! - 1));
    if (weight > 0) sum += weight * values[x! + size[0] * (y! + size[1] * z!)]!;
  }
  return sum;
}
