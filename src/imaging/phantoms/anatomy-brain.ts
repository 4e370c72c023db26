import { type Folding, FoldPattern } from './folds';
import { createNoiseSample, latticeNoise } from './noise';
import type { VoxelPainter } from './painter';
import {
  clamp,
  ellipsoid,
  fullEllipsoid,
  sheetCoverage,
  smoothIntersection,
  smoothStep,
  smoothUnion,
  tube,
} from './shapes';
import { materials } from './tissues';

const brainStemTube = [
  0, -15, -2, 11, 0, -22, -32, 12, 0, -36, -54, 8.5, 0, -43, -76, 6, 0, -50, -130, 5.5,
];
const canalTube = [0, -30, -44, 17, 0, -40, -62, 11, 0, -44, -80, 9.5, 0, -51, -135, 9];

/** Signed distance to the smooth hull of both hemispheres of the cerebrum, folds closed. */
export function cerebrumHull(x: number, y: number, z: number): number {
  const across = Math.abs(x);
  // The front of the brain is narrower than the back.
  const taper = 1 - 0.0011 * (y + 17);
  const main = fullEllipsoid(across / taper, y + 17, z - 11, 67, 88, 67);
  const frontalFloor = -19 + 0.25 * Math.max(0, across - 12) + 0.2 * Math.max(0, y - 40);
  const tentorium = -8 - 0.28 * across - 0.1 * (y + 70);
  const isFront = smoothStep(-45, -15, y);
  const floor = tentorium + isFront * (frontalFloor - tentorium);
  const upper = smoothIntersection(main, floor - z, 10);
  const lean = 0.12 * (y + 10);
  const temporal = ellipsoid(across - 43 + 0.5 * lean, y + 12, z + 20 - lean, 23, 42, 20);
  return smoothUnion(upper, temporal, 5);
}

/** Signed distance to the hull of the cerebellum. */
export function cerebellumHull(x: number, y: number, z: number): number {
  const across = Math.abs(x);
  const lobe = ellipsoid(across - 24, y + 65, z + 37 + 0.12 * (across - 24), 27, 26, 20);
  const vermis = ellipsoid(across, y + 64, z + 31, 12, 23, 22);
  return smoothUnion(lobe, vermis, 7);
}

/** Signed distance to the brain stem and spinal cord. */
export function brainStemHull(x: number, y: number, z: number): number {
  const pons = ellipsoid(x, y + 20, z + 32, 17, 12.5, 13);
  return smoothUnion(tube(x * 0.85, y, z, brainStemTube), pons, 5);
}

/** Signed distance to the inside of the skull: brain and the fluid around it. */
export function cranialCavity(x: number, y: number, z: number, cerebrum: number): number {
  let cavity = cerebrum - 2.6;
  if (z < 20) {
    cavity = smoothUnion(cavity, cerebellumHull(x, y, z) - 2.2, 8);
    cavity = smoothUnion(cavity, ellipsoid(x, y + 30, z + 18, 24, 27, 24), 8);
    cavity = smoothUnion(cavity, tube(x, y, z, canalTube), 8);
  }
  return cavity;
}

const hullStepMm = 0.5;
const interhemisphericHalfGapMm = 0.5;

/** One hemisphere: the hull cut at the midline. */
function hemisphereHull(x: number, cerebrum: number): number {
  return smoothIntersection(cerebrum, interhemisphericHalfGapMm - Math.abs(x), 8);
}

/** Distance to the lateral fissure and the cleft over the insula at its bottom. */
function lateralFissure(x: number, y: number, z: number, bend: number): number {
  const across = Math.abs(x);
  const level = 1 - 0.55 * y + bend;
  const cleft = z - level;
  const cleftOut = Math.max(39 - across, y - 26, -42 - y, 0);
  const toCleft = Math.sqrt(cleft * cleft + cleftOut * cleftOut);
  const wall = across - 38.5 - 0.4 * bend + 0.007 * (y - 2) * (y - 2);
  const wallOut = Math.max(y - 25, -24 - y, Math.abs(z - level) - 15, 0);
  const toWall = Math.sqrt(wall * wall + wallOut * wallOut);
  return Math.min(toCleft, toWall);
}

/** Paints cerebrum and cerebellum with their folds; holds scratch space, so one for each loop. */
export class FoldedBrain {
  readonly #folding: Folding;
  readonly #pattern: FoldPattern;
  readonly #a = createNoiseSample();
  readonly #warp = createNoiseSample();

  constructor(folding: Folding) {
    this.#folding = folding;
    this.#pattern = new FoldPattern(folding);
  }

