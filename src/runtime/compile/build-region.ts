import { InternalError } from '../internal-error';
import type { LoopRegion, Op } from '../ir/op-graph';
import { sameType, scalarsType, type ValueId, type ValueType } from '../ir/values';

/** What a region is built with: the graph under construction. */
export interface RegionHost {
  readonly origin: string;
  newValue(type: ValueType): ValueId;
  typeOf(value: ValueId): ValueType;
  collect(body: () => void): readonly Op[];
  append(op: Op): void;
}

/** What the body of a loop gives, beside its ops. */
export type RegionEnds = Pick<LoopRegion, 'next' | 'losses' | 'marks' | 'preview'>;

/**
 * Appends a loop of either kind and gives what it carries at its end.
 * @throws InternalError where the body does not carry on what it carries
 */
export function appendRegion(
  graph: RegionHost,
  op: string,
  { label, stop }: Pick<LoopRegion, 'label' | 'stop'>,
  starts: readonly ValueId[],
  body: (carried: readonly ValueId[], iteration: ValueId) => RegionEnds,
): readonly ValueId[] {
  const carried = starts.map((value) => graph.newValue(graph.typeOf(value)));
  const iteration = graph.newValue(scalarsType(1));
  let ends: RegionEnds | undefined;
  const ops: readonly Op[] = graph.collect(() => {
    ends = body(carried, iteration);
  });
  if (!ends) throw new InternalError('A loop has no body.');
  const { next, losses, marks, preview } = ends;
  const fits =
    next.length === carried.length &&
    next.every((value, i) => sameType(graph.typeOf(value), graph.typeOf(carried[i] as ValueId)));
  if (!fits) {
    throw new InternalError(`Loop "${label}": what it carries on is not what it carries.`);
  }
  const results = carried.map((value) => graph.newValue(graph.typeOf(value)));
  graph.append({
    op,
    inputs: Object.fromEntries(starts.map((value, i) => [`carried${i}`, value])),
    outputs: Object.fromEntries(results.map((value, i) => [`result${i}`, value])),
    attributes: {},
    origin: graph.origin,
    region: {
      label,
      carried,
      iteration,
      ops,
      next,
      losses,
      ...(marks === undefined ? {} : { marks }),
      ...(preview === undefined ? {} : { preview }),
      stop,
    },
  });
  return results;
}
