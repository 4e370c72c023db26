import type { Grid } from '../../imaging/grid';
import { comparisonOf, featuresOf } from '../api/nodes/compare';
import { type WeightedObjectives, weighObjectives } from '../api/nodes/objectives';
import type { LevelContext, ObjectivePart } from '../api/nodes/port-values';
import { GraphBuilder } from '../compile/graph-builder';
import { type PhaseOptions, planProgram } from '../compile/phases';
import { readsOf } from '../compile/traverse';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { fieldType, type ValueId } from '../ir/values';

/** What is made small, and on which grids. */
export interface ObjectiveRequest {
  /**
   * Asks the wired objectives what they mean, in the program that they become part of. Data that they bring becomes inputs
   * of it.
   */
  objectives(graph: GraphBuilder): readonly ObjectivePart[];
  /** The fixed image's grid, and what else the objectives are told of it. */
  readonly level: Omit<LevelContext, 'fixed'>;
  readonly movingGrid: Grid;
  /** Whether regularizers are weighed by a map on the fixed grid, too, which is an input then. */
  readonly hasLocalWeight?: boolean;
}

/**
 * A plan without loops from two images and a displacement (three planes, mm, world axes, on the
 * fixed grid) to the weighted sum of the objectives and its gradient in the displacement. The images
 * are left as they are written: they need not be written again before every run.
 */
export interface CompiledObjective {
  readonly plan: Plan;
  readonly fixedGrid: Grid;
  readonly movingGrid: Grid;
  readonly fixed: BufferId;
  readonly moving: BufferId;
  readonly displacement: readonly BufferId[];
  /** What else the objectives read, by the keys of the inputs that they made: planes. Left as they are written, too. */
  readonly data: ReadonlyMap<string, readonly BufferId[]>;
  readonly loss: BufferId;
  /** Each objective before its weight, in their order. */
  readonly losses: readonly {
    readonly name: string;
    readonly value: BufferId;
    /** Whether it weighs the field itself, as a regularizer does. */
    readonly regularizes: boolean;
  }[];
  /** ∂loss/∂displacement, three planes, 1/mm. */
  readonly gradient: readonly BufferId[];
  /** The map by which regularizers are weighed, and ∂loss/∂map. Absent where there is none. */
  readonly localWeight?: { readonly value: BufferId; readonly gradient: BufferId };
}

/**
 * Compiles the objectives that are wired, weights included, for whoever brings the displacement:
 * loss = Σ weight · objective(fixed, moving ∘ (id + displacement)).
 * @throws NotDifferentiable where an objective has no gradient
 * @throws NothingWeighed where a map should weigh regularizers, and none is wired that it can
 */
export function compileObjective(
  request: ObjectiveRequest,
  options: PhaseOptions = {},
): CompiledObjective {
  const graph = new GraphBuilder();
  const { grid } = request.level;
  const fixed = graph.input('fixed', fieldType(grid, 1));
  const moving = graph.input('moving', fieldType(request.movingGrid, 1));
  const displacement = graph.input('displacement', fieldType(grid, 3));
  const localWeight = request.hasLocalWeight
    ? graph.input('local-weight', fieldType(grid, 1))
    : undefined;
  const own = new Set([fixed, moving, displacement, localWeight]);
  const asked = { fixed, moving, displacement, ...(localWeight !== undefined && { localWeight }) };
  const { total, losses, parts } = appendLoss(graph, request, asked);
  const weighing = new Set(graph.finish([]).ops.flatMap(readsOf));
  if (localWeight !== undefined && !weighing.has(localWeight)) {
    throw new NothingWeighed('No regularizer that can be weighed by place is wired.');
  }
  const gradient = graph.gradient(
    total,
    localWeight === undefined ? [displacement] : [displacement, localWeight],
  );
  const { ops, inputs } = graph.finish([]);
  const read = new Set(ops.flatMap(readsOf));
  const data = inputs.filter(({ value }) => read.has(value) && !own.has(value));
  const results = [
    total,
    ...gradient,
    ...losses.map(({ value }) => value),
    // As results, what is written keeps memory of its own from run to run.
    ...[fixed, moving],
    ...data.map(({ value }) => value),
  ];
  const { graph: program, plan } = planProgram(graph.finish(results), options);
  const planes = (value: ValueId | undefined) =>
    (value === undefined ? undefined : plan.buffersOfValue.get(value)) ?? [];
  // Passes that merge equal values keep the order of results, not their names.
  const [lossResult, gradientResult, ...others] = program.results;
  const lossResults = localWeight === undefined ? others : others.slice(1);
  const [weight] = planes(localWeight);
  const [weightGradient] = localWeight === undefined ? [] : planes(others[0]);
  return {
    plan,
    fixedGrid: grid,
    movingGrid: request.movingGrid,
    fixed: planes(fixed)[0] as BufferId,
    moving: planes(moving)[0] as BufferId,
    displacement: planes(displacement),
    data: new Map(data.map(({ key, value }) => [key, planes(value)])),
    loss: planes(lossResult)[0] as BufferId,
    losses: losses.map(({ name }, index) => ({
      name,
      value: planes(lossResults[index])[0] as BufferId,
      regularizes: parts[index]?.on === 'field',
    })),
    gradient: planes(gradientResult),
    ...(weight !== undefined &&
      weightGradient !== undefined && {
        localWeight: { value: weight, gradient: weightGradient },
      }),
  };
}

/** A map that weighs regularizers has none to weigh. */
export class NothingWeighed extends RangeError {
  override readonly name = 'NothingWeighed';
}

/** What the objectives are asked about. */
interface AskedValues {
  readonly fixed: ValueId;
  readonly moving: ValueId;
  readonly displacement: ValueId;
  readonly localWeight?: ValueId;
}

function appendLoss(
  graph: GraphBuilder,
  { objectives, level, movingGrid }: ObjectiveRequest,
  { fixed, moving, displacement, localWeight }: AskedValues,
): WeightedObjectives & { readonly parts: readonly ObjectivePart[] } {
  const b = graph.builder;
  const parts = objectives(graph);
  graph.origin = 'network';
  const pair = {
    of: '',
    fixed: { image: fixed, grid: level.grid },
    moving: { image: moving, grid: movingGrid },
  };
  const maps = { moving: { displacement } };
  const comparison = comparisonOf(b, pair, maps, level.grid);
  const weighed = weighObjectives(b, parts, {
    comparisonFor(part) {
      if (!part.pair && !part.features) return comparison;
      const { fixed: own = pair.fixed, moving: other = pair.moving } = part.pair ?? {};
      const compared = { of: part.name, fixed: own, moving: other };
      return comparisonOf(b, featuresOf(b, part, compared), maps, level.grid);
    },
    wholeMap: () => ({ displacement }),
    fields: [
      { role: 'displacement', value: displacement },
      { role: 'map', value: displacement },
    ],
    level: { ...level, fixed, ...(localWeight !== undefined && { localWeight }) },
  });
  return { ...weighed, parts };
}
