/** Elements of a chunk, unless the volume is so large that there would be too many chunks. */
const usualChunkLength = 2048;
const mostChunks = 2048;

/** GPU invocations that share a chunk: one workgroup, in a fixed tree. */
export const reductionWorkgroup = 64;

/**
 * Chunks in which a sum over `count` elements is taken; the chunks are then added in order. The
 * number depends on the count alone, so that neither threads nor chance can change a bit.
 */
export function reductionChunks(count: number): number {
  return Math.min(Math.max(Math.ceil(count / usualChunkLength), 1), mostChunks);
}

/** Elements in each chunk; the last chunks may be shorter or empty. */
export function chunkLength(count: number): number {
  return Math.ceil(count / reductionChunks(count));
}

/** GPU invocations of a kernel with one workgroup a chunk. */
export function reductionThreads(p: { readonly count: number }): number {
  return reductionChunks(p.count) * reductionWorkgroup;
}
