import type { Vec3 } from '../../imaging/frames';
import { axisAlignedGrid, type Grid, spacingMm, voxelCount } from '../../imaging/grid';
import { labelIdsOf } from '../../imaging/label-ids';
import type { CaseFacts } from '../../imaging/synthesis/case-pairs';
import type { LabelIds } from '../../imaging/volume';
import type {
  ComputeContext,
  ComputedImage,
  ComputedLabels,
} from '../../runtime/api/nodes/computed-values';
import {
  gridSeen,
  gridUpright,
  mostLeftOut,
  shareOutside,
  sizeMm,
  smoothingSeen,
} from './grid-seen';
import { labelledVoxels, labelsSeen } from './labels-seen';

/** An image to learn from, read when it is its turn. */
export interface GivenCase extends CaseFacts {
  /** In messages, at the beginning of a sentence. */
  readonly name: string;
  /** The input that it came in by. */
  readonly port: string;
  read(): Promise<{ readonly image: ComputedImage; readonly labels?: ComputedLabels }>;
}

/** Cases as a network sees them, on one grid. */
export interface SeenCases {
  /** About 0, axes along the world's. */
  readonly grid: Grid;
  /** Of all cases; absent where none has labels. */
  readonly labelIds?: LabelIds;
  readonly cases: readonly SeenCase[];
  /** What all planes take. */
  readonly bytes: number;
}

export interface SeenCase {
  readonly image: Float32Array;
  /** Indices into the labels of all cases. */
  readonly labels?: Uint32Array;
}

/** Size and spacing as they were asked for; 0 is that of the first image. */
export interface WantedGrid {
  readonly sizeVoxels: readonly number[];
  readonly spacingMm: number;
}

/** Networks halve their grid a few times; sizes that nobody names are multiples of this. */
const sizeStep = 16;

/** More than this no page could hold beside a training. */
const mostBytes = 2 ** 32;

/** Less of a map of labels within the image's box, and it is another image's. */
const leastWithin = 0.5;

type Context = Pick<ComputeContext, 'see' | 'warn' | 'refuse' | 'signal'>;

/**
 * Brings cases onto one grid, one after the other, each about the middle of its image with axes along those of the body, as
 * Predict shows images to a network. Labels are those of the nearest voxels. Refuses what cannot be learned from.
 */
export async function seeCases(
  given: readonly GivenCase[],
  wanted: WantedGrid,
  context: Context,
): Promise<SeenCases> {
  let grid: Grid | undefined;
  let first: ComputedImage | undefined;
  const seen: { image: Float32Array; labels?: { values: Uint32Array; ids: LabelIds } }[] = [];
  const outside: { readonly name: string; readonly share: number }[] = [];
  const port = given[0]?.port ?? 'images';
  for (const one of given) {
    context.signal.throwIfAborted();
    const { image, labels } = await one.read();
    requirePlain(one, image, first, given[0]?.name ?? '', context);
    first ??= image;
    grid ??= gridWanted(image.grid, wanted, given.length, context);
    const own = gridSeen(image.grid, grid.sizeVoxels, spacingMm(grid));
    const plane = await context.see({ image, smoothVoxels: smoothingSeen(image.grid, own) }, own);
    if (isFlat(plane)) {
      context.refuse({
        port: one.port,
        message: `${one.name} shows nothing within a box of ${sizeMm(own)} mm about its middle: all voxels are equal there.`,
        remedy: 'Crop it to what it shows, choose a larger size or spacing, or leave it out.',
      });
    }
    outside.push({ name: one.name, share: shareOutside(image, own) });
    seen.push({
      image: plane,
      ...(labels && {
        labels: { values: labelsOnto(one, labels, image.grid, own, context), ids: labels.ids },
      }),
    });
  }
  if (!grid) {
    return context.refuse({
      port,
      message: 'There are no images.',
      remedy: 'Wire loaders to it.',
    });
  }
  warnOutside(outside, grid, port, context);
  return { grid, ...unified(seen), bytes: bytesOf(seen) };
}

function requirePlain(
  { name, port }: GivenCase,
  image: ComputedImage,
  first: ComputedImage | undefined,
  firstName: string,
  context: Context,
): void {
  const [plane, ...more] = image.planes;
  if (!plane || more.length > 0) {
    context.refuse({
      port,
      message: `A network sees one channel; ${withSmall(name)} has ${image.planes.length}.`,
      remedy: 'Pick one of them (Pick channel).',
    });
  }
  if (plane && isFlat(plane)) {
    context.refuse({
      port,
      message: `All voxels of ${withSmall(name)} are equal: nothing can be learned from it.`,
      remedy: 'Take another image, or leave it out.',
    });
  }
  const isSlice = (grid: Grid) => grid.sizeVoxels[2] === 1;
  if (!first || isSlice(first.grid) === isSlice(image.grid)) return;
  const what = (grid: Grid) => (isSlice(grid) ? 'a slice' : 'a volume');
  context.refuse({
    port,
    message: `${name} is ${what(image.grid)}, ${withSmall(firstName)} ${what(first.grid)}: a network learns from one or the other.`,
    remedy: 'Make two datasets of them.',
  });
}

