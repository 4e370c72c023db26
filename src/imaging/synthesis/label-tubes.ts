import type { Vec3 } from '../frames';
import { deriveSeed, normalAt, uniformStream } from '../phantoms/random';
import { exactExp } from './exact-functions';
import type { LabelMap } from './label-map';

/** Radii lie between these shares of the grid's longest edge, drawn evenly on a scale of logarithms. */
const logThinnest = -4.6;
const logThickest = -1.6;
const thinnestVoxels = 1;
/** Half of the bodies are tubes, bent twice; the others are single ellipsoids. */
const tubeShare = 0.5;
const jointsOfTube = 3;
const placesOfLink = 24;

/**
 * Bodies of many sizes over each other, for thin structures and nested ones: ellipsoids of any direction, and tubes of varying
 * radius. Thick ones are painted first. Each label has as many bodies as its size leaves room for, at most six.
 */
export function tubeLabels(sizeVoxels: Vec3, labelCount: number, seed: number): LabelMap {
  const values = new Uint8Array(sizeVoxels[0] * sizeVoxels[1] * sizeVoxels[2]);
  const next = uniformStream(seed);
  const longest = Math.max(...sizeVoxels);
  const radii = Array.from({ length: labelCount - 1 }, () =>
    Math.max(
      thinnestVoxels,
      longest * exactExp(logThinnest + (logThickest - logThinnest) * next()),
    ),
  ).sort((a, b) => b - a);
  radii.forEach((radius, order) => {
    const bodies = 1 + Math.floor(next() * Math.min(5.99, longest / (4 * radius)));
    for (let body = 0; body < bodies; body += 1) {
      const bodySeed = deriveSeed(seed, 100 * order + body + 1);
      const paint = next() < tubeShare ? paintTube : paintEllipsoid;
      paint(values, sizeVoxels, order + 1, radius, bodySeed);
    }
  });
  return { sizeVoxels, values, labelCount, isBackgroundAir: false };
}

function paintTube(
  values: Uint8Array,
  size: Vec3,
  label: number,
  radius: number,
  seed: number,
): void {
  const next = uniformStream(seed);
  const from = place(size, next);
  let direction = unitVector(seed, 0);
  for (let joint = 1; joint <= jointsOfTube; joint += 1) {
    const length = radius * (2 + 4 * next());
    const bend = unitVector(seed, joint);
    const thinner = radius * (0.6 + 0.6 * next());
    const turned = direction.map((d, axis) => d + 0.7 * bend[axis]!) as unknown as Vec3;
    // Along a link the direction goes over from one to the next, so that the tube has no corners.
    for (let step = 0; step < placesOfLink; step += 1) {
      const share = step / placesOfLink;
      const local = radius + share * share * (3 - 2 * share) * (thinner - radius) * 0.5;
      paintBall(values, size, label, from, [local, local, local], undefined);
      for (let axis = 0; axis < 3; axis += 1) {
        const heading = direction[axis]! + share * (turned[axis]! - direction[axis]!);
        if (size[axis]! > 1) from[axis]! += (heading * length) / placesOfLink;
      }
    }
    direction = turned;
  }
}

function paintEllipsoid(
  values: Uint8Array,
  size: Vec3,
  label: number,
  radius: number,
  seed: number,
): void {
  const next = uniformStream(seed);
  const centre = place(size, next);
  const radii: Vec3 = [radius, radius * (0.6 + 0.8 * next()), radius * (1 + 1.5 * next())];
  const isFlat = size[2] === 1;
  const raw = unitVector(seed, 9);
  const axis3: Vec3 = isFlat ? normalised([raw[0], raw[1] + 1e-6, 0]) : raw;
  const other: Vec3 = isFlat ? [0, 0, 1] : unitVector(seed, 10);
  const axis1 = normalised(cross(axis3, other));
  paintBall(values, size, label, centre, radii, [axis1, cross(axis3, axis1), axis3]);
}

/** Gives a label to all voxels within an ellipsoid along `axes`, or along the grid's where there are none. */
function paintBall(
  values: Uint8Array,
  [nx, ny, nz]: Vec3,
  label: number,
  [cx, cy, cz]: readonly number[],
  radii: Vec3,
  axes: readonly [Vec3, Vec3, Vec3] | undefined,
): void {
  const reach = Math.max(...radii);
  const limits = (centre: number, n: number): [number, number] => [
    Math.max(0, Math.ceil(centre - reach)),
    Math.min(n - 1, Math.floor(centre + reach)),
  ];
  const [x0, x1] = limits(cx!, nx);
  const [y0, y1] = limits(cy!, ny);
  const [z0, z1] = limits(cz!, nz);
  for (let z = z0; z <= z1; z += 1) {
    for (let y = y0; y <= y1; y += 1) {
      for (let x = x0; x <= x1; x += 1) {
        const d: Vec3 = [x - cx!, y - cy!, z - cz!];
        const a = (axes ? dot(axes[0], d) : d[0]) / radii[0];
        const b = (axes ? dot(axes[1], d) : d[1]) / radii[1];
        const c = (axes ? dot(axes[2], d) : d[2]) / radii[2];
        if (a * a + b * b + c * c <= 1) values[x + nx * (y + ny * z)] = label;
      }
    }
  }
}

function place(size: Vec3, next: () => number): [number, number, number] {
  return [next() * (size[0] - 1), next() * (size[1] - 1), next() * (size[2] - 1)];
}

function unitVector(seed: number, index: number): Vec3 {
  return normalised([
    normalAt(index, 1, seed) + 1e-6,
    normalAt(index, 2, seed),
    normalAt(index, 3, seed),
  ]);
}

function normalised(v: Vec3): Vec3 {
  const length = Math.sqrt(dot(v, v));
  return [v[0] / length, v[1] / length, v[2] / length];
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
