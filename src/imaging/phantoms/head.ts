/**
 * Generated heads with known truth.
 *
 * Every head is subject 1's anatomy, written as signed distances, seen through its own diffeomorphism:
 * a voxel is traced back to subject 1's world and painted there. Only integer mixing and the exactly
 * rounded operations + − × ÷ √ are used, so that a seed gives the same bytes in every engine.
 */

import type { MovingWorldFromFixedWorld, Vec3, WorldPointMm } from '../frames';
import { axisAlignedGrid, type Grid, voxelCount } from '../grid';
import { labelIdsOf } from '../label-ids';
import { runSteps, type Steps } from '../steps';
import type { DisplacementField, ImageVolume, LabelVolume } from '../volume';
import { HeadAnatomy } from './anatomy-head';
import { type BoxMm, fieldFrom, type MutableVec3 } from './deformation';
import { type Landmark, referenceLandmarks, sliceLevelMm } from './landmarks';
import { createNoiseSample, latticeNoise } from './noise';
import { VoxelPainter } from './painter';
import { deriveSeed, normalAt } from './random';
import { SubjectTransform, turnedSubject } from './subject';
import { type Contrast, labelNames } from './tissues';

/** What every phantom of a head can be asked for. */
export interface HeadGridOptions {
  /** 2 gives one axial slice at the level of the basal ganglia, 3 the whole head. */
  readonly dimensions: 2 | 3;
  /** By default 192×224×1 or 96×112×96, or what the spacing makes of the same field of view. */
  readonly sizeVoxels?: Vec3;
  /** By default the field of view of 192×224×192 mm divided by the size: 1 mm and 2 mm. */
  readonly spacingMm?: Vec3;
  /** The same seed gives the same head, bit for bit, on every platform. */
  readonly seed: number;
}

/** How the head is imaged. */
export interface HeadImageOptions {
  readonly contrast: Contrast;
  /** Standard deviation of the noise: MR on the scale where white matter is 200 (5), CT in HU (4). */
  readonly noise?: number;
  /** Largest relative change of brightness across the image: 0.15 for MR, 0 for CT. */
  readonly bias?: number;
}

/** Which head is imaged. */
export interface HeadSubjectOptions {
  /** 1 is the reference, 3 is the same person lying otherwise (`turnedSubject`); every other number is another person. */
  readonly subject: number;
  /** Whether subjects other than 1 have cortical folds of their own (they do by default). */
  readonly ownAnatomy?: boolean;
}

export type HeadPhantomOptions = HeadGridOptions & HeadImageOptions & HeadSubjectOptions;

/** A generated head with all that is known of it. */
export interface HeadPhantom {
  readonly image: ImageVolume;
  readonly labels: LabelVolume;
  readonly labelNames: ReadonlyMap<number, string>;
  readonly landmarks: readonly Landmark[];
}

/** Two generated heads and the truth between them. */
export interface HeadPhantomPair {
  readonly fixed: HeadPhantom;
  readonly moving: HeadPhantom;
  /** u in mm on the fixed grid with x + u(x) the moving world point that belongs to x. */
  readonly truthFixedToMovingMm: DisplacementField;
  /** The affine part A of that truth, x + u(x) = A · (x + v(x)) with a smooth v. */
  readonly truthAffine: MovingWorldFromFixedWorld;
}

const fieldOfViewMm: Vec3 = [192, 224, 192];
const centreMm: Vec3 = [0, -14, 5];

const headBox: BoxMm = { lowest: [-110, -140, -110], highest: [110, 115, 115] };
const ownFoldShare = 0.5;

/** Voxels of the scanner's effects between two chances to stop. */
const voxelsPerStep = 2 ** 14;

const typicalNoise: Record<Contrast, number> = { t1: 5, t2: 6, ct: 4 };
const typicalBias: Record<Contrast, number> = { t1: 0.15, t2: 0.15, ct: 0 };

/** Generates one head, image, labels and landmarks on one grid, in one go. */
export function headPhantom(options: HeadPhantomOptions): HeadPhantom {
  return runSteps(headPhantomSteps(options));
}

/** Generates one head in steps: `headPhantom` for those who must be heard meanwhile. */
export function* headPhantomSteps(options: HeadPhantomOptions): Steps<HeadPhantom> {
  const grid = headGrid(options);
  const transform = subjectTransform(options);
  const { image, labels } = yield* paintGrid(grid, transform, options);
  yield* addScannerEffects(image, grid, options);
  const { values, ids } = indexed(labels);
  return {
    image: { kind: 'image', grid, values: image, storedType: 'float32' },
    labels: { kind: 'labels', grid, values, ids, storedType: 'uint8' },
    labelNames,
    landmarks: referenceLandmarks(options.dimensions).map(({ name, pointMm }) => {
      const moved: MutableVec3 = [0, 0, 0];
      transform.forward(moved, pointMm[0], pointMm[1], pointMm[2]);
      return { name, pointMm: moved as unknown as WorldPointMm };
    }),
  };
}

/**
 * Generates subject 1 as the fixed head and another one as the moving head.
 *
 * The moving head is the fixed one under a known diffeomorphism, and has folds of its own unless
 * `ownAnatomy` is false. It may have another contrast.
 */
