import type { Vec3 } from '../frames';
import { HeadAnatomy } from '../phantoms/anatomy-head';
import { VoxelPainter } from '../phantoms/painter';
import { deriveSeed, uniformStream } from '../phantoms/random';
import { labelNames } from '../phantoms/tissues';
import type { LabelMap } from './label-map';

/** Where the middle of the head's grid lies in the head's own world. */
const centreMm: Vec3 = [0, -14, 5];
/** Slices lie between the basal ganglia and the tops of the ventricles, and lean by up to so many mm a mm. */
const lowestSliceMm = 2;
const highestSliceMm = 46;
const steepestSlice = 0.1;
/** How much of its folds each of the two people of one head has for itself. */
const ownShare = 0.5;

const lastSidedLabel = 22;
const firstOutsideLabel = 28;
const fluidLabel = 27;
const ventricleTissue = 5;

/** The head's labels, with the background. */
export const headLabelCount = Math.max(...labelNames.keys()) + 1;

/**
 * The labels of a generated head on a grid of this size and spacing, in 2-D of an axial slice whose level and lean are drawn.
 * `person` 0 and 1 differ in half of their folds. Takes about 2.5 microseconds a voxel.
 */
export function paintHead(
  sizeVoxels: Vec3,
  spacingMm: Vec3,
  dimensions: 2 | 3,
  seed: number,
  person: 0 | 1,
): Uint8Array {
  const next = uniformStream(seed);
  const draw = (largest: number): number => largest * (2 * next() - 1);
  const level = lowestSliceMm + (highestSliceMm - lowestSliceMm) * next();
  const [leanX, leanY] = dimensions === 2 ? [draw(steepestSlice), draw(steepestSlice)] : [0, 0];
  const middleZ = dimensions === 2 ? level : centreMm[2];
  const anatomy = new HeadAnatomy({
    commonSeed: deriveSeed(seed, 1),
    ownSeed: deriveSeed(seed, 2 + person),
    ownShare,
  });
  const [nx, ny, nz] = sizeVoxels;
  const widthMm = (spacingMm[0] + spacingMm[1]) / 2;
  const painter = new VoxelPainter('t1', widthMm);
  const values = new Uint8Array(nx * ny * nz);
  let index = 0;
  for (let k = 0; k < nz; k += 1) {
    for (let j = 0; j < ny; j += 1) {
      for (let i = 0; i < nx; i += 1, index += 1) {
        const x = (i - (nx - 1) / 2) * spacingMm[0];
        const y = (j - (ny - 1) / 2) * spacingMm[1];
        const z = (k - (nz - 1) / 2) * spacingMm[2] + leanX * x + leanY * y;
        anatomy.paint(painter, x + centreMm[0], y + centreMm[1], z + middleZ);
        values[index] = painter.label;
      }
    }
  }
  return values;
}

/** Which tissue each label of the head is of: that of its left side, and of the first ventricle for all of them. */
const headTissues: readonly number[] = Array.from({ length: headLabelCount }, (_, label) => {
  if (label >= 24 && label <= 25) return ventricleTissue;
  if (label === 33) return 32;
  return label > 0 && label <= lastSidedLabel && label % 2 === 0 ? label - 1 : label;
});

/** What of a painted head is shown: all of it, the brain with the fluid around it, or the brain alone. */
export type HeadPart = 'whole' | 'with fluid' | 'brain';

/** A painted head as a label map, its outside left out as asked. */
export function headLabelMap(painted: Uint8Array, sizeVoxels: Vec3, part: HeadPart): LabelMap {
  const first =
    part === 'whole' ? headLabelCount : part === 'brain' ? fluidLabel : firstOutsideLabel;
  const values = painted.map((label) => (label >= first ? 0 : label));
  return {
    sizeVoxels,
    values,
    labelCount: headLabelCount,
    tissues: headTissues,
    isBackgroundAir: true,
  };
}
