import type { Formula, PlanePlace } from '../../ir/formula';
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
 * The kernel of a formula. Its bindings are the buffers that the formula reads, `p0`…, its uniforms `u0`… and the
 * buffers it writes, `o0`…, its parameters `count`, constants `k0`… and, of a sum, the `offset` of its partial sums.
 * Where planes lie in buffers of several, also `stride`, `channels` and, of a sum, `chunks`; partial sums then lie
 * channel after channel.
 * @param name for people; a pass finds the kernel by its formula
 */
export function formulaKernel(formula: Formula, name: string): KernelDefinition {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index}`);
  const { layout } = formula;
  const readNames = numbered('p', layout ? buffersIn(layout.planes) : formula.planes);
  const uniformNames = numbered('u', formula.uniforms);
  const constantNames = numbered('k', formula.constants);
  const outputNames = numbered('o', layout ? buffersIn(layout.outputs) : formula.outputs.length);
  const bindings: Record<string, BindingSpec> = {};
  for (const binding of [...readNames, ...uniformNames]) bindings[binding] = 'read';
  formula.outputs.forEach(({ updates }, index) => {
    const place = layout?.outputs[index]?.buffer ?? index;
    // What is written of a buffer of several may be one plane: the others stay.
    bindings[`o${place}`] = updates || formula.sum || layout ? 'update' : 'write';
  });
  const parameters: Record<string, ParameterSpec> = { count: 'u32' };
  if (layout) Object.assign(parameters, { stride: 'u32', channels: 'u32' });
  if (formula.sum) parameters.offset = 'u32';
  if (formula.sum && layout) parameters.chunks = 'u32';
  for (const constant of constantNames) parameters[constant] = 'f32';

  /** The planes of a channel: of what lies in buffers of several, the part that is meant. */
  const planesOf = (
    buffers: Buffers,
    letter: string,
    places: readonly PlanePlace[] | undefined,
    names: readonly string[],
    values: KernelParameters,
    channel: number,
  ): readonly FloatArray[] =>
    places
      ? places.map(({ buffer, plane }) => {
          const first = (plane === 'channel' ? channel : plane) * (values.stride as number);
          const whole = buffers[`${letter}${buffer}`] as FloatArray;
          return first === 0 ? whole : whole.subarray(first);
        })
      : names.map((binding) => buffers[binding] as FloatArray);
  const arraysOf = (
    buffers: Buffers,
    values: KernelParameters,
    channel: number,
  ): FormulaArrays => ({
    planes: planesOf(buffers, 'p', layout?.planes, readNames, values, channel),
    uniforms: uniformNames.map((binding) => buffers[binding] as FloatArray),
    constants: constantNames.map((constant) => values[constant] as number),
    outputs: planesOf(buffers, 'o', layout?.outputs, outputNames, values, channel),
  });
  const over =
    (run: RunRange) =>
    (buffers: Buffers, values: KernelParameters, share: Share): void => {
      const count = values.count as number;
      const chunks = reductionChunks(count);
      for (let channel = 0; channel < (layout ? (values.channels as number) : 1); channel += 1) {
        const arrays = arraysOf(buffers, values, channel);
        if (!formula.sum) {
          const [begin, end] = shareOf(count, share);
          if (begin < end) run(arrays, begin, end);
          continue;
        }
        const length = chunkLength(count);
        const first = (values.offset as number) + channel * chunks;
        const [firstChunk, lastChunk] = shareOf(chunks, share);
        for (let chunk = firstChunk; chunk < lastChunk; chunk += 1) {
          const end = Math.min((chunk + 1) * length, count);
          const sum = chunk * length < end ? run(arrays, chunk * length, end) : 0;
          (arrays.outputs[0] as FloatArray)[first + chunk] = sum as number;
        }
      }
    };

  let interpreter: FormulaInterpreter | undefined;
  const interpret: RunRange = (arrays, begin, end) => {
    interpreter ??= new FormulaInterpreter(stepsOf(formula));
    return interpreter.run(arrays, begin, end, !formula.sum);
  };
  const channelsIn = (p: KernelParameters): number => (layout ? (p.channels as number) : 1);
  const elements = (p: KernelParameters): number => (p.count as number) * channelsIn(p);
  /** Planes that are moved: what is read for all channels alike comes from memory once. */
  const floats = (p: KernelParameters): number => {
    const moved = (places: readonly PlanePlace[]): number =>
      places.reduce((sum, { plane }) => sum + (plane === 'channel' ? channelsIn(p) : 1), 0);
    const written = layout ? moved(layout.outputs) : formula.outputs.length;
    const updated = updatedCount(formula) * channelsIn(p);
    return (layout ? moved(layout.planes) : formula.planes) + (formula.sum ? 0 : written) + updated;
  };
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
          threads: (p) =>
            reductionThreads({ count: p.count as number }) * channelsIn(p as KernelParameters),
          workgroupSize: reductionWorkgroup,
        }
      : {
          get source() {
            return formulaWgsl(formula);
          },
          threads: (p) => elements(p as KernelParameters),
        },
    cost: (p) => ({
      bytes: 4 * floats(p) * (p.count as number),
      operations: operationsOf(formula) * elements(p),
    }),
  };
}

function buffersIn(places: readonly PlanePlace[]): number {
  return new Set(places.map(({ buffer }) => buffer)).size;
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
  // Where planes lie is not in the code.
  const { layout: _, ...computed } = formula;
  const key = JSON.stringify(computed);
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
