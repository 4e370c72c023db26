import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import type { ComparedChannel, Domain } from '../../runtime/api/nodes/port-values';

/**
 * Mean squared difference of a channel to a partner taken at random: both variances and the squared difference of the
 * means. What a point costs of whose partner nothing is known.
 */
export function squaredDifferenceToAny(
  b: Builder,
  { fixedUnmoved, moving }: ComparedChannel,
  { reference, ofMoving }: Domain,
): ValueId {
  const spreadOfFixed = b.imageVariance({ image: fixedUnmoved, weight: reference?.weight });
  const counted = ofMoving && b.meanWeight({ weight: ofMoving }).inverse;
  const spreadOfMoving = b.imageVariance({ image: moving, weight: ofMoving });
  const apart = b.add({
    a: spreadOfFixed.mean,
    b: b.scale({ value: spreadOfMoving.mean }, { factor: -1 }),
  });
  const variances = b.add({
    a: b.scale({ value: spreadOfFixed.variance, by: reference?.inverse }, { factor: 1 }),
    b: b.scale({ value: spreadOfMoving.variance, by: counted }, { factor: 1 }),
  });
  return b.add({ a: variances, b: b.multiply({ a: apart, b: apart }) });
}
