import type { Builder } from '../../runtime/api/nodes/builder';
import type {
  LevelContext,
  ModelPart,
  OptimizerPart,
  ScheduleLevel,
  Variables,
} from '../../runtime/api/nodes/port-values';
import { evaluate } from './evaluate';
import { type LevelPairs, levelPairs } from './level-pairs';
import { levelContext } from './pyramid';
import type { RegistrationParts } from './registration-parts';

/** What an optimization carries from one iteration, and from one level, to the next. */
interface Progress {
  readonly variables: Variables;
  readonly state: Variables;
}

/** Optimizes from the coarsest level to the finest; the variables, and the level they live on. */
export function descend(
  b: Builder,
  parts: RegistrationParts,
): { readonly variables: Variables; readonly at: LevelContext } {
  const { fixed, model, optimizer, schedule } = parts;
  const levels = schedule.levels.length;
  let reached: { readonly progress: Progress; readonly at: LevelContext } | undefined;
  for (const [level, step] of schedule.levels.entries()) {
    const pairs = levelPairs(b, parts, step.shrink);
    const at = levelContext(fixed.grid, { level, levels }, pairs.main.fixed);
    const start = reached ? refine(b, parts, reached.progress, at) : begin(b, model, optimizer, at);
    reached = { progress: optimizeLevel(b, parts, step, at, pairs, start), at };
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
  { model, optimizer }: RegistrationParts,
  { variables, state }: Progress,
  to: LevelContext,
): Progress {
  const refined = model.refine(b, variables, to);
  return { variables: refined, state: optimizer.refine(b, state, refined) };
}

/** The loop of one level. */
function optimizeLevel(
  b: Builder,
  parts: RegistrationParts,
  { iterations }: ScheduleLevel,
  at: LevelContext,
  pairs: LevelPairs,
  start: Progress,
): Progress {
  const { model, optimizer, schedule } = parts;
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
      const { total, losses, warped } = evaluate(b, parts, at, pairs, variables);
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