  paintCerebrum(painter: VoxelPainter, x: number, y: number, z: number, cerebrum: number): void {
    const hull = hemisphereHull(x, cerebrum);
    if (hull > painter.widthMm) return;
    const depth = Math.max(0, -hull);
    if (depth > 21 && lateralFissure(x, y, z, 0) > 12) {
      painter.cover(materials.cerebralWhite, 1);
      return;
    }
    const ribbon = this.#ribbonAt(x, y, z, hull, depth);
    const inHull = clamp(0.5 - hull / painter.widthMm, 0, 1);
    const inFold = sheetCoverage(ribbon.fold, ribbon.halfGap, painter.widthMm);
    painter.cover(materials.cerebralCortex, inHull * (1 - inFold));
    const toPial = Math.min(depth, ribbon.fold - ribbon.halfGap);
    painter.fill(materials.cerebralWhite, ribbon.thickness - toPial);
  }

  paintCerebellum(painter: VoxelPainter, x: number, y: number, z: number): void {
    const hull = cerebellumHull(x, y, z);
    if (hull > painter.widthMm) return;
    const seed = this.#folding.commonSeed + 51;
    const warp = latticeNoise(x / 17, y / 17, z / 17, seed, this.#warp).value * 5;
    const across = Math.abs(x);
    // Folia run from side to side and point at the middle of each lobe.
    const folia = latticeNoise(x / 40, (y + warp) / 7, (z + warp) / 7, seed + 1, this.#a);
    const slope = Math.sqrt(folia.dy * folia.dy + folia.dz * folia.dz + 0.06) / 7;
    const depth = Math.max(0, -hull);
    const reach = 13 + 5 * clamp(folia.dx, -1, 1) + 9 * smoothStep(14, 4, across);
    const past = Math.max(0, depth - reach);
    const sheet = Math.abs(folia.value) / slope;
    const fold = Math.sqrt(sheet * sheet + past * past);
    const inHull = clamp(0.5 - hull / painter.widthMm, 0, 1);
    const inFold = sheetCoverage(fold, 0.4, painter.widthMm);
    painter.cover(materials.cerebellarCortex, inHull * (1 - 0.8 * inFold));
    const core = Math.min(
      ellipsoid(across - 19, y + 60, z + 35, 17, 18, 11),
      ellipsoid(x, y + 57, z + 33, 15, 15, 14),
    );
    const toPial = Math.min(depth, fold);
    painter.fill(materials.cerebellarWhite, Math.max(1.7 - toPial, core));
  }

  readonly #ribbon = { fold: 0, halfGap: 0, thickness: 0 };

  /** Distance to the nearest fold's middle, the fold's half width and the cortex's thickness. */
  #ribbonAt(x: number, y: number, z: number, hull: number, depth: number) {
    const { commonSeed } = this.#folding;
    const slopeX = (this.#hullAt(x + hullStepMm, y, z) - hull) / hullStepMm;
    const slopeY = (this.#hullAt(x, y + hullStepMm, z) - hull) / hullStepMm;
    const slopeZ = (this.#hullAt(x, y, z + hullStepMm) - hull) / hullStepMm;
    const norm = Math.sqrt(slopeX * slopeX + slopeY * slopeY + slopeZ * slopeZ) + 1e-6;
    const nx = slopeX / norm;
    const ny = slopeY / norm;
    const nz = slopeZ / norm;
    // Folds are drawn on the hull and carried inwards along its normal, bending on the way.
    const bend = latticeNoise(x / 22, y / 22, z / 22, commonSeed + 11, this.#warp);
    const shift = 5 * bend.value;
    const sway = 0.12 * depth;
    const qx = x + nx * depth + shift + sway * bend.dx;
    const qy = y + ny * depth - shift + sway * bend.dy;
    const qz = z + nz * depth + shift + sway * bend.dz;
    const reach = latticeNoise(qx / 27, qy / 27, qz / 27, commonSeed + 12, this.#warp).value;
    const sulcus = this.#pattern.distanceMm(qx, qy, qz, nx, ny, nz, depth);
    this.#ribbon.fold = Math.min(sulcus, lateralFissure(x, y, z, shift));
    this.#ribbon.halfGap = 0.35 + 0.6 * smoothStep(9, 0, depth) * (0.6 + 0.6 * reach);
    this.#ribbon.thickness = 2.4 + 0.4 * reach;
    return this.#ribbon;
  }

  #hullAt(x: number, y: number, z: number): number {
    return hemisphereHull(x, cerebrumHull(x, y, z));
  }
}