function gridWanted(first: Grid, wanted: WantedGrid, cases: number, context: Context): Grid {
  const isSlice = first.sizeVoxels[2] === 1;
  const upright = gridUpright(first);
  const own = spacingMm(upright);
  const edges: Vec3 =
    wanted.spacingMm > 0 ? [wanted.spacingMm, wanted.spacingMm, wanted.spacingMm] : own;
  const axes = isSlice ? 2 : 3;
  const named = wanted.sizeVoxels.every((size) => size === 0) ? [] : wanted.sizeVoxels;
  if (named.length > 0 && named.length !== axes) {
    context.refuse({
      parameter: 'sizeVoxels',
      message: `The images are ${isSlice ? 'slices: their size is two numbers' : 'volumes: their size is three numbers'}.`,
      remedy: `Give ${isSlice ? 'two' : 'three'} numbers; 0 takes what the first image has.`,
    });
  }
  const size = [0, 1, 2].map((axis) => {
    if (axis >= axes) return 1;
    const told = named[axis] ?? 0;
    const voxels = ((upright.sizeVoxels[axis] ?? 1) * (own[axis] ?? 1)) / (edges[axis] ?? 1);
    return told > 0 ? told : sizeStep * Math.max(1, Math.ceil(voxels / sizeStep - 1e-6));
  }) as unknown as Vec3;
  const origin = size.map((n, axis) => ((1 - n) / 2) * (edges[axis] ?? 1)) as unknown as Vec3;
  const grid = axisAlignedGrid(size, edges, origin);
  const bytes = voxelCount(grid) * 8 * cases;
  if (bytes > mostBytes) {
    context.refuse({
      parameter: 'spacingMm',
      message: `${cases} cases of ${size.slice(0, axes).join(' × ')} voxels would take ${Math.ceil(bytes / 2 ** 30)} GiB.`,
      remedy: 'Choose a smaller size, a coarser spacing, or fewer cases.',
    });
  }
  return grid;
}

function labelsOnto(
  { name, port }: GivenCase,
  labels: ComputedLabels,
  image: Grid,
  seen: Grid,
  context: Context,
): Uint32Array {
  const same = Uint32Array.from(labels.ids, (_, index) => index);
  const whole = labelledVoxels(labels);
  // On the image's own voxels, so that a box that cuts labels off is not taken for the labels of another image.
  const within = labelledVoxels({ values: labelsSeen(labels, image, same) });
  const volume = (grid: Grid) => spacingMm(grid).reduce((product, edge) => product * edge, 1);
  const share = whole === 0 ? 1 : (within * volume(image)) / (whole * volume(labels.grid));
  const isSlice = (grid: Grid) => grid.sizeVoxels[2] === 1;
  if (isSlice(labels.grid) !== isSlice(image) || share < leastWithin) {
    context.refuse({
      port: port === 'images' ? 'labels' : port,
      message: `The labels of ${withSmall(name)} lie elsewhere than the image.`,
      remedy:
        port === 'images'
          ? 'Wire labels in the same order as the images that they belong to.'
          : 'Check that they belong together.',
    });
  }
  return labelsSeen(labels, seen, same);
}

function warnOutside(
  outside: readonly { readonly name: string; readonly share: number }[],
  grid: Grid,
  port: string,
  context: Context,
): void {
  const much = outside.filter(({ share }) => share > mostLeftOut);
  const worst = much.reduce((a, b) => (b.share > a.share ? b : a), { name: '', share: 0 });
  if (worst.share === 0) return;
  const others = much.length === 1 ? '' : ` So it is with ${much.length} of ${outside.length}.`;
  context.warn({
    about: 'network-domain',
    port,
    message: `The pairs show boxes of ${sizeMm(grid)} mm; ${Math.round(100 * worst.share)} % of what ${withSmall(worst.name)} shows lies outside.${others}`,
    remedy: 'Choose a larger size or spacing, or crop the images to what is registered.',
  });
}

/** Labels by one list for all cases. */
function unified(
  seen: readonly {
    readonly image: Float32Array;
    readonly labels?: { readonly values: Uint32Array; readonly ids: LabelIds };
  }[],
): Pick<SeenCases, 'cases' | 'labelIds'> {
  if (seen.every(({ labels }) => !labels)) return { cases: seen.map(({ image }) => ({ image })) };
  const labelIds = labelIdsOf(seen.flatMap(({ labels }) => labels?.ids ?? []));
  const indices = new Map(labelIds.map((id, index) => [id, index]));
  return {
    labelIds,
    cases: seen.map(({ image, labels }) => {
      if (!labels) return { image };
      const places = Uint32Array.from(labels.ids, (id) => indices.get(id) ?? 0);
      return { image, labels: labels.values.map((index) => places[index] ?? 0) };
    }),
  };
}

function bytesOf(
  seen: readonly { readonly image: Float32Array; readonly labels?: object }[],
): number {
  return seen.reduce((sum, { image, labels }) => sum + image.byteLength * (labels ? 2 : 1), 0);
}

function isFlat(plane: Float32Array): boolean {
  const one = plane[0];
  return plane.every((value) => value === one);
}

/** `Image 3` within a sentence; a file's name stays as it is. */
function withSmall(name: string): string {
  return name.replace(/^Image /, 'image ');
}
