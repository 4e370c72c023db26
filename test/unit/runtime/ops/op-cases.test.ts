import { describe, expect, it } from 'vitest';
import { InternalError } from '../../../../src/runtime/internal-error';
import { opRegistry } from '../../../../src/runtime/ops/index';
import { allCases } from '../../../cases/ops/index';
import { randomNumbers } from '../../../support/case-values';
import type { CaseValue, OpCase } from '../../../support/op-case';
import {
  adjointOfCase,
  adjointProgramOfCase,
  type Planes,
  programOfCase,
  runSmallProgram,
} from '../../../support/run-op';

const casesOf = (name: string) => allCases.filter(({ op }) => op === name);
const gradientCases = allCases.filter(({ gradientOf = [] }) => gradientOf.length > 0);

/** By op: those whose checked gradient is computed with it. */
const provedBy = new Map<string, Set<string>>();
for (const opCase of gradientCases) {
  for (const op of adjointOfCase(opCase).ops) {
    provedBy.set(op, (provedBy.get(op) ?? new Set()).add(opCase.op));
  }
}

/** The inputs whose cotangents an op gives, in any of its cases that has a gradient. */
function differentiableInputs(name: string): readonly string[] {
  const given = casesOf(name).flatMap((opCase) => {
    try {
      return adjointOfCase(opCase).gives;
    } catch (error) {
      if (error instanceof InternalError) return [];
      throw error;
    }
  });
  return [...new Set(given)].sort();
}

const proofs = [...opRegistry.keys()].map((name) => {
  const isExpected = casesOf(name).some(({ expected }) => expected !== undefined);
  const gradients = [...(provedBy.get(name) ?? [])].sort().join(', ');
  return [name, isExpected ? 'what is expected of a case' : gradients && `∇ ${gradients}`] as const;
});

describe('every op', () => {
  it.each([...opRegistry.keys()])('%s has cases', (name) => {
    expect(casesOf(name)).not.toEqual([]);
  });

  // The adjoint of an op is proved by that op's gradient check, where no case has a closed form.
  it.each(proofs)('%s is proved by %s', (_, by) => {
    expect(by).not.toBe('');
  });

  it.each(
    [...opRegistry.values()]
      .filter((op) => typeof op.adjoint === 'function')
      .map(({ name }) => [name, differentiableInputs(name)] as const),
  )('%s has the gradients of %s checked', (name, inputs) => {
    const checked = new Set(casesOf(name).flatMap(({ gradientOf = [] }) => gradientOf));
    expect(inputs.filter((input) => !checked.has(input))).toEqual([]);
    // Where nothing flows back, as to the model of a field of zeros, that is checked too.
    expect([...checked]).not.toEqual([]);
  });
});

describe.each(allCases.map((opCase) => [`${opCase.op}: ${opCase.name}`, opCase] as const))(
  '%s',
  (_, opCase) => {
    it('gives finite numbers, twice the same', () => {
      const program = programOfCase(opCase);
      const first = runSmallProgram(program, opCase.inputs);
      expect(runSmallProgram(program, opCase.inputs)).toEqual(first);
      for (const planes of Object.values(first)) {
        for (const plane of planes) expect(plane.every(Number.isFinite)).toBe(true);
      }
    });

    // Runs are in float32, where kernels may work by WebAssembly; this is what the float64 checks.
    it('gives in float32 what it gives in float64, within what the GPU is allowed', () => {
      const program = programOfCase(opCase);
      const single = runSmallProgram(program, opCase.inputs, { doubles: false });
      const { absolute, relative } = opCase.gpu;
      // Inputs are rounded too, which an op that only copies hands on.
      const allowed = (wanted: number) =>
        absolute + relative * Math.abs(wanted) + (1 + Math.abs(wanted)) * 2 ** -21;
      for (const [output, planes] of Object.entries(runSmallProgram(program, opCase.inputs))) {
        planes.forEach((plane, index) => {
          const worst = plane.reduce((most, wanted, i) => {
            const difference = Math.abs((single[output]?.[index]?.[i] ?? Number.NaN) - wanted);
            return difference === 0 ? most : Math.max(most, difference / allowed(wanted));
          }, 0);
          expect(worst, `${output}[${index}]`).toBeLessThanOrEqual(1);
        });
      }
    });

    const { expected } = opCase;
    if (expected)
      it('gives what is expected', () => {
        const results = runSmallProgram(programOfCase(opCase), opCase.inputs);
        const tolerance = opCase.expectedTolerance ?? 1e-9;
        for (const [output, planes] of Object.entries(expected)) {
          planes.forEach((plane, index) => {
            const found = results[output]?.[index] ?? new Float64Array();
            expect(found.length).toBe(plane.length);
            expect(largestDifference(found, plane)).toBeLessThanOrEqual(tolerance);
          });
        }
      });

    it.each(opCase.gradientOf ?? [])('has the gradient of %s', (input) => {
      expect(gradientError(opCase, input)).toBeLessThan(opCase.gradientTolerance ?? 1e-5);
    });
  },
);

