import type { Scalar } from '@tensorflow/tfjs';
import { type Grid, voxelCount } from '../../../imaging/grid';
import type { DatasetValue, TrainingPair } from '../../api/data-kinds/dataset';
import type { Estimate } from '../network-on-device';
import type { TensorFlow } from '../tensorflow';

/** What is asked about a pair. */
export interface PairQuestions {
  estimate(pair: TrainingPair): Estimate;
  loss(pair: TrainingPair, estimate: Estimate): Scalar;
}

/** A look at the validation pairs. */
export interface Look {
  readonly numbers: Readonly<Record<string, number>>;
  /** The moving image of the first of them as it is warped. */
  readonly warped: Float32Array;
}

/** How much regularization counts where a network that is told of it is tried: little, as much as the rest, much. */
export const sharesLookedAt: readonly number[] = [0.1, 0.5, 0.9];

/**
 * A look for each of some shares of regularization: each number as the mean over them, and behind its name for each of them
 * (`validation.dice.at.0.1`). Of the share in the middle the warped image. One look as it is where there are none.
 */
export async function lookForShares(
  shares: readonly number[] | undefined,
  look: (share: number | undefined) => Promise<Look>,
): Promise<Look> {
  if (!shares) return look(undefined);
  const looks: (Look & { readonly share: number })[] = [];
  for (const share of shares) looks.push({ ...(await look(share)), share });
  const middle = looks[Math.floor(looks.length / 2)] as Look;
  const names = Object.keys(middle.numbers);
  const all = (name: string) => looks.map(({ numbers }) => numbers[name] ?? Number.NaN);
  return {
    warped: middle.warped,
    numbers: Object.fromEntries([
      ...names.map((name) => [name, mean(all(name))]),
      // Where nothing is warped yet, no share is told.
      ...names
        .filter((name) => name !== beforeName)
        .flatMap((name) =>
          looks.map(({ share, numbers }) => [`${name}.at.${share}`, numbers[name]]),
        ),
    ]),
  };
}

const beforeName = 'validation.dice.before';

/**
 * What a network does to the validation pairs: `validation.loss` and, where labels are known, `validation.dice` and
 * `validation.dice.before`: the mean over pairs of the mean over the labels that both images hold, background left out, labels
 * read at the nearest voxel.
 */
export async function lookAtPairs(
  tf: TensorFlow,
  { grid, labelIds, validationPairs, validationPair }: DatasetValue,
  ask: PairQuestions,
): Promise<Look> {
  const losses: number[] = [];
  const before: number[] = [];
  const after: number[] = [];
  let warped: Float32Array = new Float32Array(voxelCount(grid));
  for (let n = 0; n < validationPairs; n += 1) {
    const pair = validationPair(n);
    const estimate = ask.estimate(pair);
    const loss = tf.tidy(() => ask.loss(pair, estimate));
    const vectors = (await estimate.displacement.data()) as Float32Array;
    const read = nearestVoxels(grid, vectors);
    if (n === 0) warped = read(pair.moving, new Float32Array(voxelCount(grid)));
    const { fixedLabels, movingLabels } = pair;
    if (labelIds && fixedLabels && movingLabels) {
      const moved = read(movingLabels, new Uint32Array(voxelCount(grid)));
      before.push(meanDice(fixedLabels, movingLabels, labelIds.length));
      after.push(meanDice(fixedLabels, moved, labelIds.length));
    }
    losses.push((await loss.data())[0] ?? Number.NaN);
    tf.dispose([estimate, loss]);
  }
  const overlaps = after.length > 0;
  return {
    numbers: {
      ...(losses.length > 0 ? { 'validation.loss': mean(losses) } : {}),
      ...(overlaps ? { [beforeName]: mean(before), 'validation.dice': mean(after) } : {}),
    },
    warped,
  };
}

/** Reads a plane where each voxel is led, at the nearest voxel; 0 outside. */
function nearestVoxels({ sizeVoxels: [nx, ny, nz] }: Grid, vectors: Float32Array) {
  const axes = nz === 1 ? 2 : 3;
  return <Plane extends Float32Array | Uint32Array>(plane: Plane, into: Plane): Plane => {
    let index = 0;
    for (let z = 0; z < nz; z += 1) {
      for (let y = 0; y < ny; y += 1) {
        for (let x = 0; x < nx; x += 1, index += 1) {
          const at = axes * index;
          const i = Math.round(x + (vectors[at] ?? 0));
          const j = Math.round(y + (vectors[at + 1] ?? 0));
          const k = axes === 2 ? 0 : Math.round(z + (vectors[at + 2] ?? 0));
          const isInside = i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz;
          into[index] = isInside ? (plane[i + nx * (j + ny * k)] ?? 0) : 0;
        }
      }
    }
    return into;
  };
}

/** Over the labels that both maps hold, the background left out; 1 where they hold none. */
function meanDice(fixed: Uint32Array, moved: Uint32Array, labels: number): number {
  const [both, inFixed, inMoved] = [0, 1, 2].map(() => new Float64Array(labels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  fixed.forEach((label, index) => {
    const other = moved[index] ?? 0;
    inFixed[label] = (inFixed[label] ?? 0) + 1;
    inMoved[other] = (inMoved[other] ?? 0) + 1;
    if (label === other) both[label] = (both[label] ?? 0) + 1;
  });
  const scores: number[] = [];
  for (let label = 1; label < labels; label += 1) {
    const [own, other] = [inFixed[label] ?? 0, inMoved[label] ?? 0];
    if (own > 0 && other > 0) scores.push((2 * (both[label] ?? 0)) / (own + other));
  }
  return scores.length > 0 ? mean(scores) : 1;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
