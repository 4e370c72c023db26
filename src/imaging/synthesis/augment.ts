import { applyMatrix, invertMatrix, type Matrix3x4, type Vec3 } from '../frames';
import { type Grid, voxelCount } from '../grid';
import type { MutableVec3 } from '../phantoms/deformation';
import { deriveSeed, hashBits, normalAt, uniformStream } from '../phantoms/random';
import { blurAtRandom, gammaAtRandom, shadeAtRandom } from './appearance';
import { type ImageMap, identity, randomImageMap } from './image-map';
import type { AffineSettings, AppearanceSettings, DeformationSettings } from './settings';

/** Two images within [0, 1] on one grid, with labels and the map between them where these are known. */
export interface AugmentedPair {
  readonly grid: Grid;
  readonly fixed: Float32Array;
  readonly moving: Float32Array;
  /** The moving image in the contrast of the fixed one. */
  readonly movingInFixedContrast?: Float32Array;
  readonly fixedLabels?: Uint32Array;
  readonly movingLabels?: Uint32Array;
  /** u in voxels with x + u(x) the moving voxel that belongs to fixed voxel x: planes x, y(, z). */
  readonly truthVoxels?: readonly Float32Array[];
}

/** How given images are altered, so that a training sees more of them than there are. `mildAugmentation` is a start. */
export interface AugmentationSettings extends AppearanceSettings {
  /** Axes (0 is x) along which both images are turned round together, each by a coin. */
  readonly flipAxes: readonly (0 | 1 | 2)[];
  readonly affine: AffineSettings;
  readonly deformation: DeformationSettings;
  /** True: both images are deformed by one map, as if both people were others. False: each by its own. */
  readonly movesTogether: boolean;
  /** Largest standard deviation of the noise that is added, of images within [0, 1]. */
  readonly noiseStd: number;
}

/** Small changes for images of a resolution like 1 mm: no flips, 5°, 5 %, 4 mm, flows of up to 2 voxels, and a scanner's effects. */
export const mildAugmentation: AugmentationSettings = {
  flipAxes: [],
  affine: { degrees: 5, scale: 0.05, shiftMm: 4 },
  deformation: { stdVoxels: 2, everyVoxels: [16, 32] },
  movesTogether: false,
  blurVoxels: 0.5,
  gammaStd: 0.15,
  biasStd: 0.2,
  biasEveryVoxels: 40,
  noiseStd: 0.03,
};

/**
 * The pair altered as its seed says: flips, affine map and flow, then blur, bias, noise and gamma. Labels go with their image, the
 * nearest ones; a known map is composed with what was done to both, and stays as it is where nothing moved. Images are
 * interpolated linearly and go on beyond their border as at it.
 */
export function augment(
  pair: AugmentedPair,
  settings: AugmentationSettings,
  seed: number,
): AugmentedPair {
  const { grid } = pair;
  const moved = isStill(settings) ? copied(pair) : movePair(pair, settings, deriveSeed(seed, 1));
  alterIntensities(moved.fixed, grid.sizeVoxels, settings, deriveSeed(seed, 2));
  alterIntensities(moved.moving, grid.sizeVoxels, settings, deriveSeed(seed, 3));
  if (moved.movingInFixedContrast) {
    alterIntensities(moved.movingInFixedContrast, grid.sizeVoxels, settings, deriveSeed(seed, 3));
  }
  return moved;
}

function isStill({ flipAxes, affine, deformation }: AugmentationSettings): boolean {
  const moves = [
    flipAxes.length,
    affine.degrees,
    affine.scale,
    affine.shiftMm,
    deformation.stdVoxels,
  ];
  return moves.every((each) => each === 0);
}

function copied(pair: AugmentedPair): AugmentedPair {
  const { fixed, moving, movingInFixedContrast } = pair;
  return {
    ...pair,
    fixed: fixed.slice(),
    moving: moving.slice(),
    ...(movingInFixedContrast && { movingInFixedContrast: movingInFixedContrast.slice() }),
  };
}

function alterIntensities(
  image: Float32Array,
  size: Vec3,
  settings: AugmentationSettings,
  seed: number,
): void {
  blurAtRandom(image, size, settings.blurVoxels, deriveSeed(seed, 4));
  shadeAtRandom(image, size, settings, deriveSeed(seed, 1));
  const noiseSeed = deriveSeed(seed, 2);
  const std = settings.noiseStd * uniformStream(noiseSeed)();
  for (let voxel = 0; voxel < image.length; voxel += 1) {
    const noise = std === 0 ? 0 : std * normalAt(voxel, 0, noiseSeed);
    image[voxel] = Math.min(Math.max(image[voxel]! + noise, 0), 1);
  }
  gammaAtRandom(image, settings.gammaStd, deriveSeed(seed, 3));
}

