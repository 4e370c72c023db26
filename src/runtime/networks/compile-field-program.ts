import type { ValueId } from '../api/nodes/builder';
import { GraphBuilder } from '../compile/graph-builder';
import { type PhaseOptions, planProgram } from '../compile/phases';
import type { BufferId } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { passesIn } from '../ir/repeats';
import type { FieldProgram } from './field-programs';

/** A plan without loops, and the planes of what goes in and comes out. */
export interface CompiledFieldProgram {
  readonly plan: Plan;
  /** By input; none for one that the plan does not read. */
  readonly inputs: readonly (readonly BufferId[])[];
  readonly outputs: readonly (readonly BufferId[])[];
}

/** Compiles what a program computes. */
export function compileFieldProgram(
  program: FieldProgram,
  options: PhaseOptions = {},
): CompiledFieldProgram {
  const graph = new GraphBuilder();
  graph.origin = origin;
  const inputs = inputsOf(graph, program);
  return compile(graph, inputs, [program.build(graph.builder, inputs)], options);
}

/**
 * Compiles the gradient of Σ cotangent · output in some of a program's inputs. The cotangent is the last input of
 * the plan, after those of the program; the output itself is computed only as far as the gradient needs it.
 * @param withRespectTo places among the inputs
 * @throws NotDifferentiable
 */
export function compileFieldGradient(
  program: FieldProgram,
  withRespectTo: readonly number[],
  options: PhaseOptions = {},
): CompiledFieldProgram {
  const graph = new GraphBuilder();
  graph.origin = origin;
  const inputs = inputsOf(graph, program);
  const output = program.build(graph.builder, inputs);
  const cotangent = graph.input('cotangent', graph.typeOf(output));
  const gradients = graph.gradient(
    graph.builder.dot({ a: output, b: cotangent }),
    withRespectTo.map((place) => inputs[place] as ValueId),
  );
  return compile(graph, [...inputs, cotangent], gradients, options);
}

/** In place of a node, where a plan says on whose behalf it does something. */
const origin = 'network';

function inputsOf(graph: GraphBuilder, { inputs }: FieldProgram): readonly ValueId[] {
  return inputs.map((type, place) => graph.input(`input${place}`, type));
}

function compile(
  graph: GraphBuilder,
  inputs: readonly ValueId[],
  results: readonly ValueId[],
  options: PhaseOptions,
): CompiledFieldProgram {
  const { graph: program, plan } = planProgram(graph.finish(results), options);
  const touched = new Set(
    plan.steps.flatMap(({ passes }) => passesIn(passes).flatMap(({ buffers }) => buffers)),
  );
  const planes = (value: ValueId) => plan.buffersOfValue.get(value) ?? [];
  const isRead = (buffer: BufferId): boolean =>
    touched.has(buffer) || touched.has(plan.buffers[buffer]?.within?.whole ?? buffer);
  return {
    plan,
    inputs: inputs.map((value) => (planes(value).some(isRead) ? planes(value) : [])),
    // Passes that merge equal values keep the order of results, not their names.
    outputs: program.results.map(planes),
  };
}
