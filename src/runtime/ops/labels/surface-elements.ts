/** Axes of more than one voxel, from 0: a slice has two, and its surfaces are contours. */
export function openAxes(sizeVoxels: readonly number[]): readonly number[] {
  return [0, 1, 2].filter((axis) => (sizeVoxels[axis] ?? 1) > 1);
}

/**
 * How much surface a cell between 2, 4 or 8 voxels holds, by its code: bit k of a corner's number is its place along
 * the k-th open axis, and the code has the bit of each corner that is inside. mm² of a volume, mm of a slice.
 *
 * In voxels these are the surfaces of marching cubes with vertices amid the edges of the cell and corners that touch by a
 * diagonal kept apart (Lorensen, Cline: Marching cubes, 1987): by symmetry there are 14 of them. In mm each is
 * stretched as the plane across which the cell changes; that is exact where it is one plane.
 */
export function surfaceOfCodes(openSpacings: readonly number[]): Float64Array {
  const corners = 2 ** openSpacings.length;
  return Float64Array.from({ length: 2 ** corners }, (_, code) =>
    code === 0 || code === 2 ** corners - 1 ? 0 : surfaceOf(code, openSpacings),
  );
}

function surfaceOf(code: number, spacings: readonly number[]): number {
  const corners = [...Array(2 ** spacings.length).keys()];
  const inside = corners.filter((corner) => (code >> corner) & 1);
  if (spacings.length === 1) return 1;
  if (spacings.length === 2) return contourOf(inside, spacings);
  const few = inside.length > 4 ? corners.filter((corner) => !inside.includes(corner)) : inside;
  // Across which plane the cell changes: the difference of its faces along each axis.
  const across = spacings.map((__, axis) =>
    inside.reduce((sum, corner) => sum + ((corner >> axis) & 1 ? 0.25 : -0.25), 0),
  );
  const volume = spacings.reduce((product, spacing) => product * spacing, 1);
  const length = Math.hypot(...across);
  const stretch =
    length === 0
      ? volume ** (2 / 3)
      : Math.hypot(...spacings.map((spacing, axis) => ((across[axis] ?? 0) * volume) / spacing)) /
        length;
  return surfaceInVoxels(few) * stretch;
}

/** Of a square: a side, or a line that cuts a corner off; two where both corners of a diagonal are inside. */
function contourOf(inside: readonly number[], [a = 1, b = 1]: readonly number[]): number {
  const cut = Math.hypot(a, b) / 2;
  if (inside.length !== 2) return cut;
  const [first = 0, second = 0] = inside;
  const apart = first ^ second;
  return apart === 3 ? 2 * cut : apart === 1 ? a : b;
}

/** Of a cube of side 1 with up to four corners inside, told apart by how many edges join these. */
function surfaceInVoxels(inside: readonly number[]): number {
  const triangle = Math.sqrt(3) / 8;
  const joinedTo = inside.map(
    (corner) => inside.filter((other) => [1, 2, 4].includes(corner ^ other)).length,
  );
  const edges = joinedTo.reduce((sum, joined) => sum + joined, 0) / 2;
  const pair = Math.SQRT1_2;
  const bend = 0.5 + 3 * triangle;
  if (edges === 0) return inside.length * triangle;
  if (inside.length === 2) return pair;
  if (inside.length === 3) return edges === 2 ? bend : pair + triangle;
  if (edges === 4) return 1;
  if (edges === 3) return Math.max(...joinedTo) === 3 ? 6 * triangle : 4 * triangle + pair;
  return Math.max(...joinedTo) === 2 ? bend + triangle : 2 * pair;
}
