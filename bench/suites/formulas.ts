import type { Formula } from '../../src/runtime/ir/formula';
import type { FloatArray, WasmMemory } from '../../src/runtime/ops/define-kernel';
import { formulaKernel } from '../../src/runtime/ops/pointwise/formula.kernel';
import { type Contest, contests } from '../formula-loops.cpu';
import type { BenchHost } from '../host';
import type { Section } from '../report';
import { spreadOf } from '../statistics';

/** Formulas by the interpreter and as WebAssembly, beside plain loops, in one run on one thread. */
export async function formulas(host: BenchHost): Promise<readonly Section[]> {
  const counts = host.options.quick ? [20_000] : [20_000, 1_000_000];
  const repetitions = host.options.quick ? 7 : 25;
  return counts.map((count) => {
    const measured = contests.map((contest) => race(contest, count, repetitions));
    const failures = measured.flatMap(({ name, isSame }) =>
      isSame ? [] : [`${name}: other bits than by hand`],
    );
    return {
      title: `Formulas, ${count} elements, one thread`,
      columns: ['formula', 'by hand', 'interpreted / by hand', 'WebAssembly / by hand'],
      rows: measured.map(({ name, byHand, interpreted, compiled }) => [
        name,
        `${((1e9 * byHand) / count).toFixed(2)} ns`,
        (interpreted / byHand).toFixed(2),
        (compiled / byHand).toFixed(2),
      ]),
      notes: [
        'medians of processor time; a formula gives the bits of the loop, but for the order of a sum',
      ],
      failures,
      data: { count, measured },
    };
  });
}

function race(contest: Contest, count: number, repetitions: number) {
  const { planes, outputs, constants, sum = false } = contest;
  const arrays = planes + outputs.length;
  const isShared = true;
  const pages = Math.ceil((4 * count * arrays) / 65536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
  const plane = (index: number) => new Float32Array(memory.buffer, 4 * count * index, count);
  const read = Array.from({ length: planes }, (_, index) => plane(index));
  const written = outputs.map((_, index) => plane(planes + index));
  const fill = (): void => {
    read.forEach((array, index) => {
      for (let i = 0; i < count; i += 1) array[i] = 0.6 + 0.5 * Math.sin(i * (index + 1));
    });
    for (const array of written) array.fill(0.25);
  };
  const formula: Formula = {
    planes,
    uniforms: 0,
    constants: constants.length,
    outputs: outputs.map(({ expression, updates = false }) => ({ expression, updates })),
    sum,
  };
  const kernel = formulaKernel(formula, contest.name);
  const wasm: WasmMemory = { memory, isShared, modules: new Map() };
  const inWasm = kernel.inWasmMemory?.(wasm) ?? kernel.cpu;
  const buffers: Record<string, FloatArray> = {};
  read.forEach((array, index) => {
    buffers[`p${index}`] = array;
  });
  written.forEach((array, index) => {
    buffers[`o${index}`] = array;
  });
  const parameters: Record<string, number> = { count, offset: 0 };
  constants.forEach((constant, index) => {
    parameters[`k${index}`] = constant;
  });
  const alone = { part: 0, parts: 1 };
  const ways = {
    byHand: () => contest.byHand(read, written, constants, count),
    interpreted: () => kernel.cpu(buffers as never, parameters as never, alone),
    compiled: () => inWasm(buffers as never, parameters as never, alone),
  };
  const results = Object.values(ways).map((way) => {
    fill();
    way();
    return written.map((array) => array.slice());
  });
  const [wanted, ...found] = results;
  const isSame =
    sum ||
    found.every((one) =>
      one.every((array, k) => array.every((value, i) => value === wanted?.[k]?.[i])),
    );
  const seconds: Record<keyof typeof ways, number[]> = {
    byHand: [],
    interpreted: [],
    compiled: [],
  };
  const inner = Math.max(1, Math.round(4_000_000 / count));
  for (let repetition = 0; repetition < repetitions + 2; repetition += 1) {
    for (const [way, run] of Object.entries(ways) as [keyof typeof ways, () => unknown][]) {
      fill();
      // Of this process alone: what others do on the machine counts less.
      const began = process.cpuUsage().user;
      for (let i = 0; i < inner; i += 1) run();
      if (repetition >= 2) seconds[way].push((process.cpuUsage().user - began) / 1e6 / inner);
    }
  }
  return {
    name: contest.name,
    isSame,
    byHand: spreadOf(seconds.byHand).median,
    interpreted: spreadOf(seconds.interpreted).median,
    compiled: spreadOf(seconds.compiled).median,
  };
}
