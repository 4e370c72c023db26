import type { MetricBounds } from '../../pipeline/schema';

/** Whether a metric keeps to what the recipe states; undefined where it states nothing. */
export function metricVerdict(
  value: number,
  bounds: MetricBounds | undefined,
): 'met' | 'missed' | undefined {
  if (bounds === undefined) return undefined;
  const isHighEnough = bounds.atLeast === undefined || value >= bounds.atLeast;
  const isLowEnough = bounds.atMost === undefined || value <= bounds.atMost;
  return isHighEnough && isLowEnough ? 'met' : 'missed';
}
