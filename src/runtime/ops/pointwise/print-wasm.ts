import { InternalError } from '../../internal-error';
import type { Formula, Operator } from '../../ir/formula';
import {
  type ImportedFunction,
  signed,
  unsigned,
  type WasmType,
  wasmModule,
} from '../../wasm/module-writer';
import { type FormulaStep, isComparison, stepsOf } from './steps';

/** Instructions that are the same for every number of lanes, by their bytes. */
const localGet = 0x20;
const localSet = 0x21;
const vector = 0xfd;

/** Operators that no instruction computes; the module imports them. */
const importedOperators = {
  exp: ['f64'],
  log: ['f64'],
  pow: ['f64', 'f64'],
  'one-minus-pow': ['f64', 'f64'],
} as const satisfies Partial<Record<Operator, readonly WasmType[]>>;

type ImportedOperator = keyof typeof importedOperators;

const scalarCodes: Partial<Record<Operator, readonly number[]>> = {
  '+': [0xa0],
  '-': [0xa1],
  '*': [0xa2],
  '/': [0xa3],
  min: [0xa4],
  max: [0xa5],
  abs: [0x99],
  neg: [0x9a],
  sqrt: [0x9f],
  round: [0xb6, 0xbb],
  '<': [0x63],
  '<=': [0x65],
};

const vectorCodes: Partial<Record<Operator, readonly number[]>> = {
  '+': [vector, ...unsigned(0xf0)],
  '-': [vector, ...unsigned(0xf1)],
  '*': [vector, ...unsigned(0xf2)],
  '/': [vector, ...unsigned(0xf3)],
  min: [vector, ...unsigned(0xf4)],
  max: [vector, ...unsigned(0xf5)],
  abs: [vector, ...unsigned(0xec)],
  neg: [vector, ...unsigned(0xed)],
  sqrt: [vector, ...unsigned(0xef)],
  round: [vector, 0x5e, vector, 0x5f],
  '<': [vector, 0x49],
  '<=': [vector, 0x4b],
};

/**
 * A formula as a WebAssembly module over a plan's memory: `run(begin, end, planes…, outputs…, given…)` with
 * places of planes in bytes and uniform values as float64. It computes in float64, two lanes at a time, and
 * rounds once when it stores, so that its bits are those of plain loops. A sum is returned.
 */
