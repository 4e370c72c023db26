import type { Diagnostic } from '../api/diagnostics';
import type { PhaseName } from '../api/engine-api';
import { messages } from '../api/messages';
import type { DeviceLimits } from '../devices';
import { InternalError } from '../internal-error';
import type { OpGraph } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import { allocate } from './allocate';
import type { CheckedGraph } from './checked-graph';
import { mapDataValues } from './data-values';
import { differentiate, NotDifferentiable } from './differentiate';
import { formatKernelGraph, formatOpGraph } from './format';
import { fuse } from './fuse';
import { type Lowered, type LowerOptions, lower } from './lower';
import { memoryProblems } from './memory-problems';
import { schedule } from './schedule';
import { type SimplifyOptions, simplify } from './simplify';
import { TooManyOps } from './too-many-ops';
import { verifyKernelGraph, verifyOpGraph, verifyPlan } from './verify';

export interface CompileOptions extends LowerOptions {
  readonly limits?: DeviceLimits;
  /** What else the recipe could run on, for the remedy where it does not fit. */
  readonly otherDevices?: readonly string[];
  readonly printAfter?: PhaseName;
  /** Check what each phase leaves; on in tests. */
  readonly verify?: boolean;
  /** Off switches, to bisect a wrong answer. */
  readonly simplify?: SimplifyOptions;
  readonly fusionOff?: readonly string[];
  readonly alias?: boolean;
}

export interface Compiled {
  /** Present where there is no error. */
  readonly plan?: Plan;
  readonly graph?: OpGraph;
  readonly outputs: Lowered['outputs'];
  /** What is to be looked at once the plan has run: see `failedCheck`. */
  readonly checks: Lowered['checks'];
  readonly diagnostics: readonly Diagnostic[];
  readonly printed?: string;
}

/** From a checked document to a plan: the phases after `validate`, in order. */
export function compile(checked: CheckedGraph, options: CompileOptions): Compiled {
  const { printAfter } = options;
  const printed: { text?: string } = {};
  const after = <Graph>(
    phase: PhaseName,
    graph: Graph,
    check: (graph: Graph, phase: string) => void,
    print: (graph: Graph) => string,
  ): Graph => {
    if (options.verify) check(graph, phase);
    if (printAfter === phase) printed.text = print(graph);
    return graph;
  };
  let outputs: Lowered['outputs'] = new Map();
  const checks: Lowered['checks'] = [];
  try {
    const lowered = lower(checked, options);
    outputs = lowered.outputs;
    if (!lowered.graph) return { outputs, checks, diagnostics: lowered.diagnostics };
    const ops = after('lower', lowered.graph, verifyOpGraph, formatOpGraph);
    const full = after('differentiate', differentiate(ops), verifyOpGraph, formatOpGraph);
    const simple = after(
      'simplify',
      simplify(full, options.simplify),
      verifyOpGraph,
      formatOpGraph,
    );
    const fused = after(
      'fuse',
      fuse(simple, { off: options.fusionOff ?? [] }),
      verifyOpGraph,
      formatOpGraph,
    );
    const kernels = after('schedule', schedule(fused), verifyKernelGraph, formatKernelGraph);
    const plan = after(
      'allocate',
      allocate(kernels, { alias: options.alias ?? true }),
      verifyPlan,
      formatKernelGraph,
    );
    return {
      plan,
      graph: fused,
      ...renamed(lowered, fused),
      diagnostics: options.limits
        ? memoryProblems(plan, options.limits, options.otherDevices ?? [])
        : [],
      ...(printed.text === undefined ? {} : { printed: printed.text }),
    };
  } catch (error) {
    const diagnostic = diagnosticOf(error);
    if (!diagnostic) throw error;
    return { outputs, checks, diagnostics: [diagnostic] };
  }
}

/** What a person is told of an error, at the node that asked; nothing where no node is known. */
function diagnosticOf(error: unknown): Diagnostic | undefined {
  if (error instanceof NotDifferentiable) {
    return messages.notDifferentiable(error.origin, error.op);
  }
  if (error instanceof TooManyOps) return messages.recipe(error.nodeId, error.problem);
  return error instanceof InternalError && error.nodeId !== undefined
    ? messages.internal(error.nodeId, error.message)
    : undefined;
}

/** Outputs and checks after passes that merged equal values: results keep their order, not their names. */
function renamed(lowered: Lowered, graph: OpGraph): Pick<Lowered, 'outputs' | 'checks'> {
  const now = new Map(
    (lowered.graph?.results ?? []).map((before, index) => [before, graph.results[index] ?? before]),
  );
  const checks = lowered.checks.map((check) => ({
    ...check,
    value: now.get(check.value) ?? check.value,
  }));
  const outputs = new Map(
    [...lowered.outputs].map(([nodeId, ports]) => [
      nodeId,
      Object.fromEntries(
        Object.entries(ports).map(([port, value]) => [
          port,
          mapDataValues(value, (id) => now.get(id) ?? id),
        ]),
      ),
    ]),
  );
  return { outputs, checks };
}
