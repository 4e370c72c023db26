import { invertMatrix, type Matrix3x4, type Vec3 } from '../frames';
import { axisAlignedGrid, type Grid, voxelCount } from '../grid';
import type { MutableVec3 } from '../phantoms/deformation';
import { deriveSeed, hashBits, uniformStream } from '../phantoms/random';
import { after, type ImageMap, identity, randomImageMap } from './image-map';
import { type HeadPart, headLabelMap, paintHead } from './label-head';
import type { LabelMap } from './label-map';
import { shapeLabels } from './label-shapes';
import { tubeLabels } from './label-tubes';
import { headContrast, paintLabels, randomContrast, withBlackBackground } from './paint-labels';
import type { SynthesisSettings } from './settings';

/** Two images made from label maps, and what is known of them. */
export interface SyntheticPair {
  /** Of both images; its axes are the world's, its middle is at 0. */
  readonly grid: Grid;
  /** Within [0, 1], one a voxel, x fastest. */
  readonly fixed: Float32Array;
  readonly moving: Float32Array;
  /** The moving image as the fixed one's scanner would have shown it; where `alsoInFixedContrast` asks for it. */
  readonly movingInFixedContrast?: Float32Array;
  /** From 0, the background, to `labelCount` − 1. */
  readonly fixedLabels: Uint32Array;
  readonly movingLabels: Uint32Array;
  readonly labelCount: number;
  /** What the fixed image shows as the moving one's scanner would have shown it, with noise of its own. Painted anew in each call. */
  aligned(): Float32Array;
  /**
   * u in voxels with x + u(x) the moving voxel that belongs to fixed voxel x: planes x, y and in 3-D z. Absent where the two
   * show different people, between whom no map is known.
   */
  readonly truthVoxels?: readonly Float32Array[];
}

/** Makes pairs; keeps the heads that it has painted, which changes no pair. */
export interface Synthesizer {
  readonly grid: Grid;
  /** The pair of a seed: always the same one, bit for bit, on every machine. */
  pair(seed: number): SyntheticPair;
}

const mostLabels = 255;

/** The pair of a seed. For more than one pair make a synthesizer, which paints each head once. */
export function synthesizePair(settings: SynthesisSettings, seed: number): SyntheticPair {
  return createSynthesizer(settings).pair(seed);
}

/**
 * A generator of pairs. A label map is drawn, both images get a random map into it, a diffeomorphism out of a flow and an affine map,
 * and a random contrast. Throws a RangeError where settings make no sense.
 */
export function createSynthesizer(settings: SynthesisSettings): Synthesizer {
  check(settings);
  const { sizeVoxels, spacingMm } = settings;
  const origin = sizeVoxels.map((n, axis) => ((1 - n) / 2) * spacingMm[axis]!) as unknown as Vec3;
  const grid = axisAlignedGrid(sizeVoxels, spacingMm, origin);
  const heads = new Map<string, Uint8Array>();

  function headOf(index: number, person: 0 | 1): Uint8Array {
    const key = `${index} ${person}`;
    const painted =
      heads.get(key) ??
      paintHead(sizeVoxels, spacingMm, settings.dimensions, deriveSeed(index, 77), person);
    heads.set(key, painted);
    return painted;
  }

  function labelMaps(seed: number): readonly [LabelMap, LabelMap] {
    const next = uniformStream(seed);
    const source = settings.labelSources[Math.floor(next() * settings.labelSources.length)];
    if (source !== 'head') {
      const map =
        source === 'tubes'
          ? tubeLabels(sizeVoxels, settings.labelCount, deriveSeed(seed, 1))
          : shapeLabels(
              sizeVoxels,
              settings.labelCount,
              settings.shapeEveryVoxels,
              deriveSeed(seed, 1),
            );
      return [map, map];
    }
    const index = Math.floor(next() * settings.headCount);
    const isStripped = next() < settings.headStrippedShare;
    const part: HeadPart = isStripped ? (next() < 0.5 ? 'brain' : 'with fluid') : 'whole';
    const fixed = headLabelMap(headOf(index, 0), sizeVoxels, part);
    if (settings.sameSubject) return [fixed, fixed];
    return [fixed, headLabelMap(headOf(index, 1), sizeVoxels, part)];
  }

  function imageMap(turns: Matrix3x4, seed: number): ImageMap {
    return randomImageMap(grid, settings, turns, seed);
  }

  return {
    grid,
    pair(seed) {
      const [fixedMap, movingMap] = labelMaps(deriveSeed(seed, 1));
      const turns = settings.turnsRound ? randomTurns(sizeVoxels, deriveSeed(seed, 2)) : identity;
      const intoFixed = imageMap(turns, deriveSeed(seed, 3));
      const intoMoving = imageMap(turns, deriveSeed(seed, 4));
      const fixedLabels = labelsThrough(fixedMap, intoFixed, sizeVoxels);
      const movingLabels = labelsThrough(movingMap, intoMoving, sizeVoxels);
      const ofFixed = deriveSeed(seed, 5);
      const ofMoving = deriveSeed(seed, 6);
      const image = (
        map: LabelMap,
        labels: Uint32Array,
        own: number,
        contrastSeed: number,
      ): Float32Array => {
        const weighting = contrastSeed === ofFixed ? 't1' : 't2';
        const contrast =
          settings.contrast === 't1-t2'
            ? headContrast(map, weighting, settings, deriveSeed(contrastSeed, 1))
            : randomContrast(map, settings, deriveSeed(contrastSeed, 1));
        const isBlack =
          map.isBackgroundAir ||
          uniformStream(deriveSeed(contrastSeed, 2))() < settings.blackBackgroundShare;
        const seen = isBlack ? withBlackBackground(contrast) : contrast;
        return paintLabels(labels, seen, settings, deriveSeed(own, 3));
      };
      const movingContrast = settings.contrast === 'same' ? ofFixed : ofMoving;
      return {
        grid,
        fixed: image(fixedMap, fixedLabels, ofFixed, ofFixed),
        moving: image(movingMap, movingLabels, ofMoving, movingContrast),
        ...(settings.alsoInFixedContrast &&
          settings.contrast !== 'same' && {
            movingInFixedContrast: image(movingMap, movingLabels, ofMoving, ofFixed),
          }),
        fixedLabels,
        movingLabels,
        labelCount: fixedMap.labelCount,
        aligned: () => image(fixedMap, fixedLabels, deriveSeed(seed, 7), movingContrast),
        ...(fixedMap === movingMap && {
          truthVoxels: truthBetween(intoFixed, intoMoving, grid, settings.dimensions),
        }),
      };
    },
  };
}