function movePair(
  pair: AugmentedPair,
  settings: AugmentationSettings,
  seed: number,
): AugmentedPair {
  const { grid, movingInFixedContrast, fixedLabels, movingLabels, truthVoxels } = pair;
  const flips = randomFlips(grid.sizeVoxels, settings.flipAxes, deriveSeed(seed, 1));
  const ofFixed = randomImageMap(grid, settings, flips, deriveSeed(seed, 2));
  const ofMoving = settings.movesTogether
    ? ofFixed
    : randomImageMap(grid, settings, flips, deriveSeed(seed, 3));
  return {
    grid,
    fixed: imageThrough(ofFixed, grid, pair.fixed),
    moving: imageThrough(ofMoving, grid, pair.moving),
    ...(movingInFixedContrast && {
      movingInFixedContrast: imageThrough(ofMoving, grid, movingInFixedContrast),
    }),
    ...(fixedLabels && { fixedLabels: labelsThrough(ofFixed, grid, fixedLabels) }),
    ...(movingLabels && { movingLabels: labelsThrough(ofMoving, grid, movingLabels) }),
    ...(truthVoxels && { truthVoxels: composed(truthVoxels, ofFixed, ofMoving, grid) }),
  };
}

function randomFlips(size: Vec3, axes: readonly number[], seed: number): Matrix3x4 {
  const flips = [...identity];
  for (const axis of axes) {
    if ((hashBits(axis, 0, 0, seed) & 1) === 0) continue;
    flips[5 * axis] = -1;
    flips[4 * axis + 3] = size[axis]! - 1;
  }
  return flips as unknown as Matrix3x4;
}

/** Calls `visit` with every voxel and the place that a map sends it to. */
function eachVoxel(
  { flow, affine }: ImageMap,
  { sizeVoxels: [nx, ny, nz] }: Grid,
  visit: (voxel: number, point: Vec3) => void,
): void {
  const point: MutableVec3 = [0, 0, 0];
  let index = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, index += 1) {
        point[0] = x;
        point[1] = y;
        point[2] = z;
        flow.move(point);
        visit(index, applyMatrix(affine, point));
      }
    }
  }
}

function imageThrough(map: ImageMap, grid: Grid, image: Float32Array): Float32Array {
  const drawn = new Float32Array(image.length);
  eachVoxel(map, grid, (voxel, point) => {
    drawn[voxel] = linearAt(image, grid.sizeVoxels, point);
  });
  return drawn;
}

function labelsThrough(map: ImageMap, grid: Grid, labels: Uint32Array): Uint32Array {
  const [nx, ny, nz] = grid.sizeVoxels;
  const drawn = new Uint32Array(labels.length);
  const nearest = (at: number, n: number): number =>
    Math.min(Math.max(Math.floor(at + 0.5), 0), n - 1);
  eachVoxel(map, grid, (voxel, [x, y, z]) => {
    drawn[voxel] = labels[nearest(x, nx) + nx * (nearest(y, ny) + ny * nearest(z, nz))]!;
  });
  return drawn;
}

/** What was done to the fixed image, then the known map, then the inverse of what was done to the moving image. */
function composed(
  truth: readonly Float32Array[],
  ofFixed: ImageMap,
  ofMoving: ImageMap,
  grid: Grid,
): readonly Float32Array[] {
  const [nx, ny] = grid.sizeVoxels;
  const planes = truth.map(() => new Float32Array(voxelCount(grid)));
  const unmoved = invertMatrix(ofMoving.affine);
  const back = ofMoving.inverseFlow();
  eachVoxel(ofFixed, grid, (voxel, point) => {
    const known: MutableVec3 = [point[0], point[1], point[2]];
    truth.forEach((plane, axis) => {
      known[axis]! += linearAt(plane, grid.sizeVoxels, point);
    });
    const place = [...applyMatrix(unmoved, known)] as MutableVec3;
    back.move(place);
    const here = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    planes.forEach((plane, axis) => {
      plane[voxel] = place[axis]! - here[axis]!;
    });
  });
  return planes;
}

function linearAt(plane: Float32Array, [nx, ny, nz]: Vec3, [px, py, pz]: Vec3): number {
  const x = Math.min(Math.max(px, 0), nx - 1);
  const y = Math.min(Math.max(py, 0), ny - 1);
  const z = Math.min(Math.max(pz, 0), nz - 1);
  const [ix, iy, iz] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [fx, fy, fz] = [x - ix, y - iy, z - iz];
  const dx = ix + 1 < nx ? 1 : 0;
  const dy = iy + 1 < ny ? nx : 0;
  const dz = iz + 1 < nz ? nx * ny : 0;
  const row = (at: number): number => plane[at]! + fx * (plane[at + dx]! - plane[at]!);
  const slice = (at: number): number => row(at) + fy * (row(at + dy) - row(at));
  const start = ix + nx * (iy + ny * iz);
  return fz === 0 ? slice(start) : slice(start) + fz * (slice(start + dz) - slice(start));
}
