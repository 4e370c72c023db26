/** A turn and a shift: x ↦ target + turn · (x − pivot). The pivot is the fixed image's centre. */
export interface RigidMap {
  /** A rotation by rows. */
  readonly turn: readonly number[];
  /** Where the pivot goes, moving world mm. */
  readonly target: readonly number[];
}

/** No turn, by rows. */
export const noTurn: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** `a · b` of two 3×3 by rows. */
export function multiplyTurns(a: readonly number[], b: readonly number[]): number[] {
  const product = new Array<number>(9);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      let sum = 0;
      for (let k = 0; k < 3; k += 1) {
        sum += (a[row * 3 + k] as number) * (b[k * 3 + column] as number);
      }
      product[row * 3 + column] = sum;
    }
  }
  return product;
}

/** The rotation about a unit axis, by Rodrigues' formula. */
export function turnAbout(axis: readonly number[], radians: number): number[] {
  const [x = 0, y = 0, z = 0] = axis;
  const c = Math.cos(radians);
  const s = Math.sin(radians);
  const d = 1 - c;
  // biome-ignore format: rows of a matrix
  return [
    c + d * x * x, d * x * y - s * z, d * x * z + s * y,
    d * x * y + s * z, c + d * y * y, d * y * z - s * x,
    d * x * z - s * y, d * y * z + s * x, c + d * z * z,
  ];
}

/** The smallest rotation that lays one unit vector on another. */
export function turnBetween(from: readonly number[], to: readonly number[]): readonly number[] {
  const axis = cross(from, to);
  const sine = Math.hypot(...axis);
  if (sine < 1e-6) return noTurn;
  return turnAbout(
    axis.map((component) => component / sine),
    Math.atan2(sine, dot(from, to)),
  );
}

/** The angle of a rotation, degrees. */
export function angleDegrees(turn: readonly number[]): number {
  return degreesOfTrace((turn[0] as number) + (turn[4] as number) + (turn[8] as number));
}

function degreesOfTrace(trace: number): number {
  const cosine = Math.min(1, Math.max(-1, (trace - 1) / 2));
  return (Math.acos(cosine) * 180) / Math.PI;
}

/** The angle of the turn from one rotation to another, degrees. */
export function angleBetween(a: readonly number[], b: readonly number[]): number {
  // The trace of aᵀ·b.
  return degreesOfTrace(dot(a, b));
}

/** How far apart two maps take a point at `radiusMm` from the pivot, at most. */
export function distanceMm(a: RigidMap, b: RigidMap, radiusMm: number): number {
  const apart = (at: RigidMap['target'], other: RigidMap['target']) =>
    Math.hypot(...at.map((value, k) => value - (other[k] as number)));
  return apart(a.target, b.target) + (radiusMm * apart(a.turn, b.turn)) / Math.SQRT2;
}

/** The 24 rotations that take the axes of the world to each other; the first is no turn. */
export function cubeTurns(): number[][] {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const;
  const turns: number[][] = [];
  for (const [first, second, third] of orders) {
    // An odd order of the axes mirrors unless an odd number of them is turned over.
    const parity = (second - first) * (third - first) * (third - second) > 0 ? 1 : -1;
    for (const a of [1, -1]) {
      for (const b of [1, -1]) {
        const turn = new Array<number>(9).fill(0);
        turn[first * 3] = a;
        turn[second * 3 + 1] = b;
        turn[third * 3 + 2] = a * b * parity;
        turns.push(turn);
      }
    }
  }
  return turns;
}

/** The vector product. */
export function cross(a: readonly number[], b: readonly number[]): number[] {
  const [ax = 0, ay = 0, az = 0] = a;
  const [bx = 0, by = 0, bz = 0] = b;
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

/** The scalar product. */
export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}
