import type { Grid } from '../../imaging/grid';
import type { Builder } from '../api/nodes/builder';
import { comparisonOf, featuresOf } from '../api/nodes/compare';
import { weighObjectives } from '../api/nodes/objectives';
import type { LevelContext, ObjectivePart } from '../api/nodes/port-values';
import { GraphBuilder } from '../compile/graph-builder';
import { type PhaseOptions, planProgram } from '../compile/phases';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { fieldType, type ValueId } from '../ir/values';

/** An objective as it is wired: the id of its node, and what the node's `lower` gives. */
export interface WiredObjective {
  readonly nodeId: string;
  lower(b: Builder): ObjectivePart;
}

/** What is made small, and on which grids. */
export interface ObjectiveRequest {
  readonly objectives: readonly WiredObjective[];
  /** The fixed image's grid, and what else the objectives are told of it. */
  readonly level: Omit<LevelContext, 'fixed'>;
  readonly movingGrid: Grid;
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
  readonly loss: BufferId;
  /** ∂loss/∂displacement, three planes, 1/mm. */
  readonly gradient: readonly BufferId[];
}

/**
 * Compiles the objectives that are wired, weights included, for whoever brings the displacement:
 * loss = Σ weight · objective(fixed, moving ∘ (id + displacement)).
 * @throws NotDifferentiable where an objective has no gradient
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
  const loss = appendLoss(graph, request, { fixed, moving, displacement });
  const gradient = graph.gradient(loss, [displacement]);
  // As results, the images keep memory of their own from run to run.
  const results = [loss, ...gradient, fixed, moving];
  const { graph: program, plan } = planProgram(graph.finish(results), options);
  const planes = (value: ValueId | undefined) =>
    (value === undefined ? undefined : plan.buffersOfValue.get(value)) ?? [];
  // Passes that merge equal values keep the order of results, not their names.
  const [lossResult, gradientResult] = program.results;
  return {
    plan,
    fixedGrid: grid,
    movingGrid: request.movingGrid,
    fixed: planes(fixed)[0] as BufferId,
    moving: planes(moving)[0] as BufferId,
    displacement: planes(displacement),
    loss: planes(lossResult)[0] as BufferId,
    gradient: planes(gradientResult),
  };
}

function appendLoss(
  graph: GraphBuilder,
  { objectives, level, movingGrid }: ObjectiveRequest,
  { fixed, moving, displacement }: Readonly<Record<'fixed' | 'moving' | 'displacement', ValueId>>,
): ValueId {
  const b = graph.builder;
  const parts = objectives.map(({ nodeId, lower }) => {
    // Dials belong to the node, as in a recipe.
    graph.origin = nodeId;
    return lower(b);
  });
  graph.origin = 'network';
  const pair = {
    of: '',
    fixed: { image: fixed, grid: level.grid },
    moving: { image: moving, grid: movingGrid },
  };
  const maps = { moving: { displacement } };
  const comparison = comparisonOf(b, pair, maps, level.grid);
  return weighObjectives(b, parts, {
    comparisonFor(part) {
      if (!part.pair) {
        return part.features
          ? comparisonOf(b, featuresOf(b, part, pair), maps, level.grid)
          : comparison;
      }
      throw new RangeError(
        `"${part.name}" brings images of its own; a network trains on one pair.`,
      );
    },
    wholeMap: () => ({ displacement }),
    fields: [
      { role: 'displacement', value: displacement },
      { role: 'map', value: displacement },
    ],
    level: { ...level, fixed },
  }).total;
}
