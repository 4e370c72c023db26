import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { type Grid, voxelCount } from '../../../imaging/grid';
import type { DatasetValue, TrainingPair } from '../../api/data-kinds/dataset';
import type { TensorFlow } from '../tensorflow';

/** What is asked about a pair. */
export interface PairQuestions {
  /** In voxels, `[1, (z,) y, x, d]`. */
  displacement(pair: TrainingPair): Tensor;
  loss(pair: TrainingPair, displacement: Tensor): Scalar;
}

/**
 * What a network does to the validation pairs: `validation.loss` and, where labels are known, `validation.dice` and
 * `validation.dice.before`: the mean over pairs of the mean over the labels that both images hold, background left out, labels
 * read at the nearest voxel.
 */
export async function lookAtPairs(
  tf: TensorFlow,
  { grid, labelIds, validationPairs, validationPair }: DatasetValue,
  ask: PairQuestions,
): Promise<{ readonly numbers: Readonly<Record<string, number>>; readonly warped: Float32Array }> {
  const losses: number[] = [];
  const before: number[] = [];
  const after: number[] = [];
  let warped: Float32Array = new Float32Array(voxelCount(grid));
  for (let n = 0; n < validationPairs; n += 1) {
    const pair = validationPair(n);
    const displacement = ask.displacement(pair);
    const loss = tf.tidy(() => ask.loss(pair, displacement));
    const vectors = (await displacement.data()) as Float32Array;
    const read = nearestVoxels(grid, vectors);
    if (n === 0) warped = read(pair.moving, new Float32Array(voxelCount(grid)));
    const { fixedLabels, movingLabels } = pair;
    if (labelIds && fixedLabels && movingLabels) {
      const moved = read(movingLabels, new Uint32Array(voxelCount(grid)));
      before.push(meanDice(fixedLabels, movingLabels, labelIds.length));
      after.push(meanDice(fixedLabels, moved, labelIds.length));
    }
    losses.push((await loss.data())[0] ?? Number.NaN);
    tf.dispose([displacement, loss]);
  }
  const overlaps = after.length > 0;
  return {
    numbers: {
      ...(losses.length > 0 ? { 'validation.loss': mean(losses) } : {}),
      ...(overlaps
        ? { 'validation.dice.before': mean(before), 'validation.dice': mean(after) }
        : {}),
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
