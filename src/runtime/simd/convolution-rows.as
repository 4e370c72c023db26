// What a convolution reads: rows of its input with the edge's zeros around them, in a thread's own scratch. Along a packed
// row the taps of x and the channels of a voxel follow one another, so that they are one run.

/** The whole number at a place of a job's parameters; places are named in networks/cpu/convolution-job.ts. */
// @ts-ignore: decorator
@inline
export function at(parameters: usize, place: i32): i32 {
  return load<i32>(parameters + (<usize>place << 2));
}

/** Floats behind a packed row that may be read, for whole vectors at its end. */
export const slackFloats: i32 = 16;

/** Bytes of one packed row. */
// @ts-ignore: decorator
@inline
export function rowBytesOf(p: usize): usize {
  return <usize>(at(p, 26) * at(p, 5) + slackFloats) << 2;
}

/**
 * Packs rows of the planes that an output plane reads and that are not packed yet, each into its place of a ring of as many
 * planes as there are taps along z.
 */
export function packPlanes(p: usize, scratch: usize, batch: i32, from: i32, to: i32, y0: i32, rows: i32): void {
  const depth = at(p, 2), height = at(p, 3), width = at(p, 4), channels = at(p, 5);
  const kz = at(p, 6), oz = at(p, 12), ox = at(p, 14), columns = at(p, 26);
  const rowBytes = rowBytesOf(p);
  const planeBytes = <usize>((at(p, 19) - 1) * at(p, 10) + at(p, 7)) * rowBytes;
  const input = <usize>at(p, 0) + <usize>batch * <usize>at(p, 1);
  const firstY = at(p, 13) + y0 * at(p, 10);
  const before = min(max(-ox, 0), columns);
  const end = max(min(columns, width - ox), before);
  const beforeBytes = <usize>(before * channels) << 2;
  const endBytes = <usize>(end * channels) << 2;
  for (let z = from; z < to; z++) {
    let row = scratch + <usize>((z - oz) % kz) * planeBytes;
    for (let r = 0; r < rows; r++, row += rowBytes) {
      const y = firstY + r;
      if (z < 0 || z >= depth || y < 0 || y >= height) {
        memory.fill(row, 0, rowBytes);
        continue;
      }
      const source = input + ((<usize>((z * height + y) * width + ox + before) * <usize>channels) << 2);
      if (beforeBytes) memory.fill(row, 0, beforeBytes);
      memory.copy(row + beforeBytes, source, endBytes - beforeBytes);
      memory.fill(row + endBytes, 0, rowBytes - endBytes);
    }
  }
}
