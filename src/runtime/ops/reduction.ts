/**
 * Sums over a volume are taken in this many chunks, and the chunks then in order, so that neither
 * the number of threads nor chance can change a bit.
 */
export const reductionChunks = 1024;

/** GPU invocations that share a chunk: one workgroup, in a fixed tree. */
export const reductionWorkgroup = 256;

/** Elements in each chunk of `count` elements; the last chunks may be shorter or empty. */
export function chunkLength(count: number): number {
  return Math.ceil(count / reductionChunks);
}

/** GPU invocations of a kernel with one workgroup a chunk. */
export function reductionThreads(): number {
  return reductionChunks * reductionWorkgroup;
}