function check({
  sizeVoxels,
  spacingMm,
  dimensions,
  labelSources,
  contrast,
  ...rest
}: SynthesisSettings): void {
  const { labelCount, headCount, shapeEveryVoxels, biasEveryVoxels, deformation } = rest;
  const isRight =
    sizeVoxels.every((n) => Number.isInteger(n) && n > 0) &&
    spacingMm.every((mm) => mm > 0) &&
    (dimensions === 3 || sizeVoxels[2] === 1) &&
    labelSources.length > 0 &&
    (contrast !== 't1-t2' || labelSources.every((source) => source === 'head')) &&
    Number.isInteger(labelCount) &&
    labelCount >= 1 &&
    labelCount <= mostLabels &&
    headCount >= 1 &&
    [shapeEveryVoxels, biasEveryVoxels, ...deformation.everyVoxels].every((every) => every > 0);
  if (!isRight) throw new RangeError('Settings of the synthesis that no pair can be made by.');
}

/** x and y, each by a coin, the other way round. */
function randomTurns([nx, ny]: Vec3, seed: number): Matrix3x4 {
  const bits = hashBits(0, 0, 0, seed);
  const isX = (bits & 1) === 1;
  const isY = (bits & 2) === 2;
  // biome-ignore format: rows of a matrix
  return [
    isX ? -1 : 1, 0, 0, isX ? nx - 1 : 0,
    0, isY ? -1 : 1, 0, isY ? ny - 1 : 0,
    0, 0, 1, 0,
  ];
}

/** Labels of an image: of the nearest voxel of the map, at its border where a place lies outside. */
function labelsThrough(map: LabelMap, { flow, affine }: ImageMap, size: Vec3): Uint32Array {
  const [nx, ny, nz] = size;
  const labels = new Uint32Array(nx * ny * nz);
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = affine;
  const point: MutableVec3 = [0, 0, 0];
  let index = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, index += 1) {
        point[0] = x;
        point[1] = y;
        point[2] = z;
        flow.move(point);
        const [px, py, pz] = point;
        const sx = nearest(a * px + b * py + c * pz + tx, nx);
        const sy = nearest(d * px + e * py + f * pz + ty, ny);
        const sz = nearest(g * px + h * py + i * pz + tz, nz);
        labels[index] = map.values[sx + nx * (sy + ny * sz)]!;
      }
    }
  }
  return labels;
}

function nearest(at: number, count: number): number {
  return Math.min(Math.max(Math.floor(at + 0.5), 0), count - 1);
}

/** The fixed image's map, then the inverse of the moving image's. */
function truthBetween(
  intoFixed: ImageMap,
  intoMoving: ImageMap,
  grid: Grid,
  dimensions: 2 | 3,
): readonly Float32Array[] {
  const [nx, ny, nz] = grid.sizeVoxels;
  const planes = Array.from({ length: dimensions }, () => new Float32Array(voxelCount(grid)));
  const between = after(invertMatrix(intoMoving.affine), intoFixed.affine);
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = between;
  const back = intoMoving.inverseFlow();
  const point: MutableVec3 = [0, 0, 0];
  let index = 0;
  for (let z = 0; z < nz; z += 1) {
    for (let y = 0; y < ny; y += 1) {
      for (let x = 0; x < nx; x += 1, index += 1) {
        point[0] = x;
        point[1] = y;
        point[2] = z;
        intoFixed.flow.move(point);
        const [px, py, pz] = point;
        point[0] = a * px + b * py + c * pz + tx;
        point[1] = d * px + e * py + f * pz + ty;
        point[2] = g * px + h * py + i * pz + tz;
        back.move(point);
        planes[0]![index] = point[0] - x;
        planes[1]![index] = point[1] - y;
        if (dimensions === 3) planes[2]![index] = point[2] - z;
      }
    }
  }
  return planes;
}
