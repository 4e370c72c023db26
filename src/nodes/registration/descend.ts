import type { Builder, StopCondition, ValueId } from '../../runtime/api/nodes/builder';
import type {
  Evaluation,
  LevelContext,
  ModelPart,
  OptimizerPart,
  Problem,
  ScheduleLevel,
  SchedulePart,
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
  const { optimizer, schedule, objectives } = parts;
  const count = start.variables.length;
  const stateEnd = count + start.state.length;
  // What was accepted last is shown on while trials are taken back.
  const lossCount = 1 + objectives.length;
  const shown = optimizer.takesBack ? new Array<ValueId>(lossCount).fill(b.constant([0])) : [];
  const result = b.loop({
    label: `level ${at.level + 1} of ${at.levels}`,
    carried: [...start.variables, ...start.state, ...shown],
    stop: {
      maxIterations: iterations,
      when: isDrawn(objectives) ? [] : endOfLevel(schedule, optimizer, lossCount),
    },
    body(carried, iteration) {
      const problem = problemOf(b, parts, { ...at, maxIterations: iterations }, pairs, iteration);
      const moved = optimizer.iterate(b, problem, {
        variables: carried.slice(0, count),
        state: carried.slice(count, stateEnd),
        iteration,
      });
      const { total, losses, warped } = moved.evaluation;
      const found = [{ name: 'total', value: total }, ...losses];
      const { accepted, done } = moved;
      if (!optimizer.takesBack || accepted === undefined || done === undefined) {
        return { next: [...moved.variables, ...moved.state], losses: found, preview: warped };
      }
      const before = carried.slice(stateEnd);
      const recorded = found.map(({ name, value }, index) => ({
        name,
        value: b.select({
          condition: accepted,
          whenTrue: value,
          whenFalse: before[index] ?? value,
        }),
      }));
      return {
        next: [...moved.variables, ...moved.state, ...recorded.map(({ value }) => value)],
        losses: recorded,
        marks: [accepted, done],
        preview: warped,
      };
    },
  });
  return { variables: result.slice(0, count), state: result.slice(count, stateEnd) };
}

/** Whether the loss is another one in each iteration: its slope then says nothing, and a level ends by its count. */
function isDrawn(objectives: RegistrationParts['objectives']): boolean {
  return objectives.some((part) => part.on === 'images' && part.sampling);
}

/** A level ends by the slope of its losses, or where the optimizer knows nothing better. */
function endOfLevel(
  { minimumRelativeSlope, window }: SchedulePart,
  { takesBack }: OptimizerPart,
  lossCount: number,
): readonly StopCondition[] {
  const slope = { kind: 'slope', minimumRelativeSlope, window } as const;
  if (!takesBack) return [slope];
  return [
    { ...slope, countedBy: lossCount },
    { kind: 'flag', column: lossCount + 1 },
  ];
}

/** An evaluation with what is recorded and shown of it. */
interface Found extends Evaluation, ReturnType<typeof evaluate> {}

/** The objectives of a level as a function of the model's variables. */
function problemOf(
  b: Builder,
  parts: RegistrationParts,
  level: Problem['level'],
  pairs: LevelPairs,
  iteration: ValueId,
): Problem<Found> {
  const { model } = parts;
  const factor = model.lossScale?.(level) ?? 1;
  const scaled = (total: ValueId): ValueId =>
    factor === 1 ? total : b.scale({ value: total }, { factor });
  return {
    level,
    ...(model.relativeMotion && { relativeMotion: model.relativeMotion }),
    ...(model.parameters && { free: model.parameters.free(parts.fixed.grid) }),
    evaluate(variables) {
      const found = evaluate(b, parts, level, pairs, variables, iteration);
      const loss = scaled(found.total);
      return { ...found, loss, gradient: b.gradient(loss, variables) };
    },
    value: (variables) => scaled(evaluate(b, parts, level, pairs, variables, iteration).total),
    precondition: (gradient) => model.shapeGradient?.(b, gradient, level) ?? gradient,
    retract: (variables, steps) => model.update(b, variables, steps, level),
  };
}
