import type { PhaseName } from '../api/engine/engine-api';
import type { OpGraph } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import { allocate } from './allocate';
import { differentiate } from './differentiate';
import { formatKernelGraph, formatOpGraph } from './format';
import { fuse } from './fuse';
import { schedule } from './schedule';
import { type SimplifyOptions, simplify } from './simplify';
import { verifyKernelGraph, verifyOpGraph, verifyPlan } from './verify';

/** How the phases after `lower` go about their work; results do not depend on it but by rounding. */
export interface PhaseOptions {
  /** Print the program after this phase. */
  readonly printAfter?: PhaseName;
  /** Check what each phase leaves; on in tests. */
  readonly verify?: boolean;
  /** Off switches, to bisect a wrong answer. */
  readonly simplify?: SimplifyOptions;
  readonly fusionOff?: readonly string[];
  readonly alias?: boolean;
  /** See `AllocateOptions`: for plans that an `Execution` runs. */
  readonly lateInputBytes?: number;
}

export interface Planned {
  /** The program that the plan computes: its results are those of the one given, in their order. */
  readonly graph: OpGraph;
  readonly plan: Plan;
  /** The program after the phase whose print was asked for. */
  readonly printed?: string;
}

/**
 * From a program of ops to a plan: the one place that knows which phase follows which.
 * @throws NotDifferentiable where a gradient goes through an op that has none
 * @throws InternalError where a phase is at fault
 */
export function planProgram(program: OpGraph, options: PhaseOptions = {}): Planned {
  const { printAfter, verify = false, fusionOff = [], alias = true } = options;
  let printed: string | undefined;
  const done = <Graph>(
    phase: PhaseName,
    graph: Graph,
    check: (graph: Graph, phase: string) => void,
    print: (graph: Graph) => string,
  ): Graph => {
    if (verify) check(graph, phase);
    if (printAfter === phase) printed = print(graph);
    return graph;
  };
  const ops = (phase: PhaseName, graph: OpGraph) =>
    done(phase, graph, verifyOpGraph, formatOpGraph);
  const lowered = ops('lower', program);
  const full = ops('differentiate', differentiate(lowered));
  const simple = ops('simplify', simplify(full, options.simplify));
  const graph = ops('fuse', fuse(simple, { off: fusionOff }));
  const kernels = done('schedule', schedule(graph), verifyKernelGraph, formatKernelGraph);
  const allocated = allocate(kernels, {
    alias,
    ...(options.lateInputBytes === undefined ? {} : { lateInputBytes: options.lateInputBytes }),
  });
  const plan = done('allocate', allocated, verifyPlan, formatKernelGraph);
  return { graph, plan, ...(printed === undefined ? {} : { printed }) };
}
