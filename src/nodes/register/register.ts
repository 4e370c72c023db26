import { z } from 'zod';
import { sameGrid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { weighObjectives } from '../../runtime/api/nodes/objectives';
import type {
  ImageValue,
  LevelContext,
  ModelPart,
  ObjectivePart,
  OptimizerPart,
  ScheduleLevel,
  SchedulePart,
  TransformValue,
  Variables,
} from '../../runtime/api/nodes/port-values';
import { levelContext, shrinkImage } from '../registration/pyramid';
import { nothingOnTheFixedImage, reasonToRefuse } from '../registration/registration-refusals';
import { afterModel, inverseAfterModel } from '../registration/total-transform';

/** What is wired to the node. */
interface Parts {
  readonly fixed: ImageValue;
  readonly moving: ImageValue;
  readonly initial: TransformValue | undefined;
  readonly model: ModelPart;
  readonly objectives: readonly ObjectivePart[];
  readonly optimizer: OptimizerPart;
  readonly schedule: SchedulePart;
}

/** What an optimization carries from one iteration, and from one level, to the next. */
interface Progress {
  readonly variables: Variables;
  readonly state: Variables;
}

export const register = defineNode({
  type: 'register',
  version: 1,
  title: 'Register',
  section: 'register',
  synonyms: ['align', 'optimize', 'registration', 'match', 'warp', 'stage'],
  documentation: {
    summary: 'Moves one image onto another: finds the transform that makes the objectives least.',
    details: `The parts of a recipe meet here. The **model** says which transforms are possible, the
**objectives** say how good one is, the **optimizer** says how to get from one to a better one, and
the **schedule** says on which grids and for how long.

At each level of the schedule both images are smoothed and shrunk. The moving image is read at the
transformed points of the fixed grid, once, however many stages came before; the objectives are
added up by their weights, differentiated exactly, and the optimizer moves the model's parameters.
What a level found is the start of the next.

Chain stages by their transforms: rigid, then affine, then deformable, each one's *transform* wired
to the next one's *initial*. The result is always the whole map from the fixed to the moving image.

If in the end nothing of the moving image lies on the fixed grid, that is reported as an error: no
objective could have seen it.

A run that ends at its iteration limit says so: raise the iterations before blaming the method.`,
    formula: String.raw`\hat\theta = \arg\min_\theta \sum_k w_k\,\mathcal{L}_k\big(F,\;
M\circ T_0\circ T_\theta\big),\qquad T(x) = A\,(x + u(x))`,
    references: [
      {
        text: 'Burt, Adelson: The Laplacian pyramid as a compact image code, 1983',
        doi: '10.1109/TCOM.1983.1095851',
      },
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays; results are on its grid.' },
    moving: { type: 'image', doc: 'Image that is brought onto the fixed one.' },
    initial: {
      type: 'transform',
      doc: 'Where to start; applied after the model. Without it: the images as they lie.',
      optional: true,
    },
    model: { type: 'model', doc: 'Which transforms are possible.' },
    objectives: {
      type: 'objective',
      doc: 'What is made small: similarities and regularizers, added up by their weights.',
      many: true,
    },
    optimizer: { type: 'optimizer', doc: 'How a better transform is found.' },
    schedule: { type: 'schedule', doc: 'On which grids, and for how many iterations.' },
  },
  outputs: {
    transform: { type: 'transform', doc: 'Map from fixed to moving world, `initial` included.' },
    warped: { type: 'image', doc: 'Moving image on the fixed grid, linear, 0 outside.' },
  },
  lower(b, parts, _, context) {
    const problem = reasonToRefuse(parts);
    if (problem) context.refuse(problem);
    const { fixed, moving, initial, model, schedule } = parts;

    const { variables, at } = descend(b, parts);
    const full = levelContext(
      fixed.grid,
      { level: schedule.levels.length - 1, levels: schedule.levels.length },
      fixed,
    );
    const found = sameGrid(at.grid, fixed.grid) ? variables : model.refine(b, variables, full);
    const total = afterModel(b, initial, model.transform(b, found, full));
    const inverse =
      model.inverse && inverseAfterModel(b, initial, model.inverse(b, found, full), fixed.grid);
    const warped = b.sample(
      { source: moving.image, ...total },
      { ...gridAttributes(fixed.grid), interpolation: 'linear', outside: 'cut' },
    );
    b.check(b.intensityRange({ image: warped }), nothingOnTheFixedImage(initial));
    return {
      transform: {
        kind: 'transform',
        grid: fixed.grid,
        ...total,
        ...(inverse === undefined ? {} : { inverseDisplacement: inverse }),
      },
      warped: { kind: 'image', grid: fixed.grid, image: warped },
    };
  },
});

/** Optimizes from the coarsest level to the finest; the variables, and the level they live on. */
function descend(
  b: Builder,
  parts: Parts,
): { readonly variables: Variables; readonly at: LevelContext } {
  const { fixed, moving, model, optimizer, schedule } = parts;
  const levels = schedule.levels.length;
  let reached: { readonly progress: Progress; readonly at: LevelContext } | undefined;
  for (const [level, step] of schedule.levels.entries()) {
    const { shrink } = step;
    const fixedLevel = shrinkImage(b, fixed, shrink, schedule.smoothPerShrink);
    const movingLevel = shrinkImage(b, moving, shrink, schedule.smoothPerShrink);
    const at = levelContext(fixed.grid, { level, levels }, fixedLevel);
    const start = reached ? refine(b, parts, reached.progress, at) : begin(b, model, optimizer, at);
    reached = { progress: optimizeLevel(b, parts, step, at, movingLevel.image, start), at };
  }
  if (!reached) throw new RangeError('A schedule has at least one level.');
  return { variables: reached.progress.variables, at: reached.at };
}

function begin(b: Builder, model: ModelPart, optimizer: OptimizerPart, at: LevelContext): Progress {
  const variables = model.start(b, at);
  return { variables, state: optimizer.start(b, variables) };
}

/** Takes variables and the optimizer's memory of them to the next level. */
function refine(
  b: Builder,
  { model, optimizer }: Parts,
  { variables, state }: Progress,
  to: LevelContext,
): Progress {
  const refined = model.refine(b, variables, to);
  return { variables: refined, state: optimizer.refine(b, state, refined) };
}

/** The loop of one level. */
function optimizeLevel(
  b: Builder,
  parts: Parts,
  { iterations }: ScheduleLevel,
  at: LevelContext,
  moving: ValueId,
  start: Progress,
): Progress {
  const { initial, model, optimizer, schedule } = parts;
  const count = start.variables.length;
  const result = b.loop({
    label: `level ${at.level + 1} of ${at.levels}`,
    carried: [...start.variables, ...start.state],
    stop: {
      maxIterations: iterations,
      minimumRelativeSlope: schedule.minimumRelativeSlope,
      window: schedule.window,
    },
    body(carried, iteration) {
      const variables = carried.slice(0, count);
      const state = carried.slice(count);
      const warped = b.sample(
        { source: moving, ...afterModel(b, initial, model.transform(b, variables, at)) },
        { ...gridAttributes(at.grid), interpolation: 'linear', outside: 'zero' },
      );
      const deformation = model.deformation?.(b, variables, at);
      const { total, losses } = weighObjectives(b, parts.objectives, {
        fixed: at.fixed,
        warped,
        moving,
        context: at,
        ...(deformation === undefined ? {} : { deformation }),
      });
      const factor = model.lossScale?.(at) ?? 1;
      const scaled = factor === 1 ? total : b.scale({ value: total }, { factor });
      const gradient = b.gradient(scaled, variables);
      const shaped = model.shapeGradient?.(b, gradient, at) ?? gradient;
      const moved = optimizer.step(b, shaped, state, iteration, {
        ...at,
        maxIterations: iterations,
      });
      return {
        next: [...model.update(b, variables, moved.steps, at), ...moved.state],
        losses: [{ name: 'total', value: total }, ...losses],
        preview: warped,
      };
    },
  });
  return { variables: result.slice(0, count), state: result.slice(count) };
}
