/** Three numbers along z, y and x. */
export type Triple = readonly [z: number, y: number, x: number];

/** What a convolution reads for what it writes; sizes are voxels and taps. */
export interface ConvolutionWindow {
  readonly batch: number;
  /** Size of the input, and channels of a voxel. */
  readonly inSize: Triple;
  readonly channelsIn: number;
  readonly taps: Triple;
  /** Voxels of the input from one output to the next. */
  readonly steps: Triple;
  /** The input's voxel that the first tap of the first output reads; negative within the padding. */
  readonly origin: Triple;
  /** Outputs along each axis, and their channels. */
  readonly outSize: Triple;
  readonly channelsOut: number;
}

/** How a convolution is cut: by sizes alone, so that no number of threads changes what is added to what. */
export interface ConvolutionCut {
  readonly blockRows: number;
  readonly blocks: number;
  readonly chunk: number;
  readonly chunks: number;
  readonly columns: number;
  readonly scratchBytes: number;
}

/** Tasks that one should be cut into, so that threads end at about the same time. */
const enoughTasks = 16;
/** Packed rows of one task should stay in the cache of a core. */
const packedBytes = 1 << 19;
/** Floats behind a packed row; as in `convolution-rows.as`. */
const slackFloats = 16;

/** Whether outputs are taken six voxels at a time for some channels: where four or fewer are left. */
function isNarrow(channels: number): boolean {
  return channels % 8 >= 1 && channels % 8 <= 4;
}

/**
 * @param tile voxels of a row that are computed together; rows are packed to whole tiles
 */
export function cutOf(window: ConvolutionWindow, tile: 'outputs' | 'none'): ConvolutionCut {
  const { batch, taps, steps, outSize, channelsIn, channelsOut } = window;
  const [nz, ny, nx] = outSize;
  const voxels = tile === 'none' ? 1 : isNarrow(channelsOut) ? 12 : 4;
  const columns = (Math.ceil(nx / voxels) * voxels - 1) * steps[2] + taps[2];
  const rowBytes = 4 * (columns * channelsIn + slackFloats);
  const bytesOf = (rows: number): number => taps[0] * ((rows - 1) * steps[1] + taps[1]) * rowBytes;
  let blockRows = Math.min(ny, 8);
  while (blockRows > 1 && bytesOf(blockRows) > packedBytes) blockRows = Math.ceil(blockRows / 2);
  while (blockRows > 1 && batch * nz * Math.ceil(ny / blockRows) < enoughTasks) {
    blockRows = Math.ceil(blockRows / 2);
  }
  const blocks = Math.ceil(ny / blockRows);
  const chunk = Math.max(1, Math.ceil(nz / Math.ceil(enoughTasks / (batch * blocks))));
  return {
    blockRows,
    blocks,
    chunk,
    chunks: Math.ceil(nz / chunk),
    columns,
    scratchBytes: Math.ceil(bytesOf(blockRows) / 64) * 64,
  };
}

/** The parameters 0 to 26 that both kernels begin with. */
export function windowParameters(
  window: ConvolutionWindow,
  cut: ConvolutionCut,
  input: number,
  scratch: number,
): readonly number[] {
  const { batch, inSize, channelsIn, taps, steps, origin, outSize, channelsOut } = window;
  const batchBytes = 4 * inSize[0] * inSize[1] * inSize[2] * channelsIn;
  return [
    ...[input, batchBytes, ...inSize, channelsIn],
    ...[...taps, ...steps, ...origin, ...outSize, channelsOut],
    ...[cut.blockRows, cut.blocks, cut.chunk, cut.chunks, batch],
    ...[scratch, cut.scratchBytes, cut.columns],
  ];
}

/** Floats of a packed filter: channels of output in eights, or a last four. */
export function packedFilterFloats(taps: Triple, channelsIn: number, channelsOut: number): number {
  const padded =
    8 * Math.floor(channelsOut / 8) + (isNarrow(channelsOut) ? 4 : channelsOut % 8 && 8);
  return taps[0] * taps[1] * taps[2] * channelsIn * padded;
}

/** The most that the sums of all slabs may take, and how many slabs there are at most and at least. */
const slabBytes = 1 << 23;
const mostSlabs = 32;
const fewestSlabs = 4;

/** Slabs that voxels are cut into for a filter of so many floats: by sizes alone. */
export function slabCount(window: ConvolutionWindow, cut: ConvolutionCut, floats: number): number {
  const units = window.batch * window.outSize[0] * cut.blocks;
  const fitting = Math.floor(slabBytes / (4 * floats));
  return Math.min(units, mostSlabs, Math.max(fewestSlabs, fitting));
}

/** Voxels of a row whose sums are kept in registers: rows of both should stay in the nearest cache. */
export function segmentVoxels(window: ConvolutionWindow): number {
  const bytes = 4 * (window.steps[2] * window.channelsIn + window.channelsOut);
  return Math.max(24, Math.floor(20_000 / bytes));
}
