import type { VoxelPainter } from './painter';
import { ellipsoid, leaningEllipsoid, smoothUnion, tube } from './shapes';
import { materials } from './tissues';

/** Tubes as x, y, z, radius in mm of the left-right mirrored half (x ≥ 0). */
const ventricleBody = [
  4.4, 13, 15, 3, 4.2, 4, 19, 3.6, 4.4, -12, 21, 3.6, 10, -28, 20, 3.6, 15.5, -38, 10, 4,
];
const posteriorHorn = [24, -40, 8, 4.8, 26, -54, 7, 3.6, 23, -72, 5, 1.2];
const inferiorHorn = [25, -40, 11, 5, 33, -34, -3, 3, 34, -20, -14, 2.4, 28, -8, -20, 2];
const caudateTail = [13, 8, 16, 4.5, 16, -8, 22, 3.6, 22, -24, 22, 2.4, 29, -36, 12, 1.6];
const hippocampusTube = [25, -9, -20, 5, 28, -20, -15, 4.6, 27, -32, -7, 3.6, 20, -38, 2, 2];
/** In the midsagittal plane: y, z as the second and third numbers. */
const callosumArch = [
  0, 18, -6, 1.6, 0, 27, -3, 2.6, 0, 31, 6, 4.6, 0, 26, 17, 3.6, 0, 12, 25, 2.8, 0, -12, 28, 2.8, 0,
  -30, 24, 3.2, 0, -39, 14, 4.8, 0, -36, 8, 3.6,
];

/** Paints what lies between and below the hemispheres: callosum, nuclei, ventricles, cisterns. */
export function paintDeepStructures(painter: VoxelPainter, x: number, y: number, z: number): void {
  const across = Math.abs(x);
  if (across > 45 || y < -84 || y > 48 || z < -34 || z > 40) return;
  painter.fill(materials.cerebralWhite, ellipsoid(x, y + 8, z - 5, 26, 29, 20));
  painter.fill(materials.cerebralWhite, ellipsoid(x, y - 15, z - 8, 10, 15, 15));
  painter.fill(materials.fluid, ellipsoid(x, y + 39, z - 1, 9, 6, 6));
  paintCallosum(painter, across, y, z);
  paintNuclei(painter, across, y, z);
  paintVentricles(painter, x, across, y, z);
}

function paintCallosum(painter: VoxelPainter, across: number, y: number, z: number): void {
  // Its ends fan out into the hemispheres: the genu forwards, the splenium backwards.
  const fan = 0.018 * across * across;
  const bentY = y > 0 ? y - fan : y + 1.3 * fan;
  const arch = tube(0, bentY, z, callosumArch);
  painter.fill(materials.cerebralWhite, Math.max(arch - 0.5, across - 24));
  painter.fill(materials.corpusCallosum, Math.max(arch, across - 11));
}

function paintNuclei(painter: VoxelPainter, across: number, y: number, z: number): void {
  const caudateHead = leaningEllipsoid(across - 13.5, y - 13, z - 6, 6.2, 13.5, 11, 0.12);
  const caudate = smoothUnion(caudateHead, tube(across, y, z, caudateTail), 3);
  painter.fill(materials.caudate, caudate);
  const bowed = across - 27 + 0.008 * (y - 1) * (y - 1);
  painter.fill(materials.putamen, leaningEllipsoid(bowed, y - 1, z - 2, 5.6, 19, 12, -0.26));
  painter.fill(materials.pallidum, leaningEllipsoid(across - 20, y + 4, z, 4.2, 11, 9, -0.4));
  const thalamus = leaningEllipsoid(across - 11.8, y + 19, z - 7, 9.6, 16, 10, -0.4);
  painter.fill(materials.thalamus, thalamus);
  const hippocampus = tube(across, y, z, hippocampusTube);
  painter.fill(materials.hippocampus, hippocampus);
  painter.fill(materials.amygdala, ellipsoid(across - 23, y + 3, z + 19, 6.5, 6.5, 6.5));
}

function paintVentricles(
  painter: VoxelPainter,
  x: number,
  across: number,
  y: number,
  z: number,
): void {
  const frontalHorn = leaningEllipsoid(across - 7.6, y - 19, z - 8, 2.7, 14, 9, 0.42);
  let ventricle = smoothUnion(frontalHorn, tube(across * 0.65, y, z, ventricleBody), 3);
  ventricle = Math.min(
    ventricle,
    tube(across, y, z, posteriorHorn),
    tube(across, y, z, inferiorHorn),
  );
  // The septum keeps the two sides apart.
  painter.fill(materials.lateralVentricle, Math.max(ventricle, 0.9 - across));
  const third = ellipsoid(x, y + 12, z, 1.9, 15, 11);
  painter.fill(materials.thirdVentricle, third);
}

/** Paints the fourth ventricle, over brain stem and cerebellum. */
export function paintFourthVentricle(painter: VoxelPainter, x: number, y: number, z: number): void {
  painter.fill(materials.fourthVentricle, ellipsoid(x, y + 41, z + 34, 7, 4.5, 10));
}