/**
 * Relative difference between the adjoint's gradient of Σ cotangent·output and central differences,
 * along several random directions of the input (each one number that all elements take part in).
 */
function gradientError(opCase: OpCase, input: string): number {
  // Zero is an answer, silence is none.
  expect(adjointOfCase(opCase).gives).toContain(input);
  const program = programOfCase(opCase);
  const base = runSmallProgram(program, opCase.inputs);
  const cotangents = Object.fromEntries(
    Object.entries(base).map(([name, planes], k): [string, CaseValue] => [
      `cotangent:${name}`,
      {
        type: typeOfOutput(opCase, name, planes),
        planes: planes.map((plane, i) => randomNumbers(plane.length, 977 + 31 * k + i)),
      },
    ]),
  );
  const adjoint =
    runSmallProgram(adjointProgramOfCase(opCase, cotangents), {
      ...opCase.inputs,
      ...cotangents,
    })[input] ??
    opCase.inputs[input]?.planes.map((plane) => new Float64Array(plane.length)) ??
    [];
  const weighted = (results: Readonly<Record<string, Planes>>): number =>
    Object.entries(results).reduce(
      (sum, [name, planes]) =>
        sum +
        planes.reduce(
          (s, plane, i) => s + dot(plane, cotangents[`cotangent:${name}`]?.planes[i] ?? plane),
          0,
        ),
      0,
    );
  const value = opCase.inputs[input] as CaseValue;
  const step = 1e-6 * Math.max(1, ...value.planes.map((plane) => Math.max(...plane.map(Math.abs))));
  let worst = 0;
  for (let direction = 0; direction < 6; direction += 1) {
    const along = value.planes.map((plane, i) =>
      randomNumbers(plane.length, 7 + 13 * direction + i),
    );
    const moved = (sign: number) =>
      runSmallProgram(program, {
        ...opCase.inputs,
        [input]: {
          ...value,
          planes: value.planes.map((plane, i) =>
            plane.map((v, j) => v + sign * step * (along[i]?.[j] ?? 0)),
          ),
        },
      });
    const measured = (weighted(moved(1)) - weighted(moved(-1))) / (2 * step);
    const predicted = adjoint.reduce((s, plane, i) => s + dot(plane, along[i] ?? plane), 0);
    const scale = Math.sqrt(
      adjoint.reduce((s, plane) => s + dot(plane, plane), 0) *
        along.reduce((s, plane) => s + dot(plane, plane), 0),
    );
    worst = Math.max(worst, Math.abs(measured - predicted) / Math.max(scale, 1e-12));
  }
  return worst;
}

function typeOfOutput(opCase: OpCase, name: string, planes: Planes): CaseValue['type'] {
  const definition = opRegistry.get(opCase.op);
  const types = Object.fromEntries(
    Object.entries(opCase.inputs).map(([input, value]) => [input, value.type]),
  );
  const inferred = definition?.infer(types as never, opCase.attributes ?? {}) as
    | Readonly<Record<string, CaseValue['type']>>
    | undefined;
  return inferred?.[name] ?? { kind: 'scalars', length: planes[0]?.length ?? 0 };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i += 1) {
    largest = Math.max(largest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  }
  return largest;
}
