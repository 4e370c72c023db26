import { brainStemHull, cerebrumHull, cranialCavity, FoldedBrain } from './anatomy-brain';
import { paintDeepStructures, paintFourthVentricle } from './anatomy-deep';
import type { Folding } from './folds';
import { createNoiseSample, latticeNoise } from './noise';
import type { VoxelPainter } from './painter';
import { ellipsoid, smoothIntersection, smoothStep, smoothUnion, tube } from './shapes';
import { materials } from './tissues';

/**
 * The whole head, painted at one point at a time.
 *
 * Coordinates are mm in a frame like that of the ICBM templates: x to the person's right, y to the
 * front, z up, the origin near the anterior commissure.
 */
export class HeadAnatomy {
  readonly #brain: FoldedBrain;
  readonly #seed: number;
  readonly #noise = createNoiseSample();

  constructor(folding: Folding) {
    this.#brain = new FoldedBrain(folding);
    this.#seed = folding.commonSeed;
  }

  paint(painter: VoxelPainter, x: number, y: number, z: number): void {
    painter.begin(x, materials.air);
    if (ellipsoid(x, y + 12, z, 100, 124, 150) > 0) return;
    const cerebrum = cerebrumHull(x, y, z);
    const cavity = cranialCavity(x, y, z, cerebrum);
    if (cavity > -2) this.#paintOutside(painter, x, y, z, cavity);
    painter.fill(materials.fluid, cavity);
    if (cavity > painter.widthMm) return;
    const falx = Math.max(Math.abs(x) - 0.5, cerebrum, 30 - z - 0.4 * Math.abs(y + 5));
    painter.fill(materials.falx, falx);
    this.#brain.paintCerebrum(painter, x, y, z, cerebrum);
    if (z < 6) this.#brain.paintCerebellum(painter, x, y, z);
    paintDeepStructures(painter, x, y, z);
    if (z < 6) {
      painter.fill(materials.brainStem, smoothIntersection(brainStemHull(x, y, z), z + 3, 7));
      paintFourthVentricle(painter, x, y, z);
    }
  }

  #paintOutside(painter: VoxelPainter, x: number, y: number, z: number, cavity: number): void {
    const wobble = latticeNoise(x / 34, y / 34, z / 34, this.#seed + 71, this.#noise).value;
    const head = headSurface(x, y, z, cavity, wobble);
    if (head > painter.widthMm) return;
    painter.fill(materials.skin, head);
    painter.fill(materials.fat, head + 1.9);
    const across = Math.abs(x);
    const temple = smoothStep(30, 62, across) * smoothStep(48, 20, z) * smoothStep(-75, -25, y);
    const muscleDepth = 5 + 1.2 * wobble + 4 * (1 - temple) * smoothStep(-30, 10, z);
    painter.fill(materials.muscle, head + muscleDepth);
    if (z < 12) this.#paintFace(painter, x, y, z, head);
    const thickness = 6.2 + 1.4 * wobble;
    painter.fill(materials.boneTable, cavity - thickness);
    painter.fill(
      materials.boneMarrow,
      Math.abs(cavity - thickness * 0.55) - (thickness * 0.17 + 0.8 * wobble),
    );
    if (z < 40 && y > 40) paintFrontalSinus(painter, x, y, z);
  }

  #paintFace(painter: VoxelPainter, x: number, y: number, z: number, head: number): void {
    const across = Math.abs(x);
    const streak = latticeNoise(x / 8, y / 12, z / 26, this.#seed + 72, this.#noise).value;
    const fatty = 0.8 * smoothStep(0.1, 0.55, streak) * smoothStep(12, -8, z);
    if (head < -4) painter.cover(materials.fat, fatty);
    if (y > -20) paintFacialBones(painter, x, y, z);
    paintOrbit(painter, across, y, z);
    paintSpine(painter, x, y, z);
    paintAirways(painter, across, y, z);
  }
}

