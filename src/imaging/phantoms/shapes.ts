/**
 * Shapes as signed distances in mm, negative inside.
 *
 * The distances are approximate away from the surface and good near it, which is all that soft edges
 * one voxel wide need.
 */

const fullness = 0.35;

/** An axis-parallel ellipsoid: exact on the surface, first order near it. */
export function ellipsoid(
  x: number,
  y: number,
  z: number,
  radiusX: number,
  radiusY: number,
  radiusZ: number,
): number {
  const ax = x / radiusX;
  const ay = y / radiusY;
  const az = z / radiusZ;
  const bx = ax / radiusX;
  const by = ay / radiusY;
  const bz = az / radiusZ;
  const scaled = Math.sqrt(ax * ax + ay * ay + az * az);
  const slope = Math.sqrt(bx * bx + by * by + bz * bz);
  if (slope < 1e-9) return -Math.min(radiusX, radiusY, radiusZ);
  return (scaled * (scaled - 1)) / slope;
}

/**
 * An ellipsoid whose long axis leans sideways in the axial plane: `lean` is how many mm it moves
 * in x for each mm forward in y.
 */
export function leaningEllipsoid(
  x: number,
  y: number,
  z: number,
  radiusX: number,
  radiusY: number,
  radiusZ: number,
  lean: number,
): number {
  const cosine = 1 / Math.sqrt(1 + lean * lean);
  const sine = lean * cosine;
  return ellipsoid(cosine * x - sine * y, sine * x + cosine * y, z, radiusX, radiusY, radiusZ);
}

/**
 * An axis-parallel body a little fuller than an ellipsoid: X + Y + Z − 0.35 (XY + YZ + ZX) = 1 with
 * X = (x/a)² and so on.
 */
export function fullEllipsoid(
  x: number,
  y: number,
  z: number,
  radiusX: number,
  radiusY: number,
  radiusZ: number,
): number {
  const ax = (x / radiusX) * (x / radiusX);
  const ay = (y / radiusY) * (y / radiusY);
  const az = (z / radiusZ) * (z / radiusZ);
  const round = ax + ay + az;
  const lift = fullness * (ax * ay + ay * az + az * ax);
  const level = Math.sqrt(Math.max(round - lift, 1e-12));
  const gx = ((x / radiusX) * (1 - fullness * (ay + az))) / radiusX;
  const gy = ((y / radiusY) * (1 - fullness * (ax + az))) / radiusY;
  const gz = ((z / radiusZ) * (1 - fullness * (ax + ay))) / radiusZ;
  const slope = Math.sqrt(gx * gx + gy * gy + gz * gz);
  if (slope < 1e-9) return -Math.min(radiusX, radiusY, radiusZ);
  return (level * (level - 1)) / slope;
}

/** A tube through points `x, y, z, radius, x, y, z, radius, …`, all in mm. */
export function tube(x: number, y: number, z: number, nodes: readonly number[]): number {
  let nearest = 1e9;
  for (let i = 0; i + 7 < nodes.length; i += 4) {
    const ax = nodes[i]!;
    const ay = nodes[i + 1]!;
    const az = nodes[i + 2]!;
    const ux = nodes[i + 4]! - ax;
    const uy = nodes[i + 5]! - ay;
    const uz = nodes[i + 6]! - az;
    const along = ((x - ax) * ux + (y - ay) * uy + (z - az) * uz) / (ux * ux + uy * uy + uz * uz);
    const t = clamp(along, 0, 1);
    const dx = x - ax - t * ux;
    const dy = y - ay - t * uy;
    const dz = z - az - t * uz;
    const radius = nodes[i + 3]! + t * (nodes[i + 7]! - nodes[i + 3]!);
    nearest = Math.min(nearest, Math.sqrt(dx * dx + dy * dy + dz * dz) - radius);
  }
  return nearest;
}

/** The union of two shapes, rounded where they meet within `blend` mm. */
export function smoothUnion(a: number, b: number, blend: number): number {
  const overlap = Math.max(blend - Math.abs(a - b), 0) / blend;
  return Math.min(a, b) - overlap * overlap * blend * 0.25;
}

/** The intersection of two shapes, rounded where they meet within `blend` mm. */
export function smoothIntersection(a: number, b: number, blend: number): number {
  return -smoothUnion(-a, -b, blend);
}

/** The nearest number within [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** How much of a voxel of the given width lies inside a surface at this signed distance. */
export function coverage(signedDistance: number, widthMm: number): number {
  return clamp(0.5 - signedDistance / widthMm, 0, 1);
}

/** How much of a voxel lies inside a sheet, so that one thinner than the voxel still shows. */
export function sheetCoverage(distance: number, halfThickness: number, widthMm: number): number {
  const low = Math.max(distance - widthMm * 0.5, -halfThickness);
  const high = Math.min(distance + widthMm * 0.5, halfThickness);
  return clamp((high - low) / widthMm, 0, 1);
}

/** 0 at `zeroAt` and beyond, 1 at `oneAt` and beyond, smooth between; either may be the larger. */
export function smoothStep(zeroAt: number, oneAt: number, value: number): number {
  const t = clamp((value - zeroAt) / (oneAt - zeroAt), 0, 1);
  return t * t * (3 - 2 * t);
}
