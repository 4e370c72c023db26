/** Types of values as WebAssembly numbers them. */
export const valueTypes = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type WasmType = keyof typeof valueTypes;

/** A function that the module imports from `env`. */
export interface ImportedFunction {
  readonly name: string;
  readonly parameters: readonly WasmType[];
  readonly result: WasmType;
}

/** The one function of a module, exported as `run`. */
export interface WasmFunction {
  readonly parameters: readonly WasmType[];
  readonly result?: WasmType;
  readonly locals: readonly WasmType[];
  /** Instructions, without the closing `end`. */
  readonly body: readonly number[];
}

/**
 * The bytes of a WebAssembly module (binary format of the core specification, with 128-bit vectors) that
 * imports `env.memory` and a few functions, and exports one function, `run`.
 * @param isShared whether the memory it is given is shared among threads
 */
export function wasmModule(
  run: WasmFunction,
  imports: readonly ImportedFunction[],
  isShared: boolean,
): Uint8Array<ArrayBuffer> {
  const typeOf = (parameters: readonly WasmType[], result: WasmType | undefined): number[] => [
    0x60,
    ...list(parameters.map((type) => [valueTypes[type]])),
    ...list(result === undefined ? [] : [[valueTypes[result]]]),
  ];
  const types = [
    ...imports.map(({ parameters, result }) => typeOf(parameters, result)),
    typeOf(run.parameters, run.result),
  ];
  // Shared memory has to name the most that it may be: all that 32 bits address.
  const limits = isShared ? [0x03, ...unsigned(0), ...unsigned(65536)] : [0x00, ...unsigned(0)];
  const imported = [
    ...imports.map(({ name }, index) => [...text('env'), ...text(name), 0x00, ...unsigned(index)]),
    [...text('env'), ...text('memory'), 0x02, ...limits],
  ];
  const code = [...list(run.locals.map((type) => [1, valueTypes[type]])), ...run.body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list(imported)),
    ...section(3, list([unsigned(imports.length)])),
    ...section(7, list([[...text('run'), 0x00, ...unsigned(imports.length)]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ]);
}

/** A whole number from 0, in the variable length of the format (LEB128). */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** A whole number with a sign, in the variable length of the format. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...new TextEncoder().encode(value)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}