export function formulaModule(formula: Formula, isShared: boolean): Uint8Array<ArrayBuffer> {
  const { steps, outputs, given, perElement } = stepsOf(formula);
  const operators = new Set(
    perElement.flatMap((index) => {
      const step = steps[index] as FormulaStep;
      return step.kind === 'apply' && step.operator in importedOperators ? [step.operator] : [];
    }),
  ) as ReadonlySet<ImportedOperator>;
  const imports = [...operators].map(
    (name): ImportedFunction => ({
      name,
      parameters: importedOperators[name],
      result: 'f64',
    }),
  );
  const numberOf = new Map([...operators].map((name, index) => [name, index]));

  const written = formula.sum ? 0 : formula.outputs.length;
  const outputsAt = 2 + formula.planes;
  const givenAt = outputsAt + written;
  const parameters: WasmType[] = [
    ...new Array<WasmType>(givenAt).fill('i32'),
    ...given.map((): WasmType => 'f64'),
  ];
  const locals: WasmType[] = [];
  const local = (type: WasmType): number => parameters.length + locals.push(type) - 1;
  const place = local('i32');
  const last = local('i32');
  const lastOfFours = local('i32');

  /** Locals of each value: one for two lanes, one for a single element. */
  const scalarLocal = new Map<number, number>();
  const vectorLocal = new Map<number, number>();
  given.forEach((index, order) => {
    scalarLocal.set(index, givenAt + order);
    vectorLocal.set(index, local('v128'));
  });
  for (const index of perElement) {
    scalarLocal.set(index, local(isComparison(steps[index]) ? 'i32' : 'f64'));
    vectorLocal.set(index, local('v128'));
  }
  const sums = formula.sum ? [local('v128'), local('v128')] : [];
  const total = local('f64');

  const address = (parameter: number): number[] => [
    ...[localGet, ...unsigned(parameter)],
    ...[localGet, ...unsigned(place)],
    0x6a,
  ];
  const memoryPlace = (offset: number): number[] => [0, ...unsigned(offset)];

  const scalarStep = (step: FormulaStep): number[] => {
    if (step.kind === 'plane') return [...address(2 + step.index), 0x2a, ...memoryPlace(0), 0xbb];
    if (step.kind === 'updated') {
      return [...address(outputsAt + step.index), 0x2a, ...memoryPlace(0), 0xbb];
    }
    if (step.kind !== 'apply') throw new InternalError('A uniform value is no element.');
    const get = (operand: number | undefined) => [
      localGet,
      ...unsigned(scalarLocal.get(operand as number) as number),
    ];
    const operands = step.operands.flatMap(get);
    const imported = numberOf.get(step.operator as ImportedOperator);
    if (imported !== undefined) return [...operands, 0x10, ...unsigned(imported)];
    if (step.operator === 'select') {
      const [condition, then, otherwise] = step.operands;
      return [...get(then), ...get(otherwise), ...get(condition), 0x1b];
    }
    return [...operands, ...codeOf(scalarCodes, step.operator)];
  };

  const vectorStep = (step: FormulaStep, offset: number): number[] => {
    // Two floats at a time, widened.
    const load = [vector, 0x5d, ...memoryPlace(offset), vector, 0x5f];
    if (step.kind === 'plane') return [...address(2 + step.index), ...load];
    if (step.kind === 'updated') return [...address(outputsAt + step.index), ...load];
    if (step.kind !== 'apply') throw new InternalError('A uniform value is no element.');
    const get = (operand: number | undefined) => [
      localGet,
      ...unsigned(vectorLocal.get(operand as number) as number),
    ];
    const imported = numberOf.get(step.operator as ImportedOperator);
    if (imported !== undefined) {
      const lane = (number: number) => [
        ...step.operands.flatMap((operand) => [...get(operand), vector, 0x21, number]),
        ...[0x10, ...unsigned(imported)],
      ];
      return [...lane(0), vector, 0x14, ...lane(1), vector, 0x22, 1];
    }
    if (step.operator === 'select') {
      const [condition, then, otherwise] = step.operands;
      return [...get(then), ...get(otherwise), ...get(condition), vector, 0x52];
    }
    return [...step.operands.flatMap(get), ...codeOf(vectorCodes, step.operator)];
  };

  const set = (index: number): number[] => [localSet, ...unsigned(index)];
  const get = (index: number): number[] => [localGet, ...unsigned(index)];

  const vectorBody = (half: 0 | 1): number[] => [
    ...perElement.flatMap((index) => [
      ...vectorStep(steps[index] as FormulaStep, 8 * half),
      ...set(vectorLocal.get(index) as number),
    ]),
    ...(formula.sum
      ? [
          ...get(sums[half] as number),
          ...get(vectorLocal.get(outputs[0] as number) as number),
          ...[vector, ...unsigned(0xf0)],
          ...set(sums[half] as number),
        ]
      : outputs.flatMap((output, order) => [
          ...address(outputsAt + order),
          ...get(vectorLocal.get(output) as number),
          ...[vector, 0x5e, vector, 0x5b, ...memoryPlace(8 * half), 0],
        ])),
  ];
  const scalarBody = [
    ...perElement.flatMap((index) => [
      ...scalarStep(steps[index] as FormulaStep),
      ...set(scalarLocal.get(index) as number),
    ]),
    ...(formula.sum
      ? [
          ...get(total),
          ...get(scalarLocal.get(outputs[0] as number) as number),
          0xa0,
          ...set(total),
        ]
      : outputs.flatMap((output, order) => [
          ...address(outputsAt + order),
          ...get(scalarLocal.get(output) as number),
          ...[0xb6, 0x38, ...memoryPlace(0)],
        ])),
  ];
  const loop = (until: number, content: readonly number[], bytes: number): number[] => [
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...get(place), ...get(until), 0x4f, 0x0d, 1],
    ...content,
    ...[...get(place), 0x41, ...signed(bytes), 0x6a, ...set(place)],
    ...[0x0c, 0, 0x0b, 0x0b],
  ];
  const body = [
    ...given.flatMap((index) => [
      ...get(scalarLocal.get(index) as number),
      ...[vector, 0x14],
      ...set(vectorLocal.get(index) as number),
    ]),
    ...[...get(0), 0x41, 2, 0x74, ...set(place)],
    ...[...get(1), 0x41, 2, 0x74, ...set(last)],
    // last of fours = place + ((last − place) & ~15)
    ...[...get(place), ...get(last), ...get(place), 0x6b, 0x41, ...signed(-16), 0x71, 0x6a],
    ...set(lastOfFours),
    ...loop(lastOfFours, [...vectorBody(0), ...vectorBody(1)], 16),
    ...(formula.sum
      ? [
          ...[...get(sums[0] as number), ...get(sums[1] as number), vector, ...unsigned(0xf0)],
          ...set(sums[0] as number),
          ...[...get(sums[0] as number), vector, 0x21, 0],
          ...[...get(sums[0] as number), vector, 0x21, 1, 0xa0, ...set(total)],
        ]
      : []),
    ...loop(last, scalarBody, 4),
    ...(formula.sum ? get(total) : []),
  ];
  return wasmModule(
    { parameters, locals, body, ...(formula.sum ? { result: 'f64' } : {}) },
    imports,
    isShared,
  );
}

function codeOf(
  codes: Partial<Record<Operator, readonly number[]>>,
  operator: Operator,
): readonly number[] {
  const code = codes[operator];
  if (!code) throw new InternalError(`"${operator}" has no instruction.`);
  return code;
}
