import type { SyntheticPair } from '../../../../src/imaging/synthesis/synthesize';

/** FNV-1a over the bytes of arrays. */
export function checksum(...arrays: readonly (Float32Array | Uint32Array)[]): string {
  let hash = 0x811c9dc5;
  for (const values of arrays) {
    for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** All of a pair in one number. */
export function pairChecksum(pair: SyntheticPair): string {
  const { fixed, moving, fixedLabels, movingLabels, truthVoxels = [] } = pair;
  return checksum(fixed, moving, fixedLabels, movingLabels, ...truthVoxels);
}

/** Dice of each label that fills at least a share of the fixed grid, moving labels drawn through the truth. */
export function diceThroughTruth(pair: SyntheticPair, leastShare: number): readonly number[] {
  const { grid, fixedLabels, movingLabels, truthVoxels = [], labelCount } = pair;
  const [nx, ny, nz] = grid.sizeVoxels;
  const both = new Float64Array(labelCount);
  const fixed = new Float64Array(labelCount);
  const moved = new Float64Array(labelCount);
  fixedLabels.forEach((label, voxel) => {
    const x = Math.round((voxel % nx) + truthVoxels[0]![voxel]!);
    const y = Math.round((Math.floor(voxel / nx) % ny) + truthVoxels[1]![voxel]!);
    const z = Math.round(Math.floor(voxel / (nx * ny)) + (truthVoxels[2]?.[voxel] ?? 0));
    // What lies outside of the moving image is not compared.
    if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) return;
    const other = movingLabels[x + nx * (y + ny * z)]!;
    fixed[label]! += 1;
    moved[other]! += 1;
    if (label === other) both[label]! += 1;
  });
  return [...fixed.keys()]
    .filter((label) => fixed[label]! >= leastShare * fixedLabels.length)
    .map((label) => (2 * both[label]!) / (fixed[label]! + moved[label]!));
}

/** The share of fixed voxels whose label lies within a voxel of where the truth leads, for thin labels. */
export function shareFoundNearTruth(pair: SyntheticPair): number {
  const { grid, fixedLabels, movingLabels, truthVoxels = [] } = pair;
  const size = grid.sizeVoxels;
  const [nx, ny] = size;
  let inside = 0;
  let found = 0;
  fixedLabels.forEach((label, voxel) => {
    const at = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))].map(
      (x, axis) => Math.round(x + (truthVoxels[axis]?.[voxel] ?? 0)),
    );
    if (at.some((x, axis) => x < 0 || x >= size[axis]!)) return;
    inside += 1;
    const [x, y, z] = at as [number, number, number];
    const near = [-1, 0, 1].map((step) => x + step).filter((i) => i >= 0 && i < nx);
    for (const i of near) {
      for (let j = Math.max(0, y - 1); j <= Math.min(ny - 1, y + 1); j += 1) {
        for (let k = Math.max(0, z - 1); k <= Math.min(size[2] - 1, z + 1); k += 1) {
          if (movingLabels[i + nx * (j + ny * k)] !== label) continue;
          found += 1;
          return;
        }
      }
    }
  });
  return found / inside;
}

/** The least Jacobian determinant of x + u(x), by differences to the next voxel. */
export function leastJacobian({ grid, truthVoxels = [] }: SyntheticPair): number {
  const [nx, ny, nz] = grid.sizeVoxels;
  const strides = [1, nx, nx * ny];
  const axes = truthVoxels.length;
  const slope = (voxel: number, component: number, axis: number): number =>
    truthVoxels[component]![voxel + strides[axis]!]! -
    truthVoxels[component]![voxel]! +
    (component === axis ? 1 : 0);
  let least = Number.POSITIVE_INFINITY;
  for (let z = 0; z < (axes === 3 ? nz - 1 : 1); z += 1) {
    for (let y = 0; y < ny - 1; y += 1) {
      for (let x = 0; x < nx - 1; x += 1) {
        const at = x + nx * (y + ny * z);
        const s = (component: number, axis: number): number => slope(at, component, axis);
        const minor = (a: number, b: number): number => s(1, a) * s(2, b) - s(1, b) * s(2, a);
        const determinant =
          axes === 3
            ? s(0, 0) * minor(1, 2) - s(0, 1) * minor(0, 2) + s(0, 2) * minor(0, 1)
            : s(0, 0) * s(1, 1) - s(0, 1) * s(1, 0);
        least = Math.min(least, determinant);
      }
    }
  }
  return least;
}

/** Mean intensity of a label. */
export function meanWithin(image: Float32Array, labels: Uint32Array, label: number): number {
  let sum = 0;
  let count = 0;
  labels.forEach((each, voxel) => {
    if (each !== label) return;
    sum += image[voxel]!;
    count += 1;
  });
  return sum / count;
}

/** Whether all values are numbers within [0, 1]. */
export function isWithinUnit(image: Float32Array): boolean {
  return image.every((value) => value >= 0 && value <= 1);
}
