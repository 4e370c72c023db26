import type { ObjectivePart, SimilarityPart } from '../../runtime/api/nodes/port-values';

/** A similarity that is a sum of squares over all points of a level. */
export type SumOfSquares = SimilarityPart & Required<Pick<SimilarityPart, 'squaresFactor'>>;

/** Whether an objective is a sum of squares over all points of a level. */
export function isSumOfSquares(part: ObjectivePart): part is SumOfSquares {
  return part.on === 'images' && part.squaresFactor !== undefined && !part.sampling;
}
