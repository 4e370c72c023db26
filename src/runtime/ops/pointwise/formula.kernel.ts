import type { Formula } from '../../ir/formula';
import type { KernelParameters } from '../../ir/kernel-graph';
import {
  type BindingSpec,
  type FloatArray,
  type KernelDefinition,
  type ParameterSpec,
  type Share,
  shareOf,
  type WasmMemory,
} from '../define-kernel';
import { chunkLength, reductionChunks, reductionThreads, reductionWorkgroup } from '../reduction';
import {
  type FormulaArrays,
  FormulaInterpreter,
  scalarResult,
  uniformValues,
} from './interpret.cpu';
import { formulaModule } from './print-wasm';
import { formulaWgsl } from './print-wgsl';
import { stepsOf } from './steps';

/** A range of elements of a formula: writes them, or returns their sum. */
type RunRange = (arrays: FormulaArrays, begin: number, end: number) => number | undefined;

type Buffers = Readonly<Record<string, FloatArray>>;

/**
 * The kernel of a formula. Its bindings are the formula's planes `p0`…, uniforms `u0`… and outputs `o0`…, its
 * parameters `count`, constants `k0`… and, of a sum, the `offset` of its partial sums.
 * @param name for people; a pass finds the kernel by its formula
 */
export function formulaKernel(formula: Formula, name: string): KernelDefinition {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index}`);
  const planeNames = numbered('p', formula.planes);
  const uniformNames = numbered('u', formula.uniforms);
  const constantNames = numbered('k', formula.constants);
  const outputNames = numbered('o', formula.outputs.length);
  const bindings: Record<string, BindingSpec> = {};
  for (const binding of [...planeNames, ...uniformNames]) bindings[binding] = 'read';
  formula.outputs.forEach(({ updates }, index) => {
    bindings[`o${index}`] = updates || formula.sum ? 'update' : 'write';
  });
  const parameters: Record<string, ParameterSpec> = { count: 'u32' };
  if (formula.sum) parameters.offset = 'u32';
  for (const constant of constantNames) parameters[constant] = 'f32';

  const arraysOf = (buffers: Buffers, values: KernelParameters): FormulaArrays => ({
    planes: planeNames.map((binding) => buffers[binding] as FloatArray),
    uniforms: uniformNames.map((binding) => buffers[binding] as FloatArray),
    constants: constantNames.map((constant) => values[constant] as number),
    outputs: outputNames.map((binding) => buffers[binding] as FloatArray),
  });
  const over =
    (run: RunRange) =>
    (buffers: Buffers, values: KernelParameters, share: Share): void => {
      const arrays = arraysOf(buffers, values);
      const count = values.count as number;
      if (!formula.sum) {
        const [begin, end] = shareOf(count, share);
        if (begin < end) run(arrays, begin, end);
        return;
      }
      const length = chunkLength(count);
      const [firstChunk, lastChunk] = shareOf(reductionChunks(count), share);
      for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
        const end = Math.min((chunk + 1) * length, count);
        const sum = chunk * length < end ? run(arrays, chunk * length, end) : 0;
        (arrays.outputs[0] as FloatArray)[(values.offset as number) + chunk] = sum as number;
      }
    };

  let interpreter: FormulaInterpreter | undefined;
  const interpret: RunRange = (arrays, begin, end) => {
    interpreter ??= new FormulaInterpreter(stepsOf(formula));
    return interpreter.run(arrays, begin, end, !formula.sum);
  };
  const floats =
    formula.planes + (formula.sum ? 0 : formula.outputs.length) + updatedCount(formula);
  const elements = (p: KernelParameters): number => p.count as number;
  return {
    name,
    bindings,
    parameters,
    formula,
    cpu: over(interpret) as KernelDefinition['cpu'],
    inWasmMemory(memory) {
      const run = compiled(formula, memory);
      return run && (over(run) as KernelDefinition['cpu']);
    },
    gpu: formula.sum
      ? {
          get source() {
            return formulaWgsl(formula);
          },
          threads: (p) => reductionThreads({ count: p.count as number }),
          workgroupSize: reductionWorkgroup,
        }
      : {
          get source() {
            return formulaWgsl(formula);
          },
          threads: (p) => elements(p as KernelParameters),
        },
    cost: (p) => ({
      bytes: 4 * floats * (p.count as number),
      operations: operationsOf(formula) * (p.count as number),
    }),
  };
}

/** Undefined where the host has no vectors, or a policy forbids to compile. */
function moduleOf(formula: Formula, isShared: boolean): WebAssembly.Module | undefined {
  const bytes = formulaModule(formula, isShared);
  try {
    return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
  } catch {
    return undefined;
  }
}

function operationsOf(formula: Formula): number {
  return Math.max(1, stepsOf(formula).perElement.length - formula.planes);
}

function updatedCount(formula: Formula): number {
  return formula.outputs.filter(({ updates }) => updates).length;
}

/** Compiled code of a formula, over arrays that lie in the given memory; undefined where the host refuses. */
function compiled(
  formula: Formula,
  { memory, isShared, modules }: WasmMemory,
): RunRange | undefined {
  const key = JSON.stringify(formula);
  const module = modules.get(key) ?? moduleOf(formula, isShared);
  if (!module) return undefined;
  modules.set(key, module);
  const { exports } = new WebAssembly.Instance(module, {
    env: {
      memory,
      exp: Math.exp,
      log: Math.log,
      pow: (a: number, b: number) => a ** b,
      'one-minus-pow': (a: number, b: number) => scalarResult('one-minus-pow', a, b, 0),
    },
  });
  const run = exports.run as (...numbers: number[]) => number | undefined;
  const steps = stepsOf(formula);
  return (arrays, begin, end) => {
    const uniform = uniformValues(steps, arrays);
    return run(
      begin,
      end,
      ...arrays.planes.map(({ byteOffset }) => byteOffset),
      ...(formula.sum ? [] : arrays.outputs.map(({ byteOffset }) => byteOffset)),
      ...steps.given.map((index) => uniform[index] as number),
    );
  };
}
