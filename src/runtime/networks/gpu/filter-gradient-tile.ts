import type { Convolution, Triple } from './convolution-geometry';
import { workgroupBytes, workgroupInvocations } from './kernel-program';

/** How a workgroup adds up the products of input and output gradient over voxels. */
export interface FilterTile {
  /** Voxels of the output that are brought into workgroup memory at a time. */
  readonly size: Triple;
  /** Voxels of the input that meet them. */
  readonly patch: Triple;
  /** Fours of output channels of a workgroup. */
  readonly outputQuads: number;
  /** Fours of input channels of a workgroup. */
  readonly inputQuads: number;
  /** Invocations that share the rows of a box; each gives a partial sum of its own. */
  readonly strands: number;
  /** Input channels that an invocation holds: 1 to 4. */
  readonly lanes: number;
  /** Partial sums over voxels, each by a workgroup of its own. */
  readonly slabs: number;
  readonly boxesPerSlab: number;
}

/** Boxes to choose from, and fours of channels at most: the largest first. */
const volumeBoxes: readonly Triple[] = [
  [8, 4, 2],
  [4, 4, 2],
  [4, 2, 2],
  [4, 2, 1],
  [2, 2, 1],
];
const sliceBoxes: readonly Triple[] = [
  [16, 4, 1],
  [8, 4, 1],
  [4, 4, 1],
  [2, 2, 1],
];

/** Vectors that a workgroup can hold. */
const workgroupVectors = workgroupBytes / 16;
/** Workgroups that keep a large card busy, and these below which smaller tiles serve it better. */
const manyWorkgroups = 1024;
const enoughWorkgroups = 256;
/** Boxes below which a slab is not worth a workgroup. */
const fewestBoxes = 4;
/** Numbers in all partial sums together: 16 MiB. */
const mostPartials = 2 ** 22;
/** Invocations below which a workgroup is too small to hide the time that memory takes. */
const enoughInvocations = 64;

/**
 * Chooses tile and slabs from sizes alone, so that sums have the same order on every device.
 * @returns undefined where even the smallest does not fit into a workgroup
 */
export function filterTile(convolution: Convolution): FilterTile | undefined {
  const large = largestTile(convolution, { skipped: 0, outputs: 8, inputs: 4 });
  if (!large) return undefined;
  return workgroupsOf(convolution, large) >= enoughWorkgroups
    ? large
    : (largestTile(convolution, { skipped: 1, outputs: 4, inputs: 1 }) ?? large);
}

/** What a tile may be: without the first boxes, with so many fours of channels at most. */
interface TileBounds {
  readonly skipped: number;
  readonly outputs: number;
  readonly inputs: number;
}

function largestTile(convolution: Convolution, bounds: TileBounds): FilterTile | undefined {
  const { inputChannels, outputChannels, kernelSize, outputSize } = convolution;
  const allOutputs = Math.ceil(outputChannels / 4);
  const allInputs = Math.ceil(inputChannels / 4);
  const rows = kernelSize[1] * kernelSize[2];
  // Sums of all taps along x are in registers.
  if (kernelSize[0] > 7) return undefined;
  const boxes = outputSize[2] > 1 ? volumeBoxes : sliceBoxes;
  for (const wanted of [Math.min(4, allOutputs), 1]) {
    for (const size of boxes.slice(bounds.skipped)) {
      const patch = patchOf(convolution, size);
      const patchVoxels = patch[0] * patch[1] * patch[2];
      const voxels = size[0] * size[1] * size[2];
      const hasRoom = (outputs: number, inputs: number) =>
        patchVoxels * inputs + voxels * outputs <= workgroupVectors &&
        rows * outputs * inputs <= workgroupInvocations;
      const outputQuads = largest(bounds.outputs, allOutputs, (count) => hasRoom(count, 1));
      if (outputQuads < wanted) continue;
      const inputQuads = largest(bounds.inputs, allInputs, (count) => hasRoom(outputQuads, count));
      const invocations = rows * outputQuads * inputQuads;
      const strands =
        [4, 2].find(
          (count) => size[1] * size[2] >= count && invocations * count <= 2 * enoughInvocations,
        ) ?? 1;
      const lanes = Math.min(4, inputChannels);
      const tile = { size, patch, outputQuads, inputQuads, strands, lanes };
      return { ...tile, ...slabsOf(convolution, tile) };
    }
  }
  return undefined;
}

function slabsOf(
  convolution: Convolution,
  tile: Omit<FilterTile, 'slabs' | 'boxesPerSlab'>,
): Pick<FilterTile, 'slabs' | 'boxesPerSlab'> {
  const { inputChannels, outputChannels, kernelSize, outputSize, batch } = convolution;
  const boxes =
    batch *
    outputSize.reduce((n, length, axis) => n * Math.ceil(length / (tile.size[axis] as number)), 1);
  const numbers = kernelSize[0] * kernelSize[1] * kernelSize[2] * inputChannels * outputChannels;
  const wanted = Math.min(
    Math.ceil(manyWorkgroups / blocksOf(convolution, tile)),
    Math.floor(mostPartials / (numbers * tile.strands)),
    Math.ceil(boxes / fewestBoxes),
  );
  const boxesPerSlab = Math.ceil(boxes / Math.max(1, wanted));
  return { boxesPerSlab, slabs: Math.ceil(boxes / boxesPerSlab) };
}

/** Blocks of pairs of channels, each by workgroups of its own. */
function blocksOf(
  { inputChannels, outputChannels }: Convolution,
  { outputQuads, inputQuads }: Pick<FilterTile, 'outputQuads' | 'inputQuads'>,
): number {
  return (
    Math.ceil(outputChannels / (4 * outputQuads)) * Math.ceil(inputChannels / (4 * inputQuads))
  );
}

function workgroupsOf(convolution: Convolution, tile: FilterTile): number {
  return tile.slabs * blocksOf(convolution, tile);
}

function patchOf({ stride, kernelSize }: Convolution, size: Triple): Triple {
  return [
    (size[0] - 1) * stride[0] + kernelSize[0],
    (size[1] - 1) * stride[1] + kernelSize[1],
    (size[2] - 1) * stride[2] + kernelSize[2],
  ];
}

/** The largest number up to `most` and `all` that fits; 0 where none does. */
function largest(most: number, all: number, fits: (count: number) => boolean): number {
  for (let count = Math.min(most, all); count > 0; count -= 1) if (fits(count)) return count;
  return 0;
}
