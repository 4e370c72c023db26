import { landmarkNames } from '../../imaging/points/landmark-names';
import type { Builder, Doubt, ValueId } from '../../runtime/api/nodes/builder';
import type { LoweringProblem } from '../../runtime/api/nodes/lowering-problem';
import type { LandmarksValue } from '../../runtime/api/nodes/port-values';

/** Landmarks of two images that belong together, in one order. */
export interface LandmarkPairs {
  readonly count: number;
  readonly names: readonly string[];
  /** Points of three channels, mm. */
  readonly fixed: ValueId;
  readonly moving: ValueId;
  /** Present where some have no partner of their name. */
  readonly alone?: Doubt;
}

/**
 * Pairs landmarks by their names, in the order of the fixed ones; by their order where either has none.
 * @returns what is wrong where they cannot be paired
 */
export function pairLandmarks(
  b: Builder,
  fixed: LandmarksValue,
  moving: LandmarksValue,
): LandmarkPairs | LoweringProblem {
  if (!fixed.names || !moving.names) {
    if (fixed.count !== moving.count) {
      return {
        port: 'moving',
        message: `There are ${fixed.count} fixed and ${moving.count} moving landmarks, and they have no names to pair them by.`,
        remedy: 'Give both files a column “name”, or as many points in the same order.',
      };
    }
    const names = landmarkNames(fixed.names ? fixed : moving);
    return { count: fixed.count, names, fixed: fixed.points, moving: moving.points };
  }
  const placeInMoving = new Map(moving.names.map((name, place) => [name, place]));
  const pairs = fixed.names.flatMap((name, inFixed) => {
    const inMoving = placeInMoving.get(name);
    return inMoving === undefined ? [] : [{ name, inFixed, inMoving }];
  });
  if (pairs.length === 0) {
    return {
      port: 'moving',
      message: 'No moving landmark is called as a fixed one.',
      remedy:
        'Give landmarks that belong together the same name, or leave the names out of one of the files.',
    };
  }
  const [onlyFixed, onlyMoving] = [fixed.count - pairs.length, moving.count - pairs.length];
  return {
    count: pairs.length,
    names: pairs.map(({ name }) => name),
    fixed: gathered(
      b,
      fixed,
      pairs.map(({ inFixed }) => inFixed),
    ),
    moving: gathered(
      b,
      moving,
      pairs.map(({ inMoving }) => inMoving),
    ),
    ...(onlyFixed + onlyMoving === 0
      ? {}
      : {
          alone: {
            about: 'landmarks-alone',
            port: 'moving',
            message: `${onlyFixed} of ${fixed.count} fixed and ${onlyMoving} of ${moving.count} moving landmarks have no partner of their name, and do not count.`,
            remedy: 'Check that names are written alike in both files.',
          },
        }),
  };
}

/** Some of the points in an order; the same value where that changes nothing. */
function gathered(
  b: Builder,
  { points, count }: LandmarksValue,
  places: readonly number[],
): ValueId {
  const isSame = places.length === count && places.every((place, index) => place === index);
  return isSame ? points : b.gatherPoints({ points, indices: b.constant(places) });
}
