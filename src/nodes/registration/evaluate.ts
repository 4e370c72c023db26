import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { type WeightedObjectives, weighObjectives } from '../../runtime/api/nodes/objectives';
import type { LevelContext, Variables } from '../../runtime/api/nodes/port-values';
import type { RegistrationParts } from './registration-parts';
import { afterModel } from './total-transform';

/** What the objectives say of one choice of the model's variables at a level. */
export interface Evaluation extends WeightedObjectives {
  /** The moving image as these variables bring it onto the level's grid. */
  readonly warped: ValueId;
}

/** Values of the objectives, and their weighted sum, for these variables. */
export function evaluate(
  b: Builder,
  { initial, model, objectives }: RegistrationParts,
  at: LevelContext,
  moving: ValueId,
  variables: Variables,
): Evaluation {
  const warped = b.sample(
    { source: moving, ...afterModel(b, initial, model.transform(b, variables, at)) },
    { ...gridAttributes(at.grid), interpolation: 'linear', outside: 'zero' },
  );
  const deformation = model.deformation?.(b, variables, at);
  const weighed = weighObjectives(b, objectives, {
    fixed: at.fixed,
    warped,
    moving,
    context: at,
    ...(deformation === undefined ? {} : { deformation }),
  });
  return { ...weighed, warped };
}
