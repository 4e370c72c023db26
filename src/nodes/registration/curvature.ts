import { voxelCount } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import type { ImagePair } from '../../runtime/api/nodes/compare';
import type {
  Comparison,
  LevelContext,
  ParameterSpace,
  SimilarityPart,
  Variables,
} from '../../runtime/api/nodes/port-values';
import type { RegistrationParts } from './registration-parts';
import { isSumOfSquares, type SumOfSquares } from './squares';

/** A pair and how it is compared. */
interface Compared {
  readonly pair: ImagePair;
  readonly comparison: Comparison;
}

/**
 * Second derivatives of the weighted sum of objectives by the parameters of a model, as Gauss and Newton take them: twice
 * JᵀJ of what is squared, what counts held fixed as in the gradient. Nothing where a part is no sum of squares or the
 * model has no parameters, which `register` refuses.
 */
export function curvatureOf(
  b: Builder,
  { initial, model, objectives }: Pick<RegistrationParts, 'initial' | 'model' | 'objectives'>,
  at: LevelContext,
  variables: Variables,
  comparedBy: (part: SimilarityPart) => Compared,
): ValueId | undefined {
  const { parameters } = model;
  if (!parameters || !objectives.every(isSumOfSquares)) return undefined;
  return objectives
    .flatMap((part) =>
      b.onBehalfOf(part.name, () =>
        ofPart(b, part, parameters, comparedBy(part), at, variables, initial?.affine),
      ),
    )
    .reduce((a, other) => b.add({ a, b: other }));
}

/** Of one objective, channel by channel. */
function ofPart(
  b: Builder,
  part: SumOfSquares,
  parameters: ParameterSpace,
  { pair, comparison }: Compared,
  at: LevelContext,
  variables: Variables,
  initialAffine: ValueId | undefined,
): readonly ValueId[] {
  const { channels, domain, maps } = comparison;
  const { weight, gate, reference } = domain;
  const constant = part.squaresFactor(comparison) * voxelCount(domain.grid);
  const shares = [gate, part.isIntegral ? undefined : reference?.inverse];
  const factor = shares.reduce<ValueId>(
    (value, by) => (by === undefined ? value : b.multiply({ a: value, b: by })),
    b.scale({ value: part.weight }, { factor: constant }),
  );
  const grid = pair.moving.grid;
  return channels.map(({ moving }) => {
    const derivative = b.sampleDerivative(
      { source: moving, ...maps.moving },
      { ...gridAttributes(domain.grid), interpolation: 'linear', outside: 'edge' },
    );
    const slopes = { derivative, grid, weight, factor, initialAffine };
    return parameters.curvature(b, variables, slopes, at);
  });
}
