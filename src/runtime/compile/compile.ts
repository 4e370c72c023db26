import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import type { DeviceLimits } from '../devices';
import { InternalError } from '../internal-error';
import type { OpGraph } from '../ir/op-graph';
import type { Plan } from '../ir/plan';
import type { CheckedGraph } from './checked-graph';
import { mapDataValues } from './data-values';
import { NotDifferentiable } from './differentiate';
import { type Lowered, type LowerOptions, lower } from './lower';
import { memoryProblems } from './memory-problems';
import { type PhaseOptions, planProgram } from './phases';
import { knownWarnings } from './result-warnings';
import { TooManyOps } from './too-many-ops';

export interface CompileOptions extends LowerOptions, PhaseOptions {
  readonly limits?: DeviceLimits;
  /** What else the recipe could run on, for the remedy where it does not fit. */
  readonly otherDevices?: readonly string[];
}

export interface Compiled {
  /** Present where there is no error. */
  readonly plan?: Plan;
  readonly graph?: OpGraph;
  readonly outputs: Lowered['outputs'];
  /** What is to be looked at once the plan has run: see `failedCheck`. */
  readonly checks: Lowered['checks'];
  /** What may then be said against its results: see `toldWarnings`. */
  readonly warnings: Lowered['warnings'];
  readonly diagnostics: readonly Diagnostic[];
  readonly printed?: string;
}

/** Smaller inputs lie in memory from the beginning: waiting for them would cost more than it saves. */
const lateInputBytes = 2 ** 20;

/** From a checked document to a plan: the phases after `validate`, in order. */
export function compile(checked: CheckedGraph, options: CompileOptions): Compiled {
  let outputs: Lowered['outputs'] = new Map();
  const checks: Lowered['checks'] = [];
  const warnings: Lowered['warnings'] = [];
  try {
    const lowered = lower(checked, options);
    outputs = lowered.outputs;
    if (!lowered.graph) return { outputs, checks, warnings, diagnostics: lowered.diagnostics };
    const { plan, graph, printed } = planProgram(lowered.graph, { lateInputBytes, ...options });
    return {
      plan,
      graph,
      ...renamed(lowered, graph),
      diagnostics: [
        ...knownWarnings(lowered.warnings).map(({ diagnostic }) => diagnostic),
        ...(options.limits ? memoryProblems(plan, options.limits, options.otherDevices ?? []) : []),
      ],
      ...(printed === undefined ? {} : { printed }),
    };
  } catch (error) {
    const diagnostic = diagnosticOf(error);
    if (!diagnostic) throw error;
    return { outputs, checks, warnings, diagnostics: [diagnostic] };
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

/** What names values after passes that merged equal ones: results keep their order, not their names. */
function renamed(
  lowered: Lowered,
  graph: OpGraph,
): Pick<Lowered, 'outputs' | 'checks' | 'warnings'> {
  const now = new Map(
    (lowered.graph?.results ?? []).map((before, index) => [before, graph.results[index] ?? before]),
  );
  const checks = lowered.checks.map((check) => ({
    ...check,
    value: now.get(check.value) ?? check.value,
  }));
  const warnings = lowered.warnings.map((warning) => ({
    ...warning,
    values: warning.values.map((value) => now.get(value) ?? value),
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
  return { outputs, checks, warnings };
}
