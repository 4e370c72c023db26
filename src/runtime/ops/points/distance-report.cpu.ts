import type { FloatArray } from '../define-kernel';

/** Numbers in front of the distances themselves: mean, standard deviation, median, maximum. */
export const distanceMeasures = ['mean', 'standardDeviation', 'median', 'maximum'] as const;

/**
 * Mean, standard deviation (of these points, so divided by their number), median (of an even number the mean
 * of the two in the middle) and maximum, then every distance.
 */
export function reportDistances(distances: FloatArray, report: FloatArray): void {
  const ascending = Float64Array.from(distances).sort();
  const count = ascending.length;
  const mean = ascending.reduce((sum, distance) => sum + distance, 0) / count;
  const squares = ascending.reduce((sum, distance) => sum + (distance - mean) ** 2, 0);
  const middle = (place: number): number => ascending[Math.floor(place)] as number;
  report[0] = mean;
  report[1] = Math.sqrt(squares / count);
  report[2] = (middle((count - 1) / 2) + middle(count / 2)) / 2;
  report[3] = ascending[count - 1] as number;
  report.set(distances, distanceMeasures.length);
}
