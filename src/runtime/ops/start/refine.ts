import { multiplyTurns, type RigidMap, turnAbout } from './rigid-map';

/** What a search may move, and how far. */
export interface Freedom {
  /** Unit vectors of the world along which the target may be shifted. */
  readonly shifts: readonly (readonly number[])[];
  /** Unit axes about which the image may be turned. */
  readonly turns: readonly (readonly number[])[];
  /** A turn by 1/radius moves the thing's edge about as far as a shift by 1 mm. */
  readonly radiusMm: number;
}

/** Rounds at one step length; a start that still moves after them goes on with the next one. */
const mostRounds = 3;

/**
 * Pattern search (Hooke, Jeeves: "Direct search" solution of numerical and statistical problems, 1961):
 * tries a step to either side in every direction, goes on where a whole round has led, and takes
 * shorter steps where nothing is better. Needs no derivative, and gives the same for the same input.
 * @param stepsMm lengths of the steps, longest first
 * @param quality the higher the better
 */
export function refineMap(
  start: RigidMap,
  freedom: Freedom,
  stepsMm: readonly number[],
  quality: (map: RigidMap) => number,
): RigidMap {
  const count = freedom.shifts.length + freedom.turns.length;
  let map = start;
  let best = quality(map);
  for (const stepMm of stepsMm) {
    // The side that helped last is tried first.
    const sides = new Array<number>(count).fill(1);
    for (let round = 0; round < mostRounds; round += 1) {
      const before = map;
      const moved = new Array<number>(count).fill(0);
      for (let direction = 0; direction < count; direction += 1) {
        const side = sides[direction] as number;
        for (const sign of [side, -side]) {
          const tried = moveMap(map, freedom, direction, sign * stepMm);
          const found = quality(tried);
          if (found <= best) continue;
          map = tried;
          best = found;
          moved[direction] = sign;
          sides[direction] = sign;
          break;
        }
      }
      if (map === before) break;
      const further = moved.reduce(
        (at, sign, direction) => (sign === 0 ? at : moveMap(at, freedom, direction, sign * stepMm)),
        map,
      );
      const found = quality(further);
      if (found > best) {
        map = further;
        best = found;
      }
    }
  }
  return map;
}

function moveMap(map: RigidMap, freedom: Freedom, direction: number, byMm: number): RigidMap {
  const shift = freedom.shifts[direction];
  if (shift) {
    return {
      turn: map.turn,
      target: map.target.map((value, row) => value + byMm * (shift[row] as number)),
    };
  }
  const axis = freedom.turns[direction - freedom.shifts.length] ?? [0, 0, 1];
  return {
    turn: multiplyTurns(turnAbout(axis, byMm / freedom.radiusMm), map.turn),
    target: map.target,
  };
}
