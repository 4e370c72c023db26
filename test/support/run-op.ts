import { type AllocateOptions, allocate } from '../../src/runtime/compile/allocate';
import { GraphBuilder } from '../../src/runtime/compile/graph-builder';
import { schedule } from '../../src/runtime/compile/schedule';
import { verifyKernelGraph, verifyOpGraph, verifyPlan } from '../../src/runtime/compile/verify';
import { bindPlan } from '../../src/runtime/cpu/bound-plan';
import { allocateMemory, type CpuArray } from '../../src/runtime/cpu/memory';
import { walkAlone } from '../../src/runtime/cpu/walk';
import type { BufferId } from '../../src/runtime/ir/kernel-graph';
import type { Plan } from '../../src/runtime/ir/plan';
import { type PlaneArray, planeArrays, type ValueId } from '../../src/runtime/ir/values';
import { opRegistry } from '../../src/runtime/ops/index';
import type { CaseValue, OpCase } from './op-case';

export type Planes = readonly Float64Array[];

/** A small program over named inputs, compiled by the last phases, with its named results. */
export interface SmallProgram {
  readonly plan: Plan;
  readonly inputs: Readonly<Record<string, readonly BufferId[]>>;
  readonly results: Readonly<Record<string, readonly BufferId[]>>;
}

/** Builds a program from inputs; `body` returns the values to read. */
export function smallProgram(
  inputs: Readonly<Record<string, CaseValue>>,
  body: (
    b: GraphBuilder,
    values: Readonly<Record<string, ValueId>>,
  ) => Readonly<Record<string, ValueId | undefined>>,
  options: AllocateOptions = {},
): SmallProgram {
  const b = new GraphBuilder();
  b.origin = 'test';
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, b.input(name, value.type)]),
  );
  const results = Object.entries(body(b, values)).filter(
    (entry): entry is [string, ValueId] => entry[1] !== undefined,
  );
  const graph = b.finish(results.map(([, value]) => value));
  verifyOpGraph(graph, 'build');
  const kernels = schedule(graph);
  verifyKernelGraph(kernels, 'schedule');
  const plan = allocate(kernels, options);
  verifyPlan(plan);
  const buffers = (value: ValueId): readonly BufferId[] => plan.buffersOfValue.get(value) ?? [];
  return {
    plan,
    inputs: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, buffers(value)]),
    ),
    results: Object.fromEntries(results.map(([name, value]) => [name, buffers(value)])),
  };
}

/** Numbers as the elements that a buffer holds. */
export function elementsFor(plan: Plan, buffer: BufferId, plane: Float64Array): PlaneArray {
  return planeArrays[plan.buffers[buffer]?.type ?? 'f32'].from(plane);
}

/** Runs a small program on this thread. */
export function runSmallProgram(
  program: SmallProgram,
  inputs: Readonly<Record<string, CaseValue>>,
  options: { readonly doubles: boolean } = { doubles: true },
): Readonly<Record<string, Planes>> {
  const memory = allocateMemory(program.plan, { shared: false, doubles: options.doubles });
  for (const { value, numbers } of program.plan.constants) {
    for (const buffer of program.plan.buffersOfValue.get(value) ?? []) {
      memory.arrayOf(buffer).set(numbers);
    }
  }
  for (const [name, value] of Object.entries(inputs)) {
    value.planes.forEach((plane, index) => {
      const buffer = program.inputs[name]?.[index];
      if (buffer !== undefined) memory.arrayOf(buffer).set(plane);
    });
  }
  walkAlone(bindPlan(program.plan, memory));
  const read = (array: CpuArray): Float64Array => Float64Array.from(array);
  return Object.fromEntries(
    Object.entries(program.results).map(([name, buffers]) => [
      name,
      buffers.map((buffer) => read(memory.arrayOf(buffer))),
    ]),
  );
}

/** The program that applies a case's op to its inputs. */
export function programOfCase(opCase: OpCase): SmallProgram {
  return smallProgram(opCase.inputs, (b, values) => b.op(opCase.op, values, opCase.attributes));
}

/** The ops that the adjoint of a case's op is written in, and the inputs whose cotangents it gives. */
export interface AdjointOfCase {
  readonly gives: readonly string[];
  readonly ops: readonly string[];
}

/**
 * What the adjoint of a case's op does, without running it.
 * @throws InternalError where the op has no gradient with these attributes
 */
export function adjointOfCase(opCase: OpCase): AdjointOfCase {
  const b = new GraphBuilder();
  const input = (name: string, { type }: Pick<CaseValue, 'type'>) => b.input(name, type);
  const inputs = Object.fromEntries(
    Object.entries(opCase.inputs).map(([name, value]) => [name, input(name, value)]),
  );
  const outputs = b.op(opCase.op, inputs, opCase.attributes);
  const cotangents = Object.entries(outputs).map(([name, value]): [string, ValueId] => [
    name,
    input(`cotangent:${name}`, { type: b.typeOf(value) }),
  ]);
  const given = adjointOf(opCase)(
    b,
    { inputs, outputs, attributes: opCase.attributes ?? {} } as never,
    Object.fromEntries(cotangents) as never,
  ) as Readonly<Record<string, ValueId | 'zero' | undefined>>;
  return {
    gives: Object.keys(given).filter((name) => given[name] !== undefined),
    ops: b
      .finish([])
      .ops.slice(1)
      .map(({ op }) => op),
  };
}

function adjointOf({ op }: OpCase) {
  const adjoint = opRegistry.get(op)?.adjoint;
  if (adjoint === undefined || typeof adjoint === 'string') {
    throw new Error(`${op} has no adjoint to check.`);
  }
  return adjoint;
}

/**
 * The program that applies the adjoint of a case's op: inputs as in the case plus `cotangent:NAME`
 * for each output; results are the cotangents of the inputs, but for those that are zero.
 */
export function adjointProgramOfCase(
  opCase: OpCase,
  cotangents: Readonly<Record<string, CaseValue>>,
): SmallProgram {
  const adjoint = adjointOf(opCase);
  return smallProgram({ ...opCase.inputs, ...cotangents }, (b, values) => {
    const inputs = Object.fromEntries(
      Object.keys(opCase.inputs).map((name) => [name, values[name] as ValueId]),
    );
    // Copies, so that an adjoint that works in place meets values that nobody else needs.
    const outputs = b.op(opCase.op, inputs, opCase.attributes);
    const given = adjoint(
      b,
      { inputs, outputs, attributes: opCase.attributes ?? {} } as never,
      Object.fromEntries(
        Object.keys(outputs).map((name) => [name, values[`cotangent:${name}`] as ValueId]),
      ) as never,
    );
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value === 'zero' ? undefined : value]),
    );
  });
}
