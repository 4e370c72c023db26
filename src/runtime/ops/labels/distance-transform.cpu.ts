/**
 * Squared distance of every cell of a lattice to the nearest one that is 0, in place: `squares` holds 0 there and
 * Infinity elsewhere; Infinity stays where there is none. Exact, an axis at a time (Felzenszwalb, Huttenlocher:
 * Distance transforms of sampled functions, 2012).
 * @param spacings between two cells along x, y, z
 */
export function squaredDistances(
  squares: Float64Array,
  size: readonly [number, number, number],
  spacings: readonly number[],
): void {
  const [nx, ny, nz] = size;
  const longest = Math.max(nx, ny, nz);
  const line = new Float64Array(longest);
  const apexes = new Int32Array(longest);
  const begins = new Float64Array(longest + 1);
  const strides = [1, nx, nx * ny];
  for (let axis = 0; axis < 3; axis += 1) {
    const length = size[axis]!;
    const stride = strides[axis]!;
    const square = spacings[axis]! ** 2;
    if (length === 1) continue;
    for (let first = 0; first < squares.length; first += 1) {
      // The first cells of lines along this axis are those at 0 along it.
      if (Math.floor(first / stride) % length !== 0) {
        first += stride * (length - 1) - 1;
        continue;
      }
      for (let i = 0; i < length; i += 1) line[i] = squares[first + i * stride]!;
      const count = lowerEnvelope(line, length, square, apexes, begins);
      for (let i = 0, k = 0; i < length && count > 0; i += 1) {
        while (k + 1 < count && begins[k + 1]! < i) k += 1;
        const apex = apexes[k]!;
        squares[first + i * stride] = line[apex]! + square * (i - apex) ** 2;
      }
    }
  }
}

/** The parabolas that are lowest somewhere, from left to right, and where each begins; gives how many. */
function lowerEnvelope(
  line: Float64Array,
  length: number,
  square: number,
  apexes: Int32Array,
  begins: Float64Array,
): number {
  let count = 0;
  for (let i = 0; i < length; i += 1) {
    if (line[i] === Number.POSITIVE_INFINITY) continue;
    let begin = Number.NEGATIVE_INFINITY;
    while (count > 0) {
      const apex = apexes[count - 1]!;
      begin = (line[i]! - line[apex]!) / (2 * square * (i - apex)) + (i + apex) / 2;
      if (begin > begins[count - 1]!) break;
      count -= 1;
      begin = Number.NEGATIVE_INFINITY;
    }
    apexes[count] = i;
    begins[count] = begin;
    count += 1;
  }
  return count;
}
