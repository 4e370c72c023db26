import type { Gather, Triple } from './convolution-geometry';
import { workgroupBytes, workgroupInvocations } from './kernel-program';

/** Voxels of a column along y that one invocation computes. */
export const columnVoxels = 4;

/** Bytes of a `vec4`, and of a `vec3` in workgroup memory. */
const vectorBytes = 16;

/** What a workgroup computes: a box of voxels times a block of channels. */
export interface GatherTile {
  /** Voxels of the box. */
  readonly size: Triple;
  /** Voxels of the source that the box needs for one tap along z. */
  readonly patch: Triple;
  /** Numbers from a row of the patch to the next in workgroup memory, and from slice to slice. */
  readonly rowPitch: number;
  readonly slicePitch: number;
  /** Fours of channels that an invocation computes: 1 or 2. */
  readonly quads: number;
  /** Invocations side by side that share a column of voxels and differ in channels. */
  readonly groups: number;
  /** Channels of the source that are summed at a time: 1 to 4. */
  readonly lanes: number;
}

/** Boxes to choose from, largest first. */
const volumeBoxes: readonly Triple[] = [
  [8, 8, 4],
  [8, 8, 2],
  [8, 4, 4],
  [8, 8, 1],
  [8, 4, 2],
  [8, 4, 1],
  [4, 4, 1],
];
const sliceBoxes: readonly Triple[] = [
  [16, 16, 1],
  [16, 8, 1],
  [8, 8, 1],
  [8, 4, 1],
  [4, 4, 1],
];

/** Workgroups below which a card has idle processors: smaller tiles then serve it better. */
const enoughWorkgroups = 256;
/** Invocations that processors of cards run in step: with fewer, some of each do nothing. */
const inStep = 32;

/**
 * Chooses the tile from sizes alone, so that sums have the same order on every device: the largest that still gives
 * enough workgroups, else the smallest that fills what runs in step, else the largest.
 * @returns undefined where even the smallest does not fit into a workgroup's memory
 */
export function gatherTile(gather: Gather): GatherTile | undefined {
  const allQuads = Math.ceil(gather.targetChannels / 4);
  const allGroups = Math.ceil(allQuads / Math.min(2, allQuads));
  const candidates = tilesThatFit(gather)
    .map((tile) => ({
      tile,
      invocations: invocationsOf(tile),
      bytes: bytesOf(gather, tile),
      workgroups: boxesOf(gather, tile.size) * Math.ceil(allGroups / tile.groups),
    }))
    .toSorted((a, b) => b.invocations - a.invocations || b.bytes - a.bytes);
  const chosen =
    candidates.find(({ workgroups }) => workgroups >= enoughWorkgroups) ??
    candidates.findLast(({ invocations }) => invocations >= inStep) ??
    candidates[0];
  return chosen?.tile;
}

/** All tiles that a workgroup has memory and invocations for. */
export function tilesThatFit(gather: Gather): readonly GatherTile[] {
  const lanes = Math.min(4, gather.sourceChannels);
  const allQuads = Math.ceil(gather.targetChannels / 4);
  const quads = Math.min(2, allQuads);
  const boxes = gather.latticeSize[2] > 1 ? volumeBoxes : sliceBoxes;
  return boxes
    .flatMap((size) => {
      const patch = patchOf(gather, size);
      const pitches = pitchesOf(gather, size, patch);
      return groupCounts(Math.ceil(allQuads / quads)).map((groups) => ({
        size,
        patch,
        ...pitches,
        quads,
        groups,
        lanes,
      }));
    })
    .filter(
      (tile) =>
        invocationsOf(tile) <= workgroupInvocations && bytesOf(gather, tile) <= workgroupBytes,
    );
}

/** Invocations of a workgroup: one for each column of voxels and group of channels. */
export function invocationsOf({ size, groups }: GatherTile): number {
  return ((size[0] * size[1] * size[2]) / columnVoxels) * groups;
}

/** Boxes that cover everything that a pass writes. */
export function boxesOf({ batch, latticeSize }: Gather, size: Triple): number {
  return latticeSize.reduce(
    (product, length, axis) => product * Math.ceil(length / (size[axis] as number)),
    batch,
  );
}

/** Numbers of groups that leave the fewest idle in the last block of channels, largest first. */
function groupCounts(allGroups: number): readonly number[] {
  const wasted = (groups: number) => groups * Math.ceil(allGroups / groups) - allGroups;
  return [4, 3, 2, 1].filter((groups) => groups <= allGroups && wasted(groups) * 4 <= allGroups);
}

function patchOf({ step, taps }: Gather, size: Triple): Triple {
  return [
    (size[0] - 1) * step[0] + Math.max(1, taps[0]),
    (size[1] - 1) * step[1] + Math.max(1, taps[1]),
    size[2],
  ];
}

/**
 * Workgroup memory comes in 32 banks, and 32 invocations read at once: 16 × 2 or 8 × 2 × 2 columns, or 8 × 4. Rows and slices are
 * spaced so that these meet all banks; with a stride along x they cannot.
 */
function pitchesOf(
  { step }: Gather,
  size: Triple,
  patch: Triple,
): Pick<GatherTile, 'rowPitch' | 'slicePitch'> {
  const least = patch[0] * patch[1];
  if (step[0] !== 1 || size[0] < 8) return { rowPitch: patch[0], slicePitch: least };
  const distance = (rowPitch: number) => (columnVoxels * step[1] * rowPitch) % 32;
  const wanted = size[0] === 16 ? [16] : [8, 16, 24];
  let rowPitch = patch[0];
  // Columns may never meet as they should with a stride along y: then they stay as close as they are.
  while (rowPitch < patch[0] + 8 && !wanted.includes(distance(rowPitch))) rowPitch += 1;
  if (!wanted.includes(distance(rowPitch))) rowPitch = patch[0];
  const isOneColumn = size[1] === columnVoxels;
  const wantedOfSlice = isOneColumn || distance(rowPitch) === 16 ? [8, 24] : [16];
  let slicePitch = rowPitch * patch[1];
  while (size[2] > 1 && !wantedOfSlice.includes(slicePitch % 32)) slicePitch += 1;
  return { rowPitch, slicePitch };
}

function bytesOf({ taps }: Gather, tile: GatherTile): number {
  const patchNumbers = tile.slicePitch * tile.size[2] * tile.lanes;
  const weightVectors = Math.max(1, taps[0] * taps[1]) * tile.lanes * tile.quads * tile.groups;
  return Float32Array.BYTES_PER_ELEMENT * patchNumbers + vectorBytes * weightVectors;
}