export function headPhantomPair(
  options: HeadGridOptions &
    HeadImageOptions & {
      readonly movingContrast?: Contrast;
      /** 2 by default. */
      readonly movingSubject?: number;
      readonly ownAnatomy?: boolean;
    },
): HeadPhantomPair {
  const { movingContrast = options.contrast, movingSubject = 2 } = options;
  const fixed = headPhantom({ ...options, subject: 1 });
  const movingOptions = { ...options, subject: movingSubject, contrast: movingContrast };
  const transform = subjectTransform(movingOptions);
  const moved: MutableVec3 = [0, 0, 0];
  return {
    fixed,
    moving: headPhantom(movingOptions),
    truthFixedToMovingMm: fieldFrom(fixed.image.grid, (x, y, z) => {
      transform.forward(moved, x, y, z);
      moved[0] -= x;
      moved[1] -= y;
      moved[2] -= z;
      return moved;
    }),
    truthAffine: transform.affine,
  };
}

function headGrid({ dimensions, sizeVoxels, spacingMm }: HeadGridOptions): Grid {
  const isSlice = dimensions === 2;
  const defaultSpacing: Vec3 = isSlice ? [1, 1, 1] : [2, 2, 2];
  const wanted =
    sizeVoxels ??
    along((axis) =>
      Math.max(1, Math.round(fieldOfViewMm[axis]! / (spacingMm ?? defaultSpacing)[axis]!)),
    );
  const size: Vec3 = isSlice ? [wanted[0], wanted[1], 1] : wanted;
  const spacing =
    spacingMm ?? along((axis) => (isSlice && axis === 2 ? 1 : fieldOfViewMm[axis]! / size[axis]!));
  const origin = along((axis) => {
    const middle = isSlice && axis === 2 ? sliceLevelMm : centreMm[axis]!;
    return middle - ((size[axis]! - 1) / 2) * spacing[axis]!;
  });
  return axisAlignedGrid(size, spacing, origin);
}

function along(value: (axis: number) => number): Vec3 {
  return [value(0), value(1), value(2)];
}

function subjectTransform(options: HeadGridOptions & HeadSubjectOptions): SubjectTransform {
  const { seed, subject, dimensions } = options;
  return new SubjectTransform({
    seed,
    subject,
    box: headBox,
    centreMm,
    isPlanar: dimensions === 2,
  });
}

/** Noise-free intensities and labels: each voxel is traced back to subject 1 and painted there. */
function* paintGrid(
  grid: Grid,
  transform: SubjectTransform,
  options: HeadPhantomOptions,
): Steps<{ readonly image: Float32Array; readonly labels: Float32Array }> {
  const { seed, subject, contrast, dimensions, ownAnatomy = true } = options;
  const anatomy = new HeadAnatomy({
    commonSeed: deriveSeed(seed, 1),
    ownSeed: deriveSeed(seed, 2000 + subject),
    ownShare: subject === 1 || subject === turnedSubject || !ownAnatomy ? 0 : ownFoldShare,
  });
  const [nx, ny, nz] = grid.sizeVoxels;
  const m = grid.worldFromVoxel;
  const widthMm = dimensions === 2 ? (m[0] + m[5]) / 2 : (m[0] + m[5] + m[10]) / 3;
  const painter = new VoxelPainter(contrast, widthMm);
  const image = new Float32Array(voxelCount(grid));
  const labels = new Float32Array(image.length);
  const point: MutableVec3 = [0, 0, 0];
  const guess: MutableVec3 = [0, 0, 0];
  let index = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, index += 1) {
        transform.backward(point, guess, m[0] * x + m[3], m[5] * y + m[7], m[10] * z + m[11]);
        anatomy.paint(painter, point[0], point[1], point[2]);
        image[index] = painter.intensity;
        labels[index] = painter.label;
      }
      yield;
    }
  }
  return { image, labels };
}

/** Bias field and noise: Rician for MR, as in magnitude images, Gaussian for CT. */
function* addScannerEffects(
  image: Float32Array,
  grid: Grid,
  options: HeadPhantomOptions,
): Steps<void> {
  const { contrast, subject } = options;
  const { noise = typicalNoise[contrast], bias = typicalBias[contrast] } = options;
  const seed = deriveSeed(options.seed, 3000 + subject);
  const shading = createNoiseSample();
  const [nx, ny] = grid.sizeVoxels;
  const m = grid.worldFromVoxel;
  for (let index = 0; index < image.length; index += 1) {
    const x = (index % nx) * m[0] + m[3];
    const y = (Math.floor(index / nx) % ny) * m[5] + m[7];
    const z = Math.floor(index / (nx * ny)) * m[10] + m[11];
    latticeNoise(x / 130 + 0.5, y / 130 + 0.5, z / 130 + 0.5, seed, shading);
    const gain = 1 + bias * Math.min(Math.max(1.6 * shading.value, -1), 1);
    const inPhase = image[index]! * gain + noise * normalAt(index, 0, seed);
    if (contrast === 'ct') {
      image[index] = inPhase;
    } else {
      const quadrature = noise * normalAt(index, 1, seed);
      image[index] = Math.sqrt(inPhase * inPhase + quadrature * quadrature);
    }
    if (index % voxelsPerStep === 0) yield;
  }
}

/** Painted labels as indices of those that occur. */
function indexed(painted: Float32Array): Pick<LabelVolume, 'values' | 'ids'> {
  const ids = labelIdsOf([...new Set(painted)].map(BigInt));
  const indexOf = new Map(ids.map((id, index) => [Number(id), index]));
  const values = new Uint32Array(painted.length);
  painted.forEach((label, voxel) => {
    values[voxel] = indexOf.get(label) ?? 0;
  });
  return { ids, values };
}
