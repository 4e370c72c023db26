import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { comparisonOf, type ImagePair } from '../../runtime/api/nodes/compare';
import type { WayBack } from '../../runtime/api/nodes/objectives';
import type {
  Comparison,
  LevelContext,
  MapValue,
  ModelField,
  ModelMaps,
  TransformValue,
} from '../../runtime/api/nodes/port-values';
import { compareAtDrawnPoints } from './drawn-samples';
import { type LevelPairs, pairFor } from './level-pairs';
import { keptTogether } from './overlap';
import { resample } from './resample';
import { afterModel } from './total-transform';

/** Displacements (mm, on the level's grid) of a model that finds both ways: fixed world → start of `initial`, and back. */
export interface BothWays {
  readonly there: ValueId;
  readonly back: ValueId;
}

/**
 * Both ways of a model; undefined where it finds one alone.
 * @throws RangeError where the way there is no displacement
 */
export function waysOf(maps: ModelMaps, back: ValueId | undefined): BothWays | undefined {
  if (back === undefined) return undefined;
  const there = maps.moving.displacement;
  if (there === undefined || maps.fixed || maps.moving.affine !== undefined) {
    throw new RangeError(
      'A model that finds the way back moves the moving image by a displacement.',
    );
  }
  return { there, back };
}

/** What regularizers weigh of a way back, and of both ways one after the other. */
export function fieldsOf(b: Builder, ways: BothWays): readonly ModelField[] {
  return [
    { role: 'map', value: ways.back },
    ...Object.values(roundTrips(b, ways)).map((value) => ({ role: 'round-trip', value }) as const),
  ];
}

/** How far a point ends from where it began, mm: out from the fixed world and back to it, and from the start of `initial`. */
function roundTrips(b: Builder, { there, back }: BothWays) {
  return {
    fromFixed: b.compose({ outer: back, inner: there }),
    fromStart: b.compose({ outer: there, inner: back }),
  };
}

/**
 * The way back as objectives are asked of it. Its points are those of the level's grid before `initial`: there the moving image,
 * read through `initial` alone, is what stays, and the fixed image is what moves.
 */
export function wayBack(
  b: Builder,
  initial: TransformValue | undefined,
  ways: BothWays,
  level: { readonly pairs: LevelPairs; readonly at: LevelContext; readonly iteration: ValueId },
): WayBack {
  const { pairs, at, iteration } = level;
  const start = initial && { fixed: atStart(b, initial, at) };
  const moving = { displacement: ways.back };
  // The moving image does not move here: what counts of it is a constant of the loop.
  const stays = { fixedIsReference: true, fixedStays: true };
  const compare = (pair: ImagePair, maps: ModelMaps) => comparisonOf(b, pair, maps, at.grid, stays);
  return {
    maps: [...(pairs.backToStart ?? []), moving],
    comparisonFor(part) {
      const pair = pairFor(pairs, part);
      const maps = { ...start, moving };
      const comparison: Comparison = part.sampling
        ? compareAtDrawnPoints(
            b,
            exchange(pair),
            maps,
            at,
            part.sampling,
            iteration,
            undefined,
            stays,
          )
        : compare(exchange(pair), maps);
      return { ...keptTogether(b, pair, initial, comparison), exchanged: true };
    },
    roundTrips() {
      const { fromFixed, fromStart } = roundTrips(b, ways);
      const { fixed, moving: other } = alone(pairs.main);
      return [
        compare(fixed, { moving: { displacement: fromFixed } }),
        compare(other, { ...start, moving: afterModel(b, initial, { displacement: fromStart }) }),
      ];
    },
  };
}

/** `initial` for the points of a level's grid. */
function atStart(b: Builder, initial: TransformValue, { grid }: LevelContext): MapValue {
  const { affine, displacement } = initial;
  return { affine, ...(displacement && { displacement: resample(b, displacement, grid) }) };
}

function exchange({ of, fixed, moving, fixedMask, movingMask }: ImagePair): ImagePair {
  return {
    of,
    fixed: moving,
    moving: fixed,
    ...(movingMask && { fixedMask: movingMask }),
    ...(fixedMask && { movingMask: fixedMask }),
  };
}

/** Each image of a pair beside itself. */
function alone(pair: ImagePair): Readonly<Record<'fixed' | 'moving', ImagePair>> {
  const { of, fixed, moving, fixedMask, movingMask } = pair;
  return {
    fixed: {
      of,
      fixed,
      moving: fixed,
      ...(fixedMask && { fixedMask, movingMask: fixedMask }),
    },
    moving: {
      of,
      fixed: moving,
      moving,
      ...(movingMask && { fixedMask: movingMask, movingMask }),
    },
  };
}