function headSurface(x: number, y: number, z: number, cavity: number, wobble: number): number {
  let head = cavity - 13.5 - wobble;
  if (z < 30) {
    const across = Math.abs(x);
    head = smoothUnion(head, ellipsoid(x, y - 34, z + 56, 59, 54, 66), 22);
    head = smoothUnion(head, ellipsoid(x, y + 28, z + 130, 56, 62, 110), 26);
    head = smoothUnion(head, ellipsoid(x, y - 84, z + 42 + 0.5 * (y - 84), 12, 12, 20), 10);
    head = smoothUnion(head, ellipsoid(across - 82, y + 24, z + 26, 3.2, 15, 26), 5);
  }
  return head;
}

function paintFacialBones(painter: VoxelPainter, x: number, y: number, z: number): void {
  // The middle of the skull base, the lower jaw, the hard palate and the tongue.
  const base = ellipsoid(x, y - 22, z + 36, 17, 24, 19);
  painter.fill(materials.boneTable, base);
  painter.fill(materials.boneMarrow, base + 2);
  const lower = Math.max(Math.abs(ellipsoid(x, y - 30, z + 96, 42, 46, 60)) - 4, z + 80);
  painter.fill(materials.boneTable, lower);
  painter.fill(materials.boneMarrow, lower + 1.6);
  painter.fill(materials.boneTable, ellipsoid(x, y - 46, z + 75, 26, 30, 3));
  painter.fill(materials.gland, ellipsoid(x, y - 40, z + 92, 22, 32, 13));
}

function paintOrbit(painter: VoxelPainter, across: number, y: number, z: number): void {
  const orbit = ellipsoid(across - 31 - 0.25 * (y - 55), y - 54, z + 31, 17, 27, 17);
  painter.fill(materials.boneTable, Math.max(orbit - 2, y - 66));
  painter.fill(materials.fat, Math.max(orbit, y - 74));
  const nerve = tube(across, y, z, [33, 54, -31, 2.2, 14, 22, -22, 2.2]);
  painter.fill(materials.nerve, nerve);
  const muscle = Math.abs(tube(across, y, z, [33, 58, -31, 10, 18, 30, -26, 3])) - 1.2;
  painter.fill(materials.muscle, Math.max(muscle, y - 60));
  const eye = ellipsoid(across - 33.5, y - 65, z + 31, 12.2, 12.2, 12.2);
  painter.fill(materials.skin, eye - 0.8);
  painter.fill(materials.eyeFluid, eye);
  painter.fill(materials.eyeLens, ellipsoid(across - 33.5, y - 73, z + 31, 4.4, 2, 4.4));
}

function paintSpine(painter: VoxelPainter, x: number, y: number, z: number): void {
  if (z > -50) return;
  const level = (z + 200) / 18;
  const within = Math.abs(level - Math.floor(level) - 0.5) * 18;
  const body = Math.max(ellipsoid(x, y + 24 + 0.1 * (z + 70), 0, 15, 10, 10), within - 7.6);
  painter.fill(materials.boneTable, Math.max(body, z + 62));
  painter.fill(materials.boneMarrow, Math.max(body + 1.5, z + 63));
}

function paintAirways(painter: VoxelPainter, across: number, y: number, z: number): void {
  painter.fill(materials.air, ellipsoid(across - 6, y - 52, z + 47, 5, 25, 20));
  painter.fill(materials.gland, ellipsoid(across - 8, y - 52, z + 56, 3.4, 20, 4));
  painter.fill(materials.air, ellipsoid(across - 7, y - 25, z + 33, 6, 10, 9));
  painter.fill(materials.air, ellipsoid(across - 29, y - 50, z + 60, 11, 14, 13));
  painter.fill(materials.air, tube(across, y, z, [0, 12, -58, 6, 0, 2, -76, 5, 0, -2, -130, 7]));
  // The ear canal and the cells behind it.
  painter.fill(materials.air, tube(across, y, z, [80, -22, -34, 3, 52, -24, -36, 2.4]));
  painter.fill(materials.air, ellipsoid(across - 60, y + 36, z + 44, 5, 8, 9));
}

function paintFrontalSinus(painter: VoxelPainter, x: number, y: number, z: number): void {
  painter.fill(materials.air, ellipsoid(Math.abs(x) - 11, y - 72, z + 6, 8, 4, 11));
}
