/** Edge of a cell of the texture, mm. */
const cellMm = 2.6;

/** A number in (-1, 1) of three whole numbers. */
function numberOf(i: number, j: number, k: number): number {
  let state = (Math.imul(i, 374761393) + Math.imul(j, 668265263) + Math.imul(k, 974711)) | 0;
  state = Math.imul(state ^ (state >>> 13), 1274126177);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/**
 * A smooth texture of the world that never repeats, about -1 to 1: random numbers at the corners of cells of 2.6 mm, with a
 * cubic step between them.
 */
export function textureAt(x: number, y: number, z: number): number {
  const cell = [x, y, z].map((at) => Math.floor(at / cellMm)) as [number, number, number];
  const share = [x, y, z].map((at, axis) => {
    const t = at / cellMm - cell[axis]!;
    return t * t * (3 - 2 * t);
  });
  let value = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    const at = [corner & 1, (corner >> 1) & 1, corner >> 2];
    const weight = at.reduce(
      (product, high, axis) => product * (high ? share[axis]! : 1 - share[axis]!),
      1,
    );
    value += weight * numberOf(cell[0] + at[0]!, cell[1] + at[1]!, cell[2] + at[2]!);
  }
  return value;
}
