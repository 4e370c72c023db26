import { InternalError } from '../internal-error';
import type { KernelParameters } from '../ir/kernel-graph';
import type { ParameterSpec } from '../ops/define-kernel';

/** Size and alignment of a parameter in WGSL's uniform address space, bytes. */
const layouts = {
  f32: { size: 4, alignment: 4 },
  i32: { size: 4, alignment: 4 },
  u32: { size: 4, alignment: 4 },
  matrix3x4: { size: 48, alignment: 16 },
} as const;

/**
 * The bytes of a uniform struct whose fields are `specs` in order, laid out as WGSL does (the size
 * of a struct in uniform memory is a multiple of 16).
 * @throws InternalError where a parameter is missing, not finite, or not of its type.
 */
export function packParameters(
  specs: Readonly<Record<string, ParameterSpec>>,
  values: KernelParameters,
): ArrayBuffer {
  const fields: { name: string; spec: ParameterSpec; offset: number }[] = [];
  let end = 0;
  for (const [name, spec] of Object.entries(specs)) {
    const offset = roundUp(end, layouts[spec].alignment);
    fields.push({ name, spec, offset });
    end = offset + layouts[spec].size;
  }
  const bytes = new ArrayBuffer(roundUp(end, 16));
  const view = new DataView(bytes);
  for (const { name, spec, offset } of fields) {
    const value = values[name];
    if (spec === 'matrix3x4') writeMatrix(view, offset, name, value);
    else writeNumber(view, offset, name, spec, value);
  }
  return bytes;
}

function writeNumber(
  view: DataView,
  offset: number,
  name: string,
  spec: 'f32' | 'i32' | 'u32',
  value: KernelParameters[string] | undefined,
): void {
  const isWhole = spec === 'f32' || Number.isInteger(value);
  if (typeof value !== 'number' || !Number.isFinite(value) || !isWhole || wraps(spec, value)) {
    throw new InternalError(`Parameter "${name}" is ${String(value)}, which is no ${spec}.`);
  }
  if (spec === 'f32') view.setFloat32(offset, value, true);
  else if (spec === 'i32') view.setInt32(offset, value, true);
  else view.setUint32(offset, value, true);
}

function wraps(spec: 'f32' | 'i32' | 'u32', value: number): boolean {
  if (spec === 'i32') return value !== (value | 0);
  return spec === 'u32' && value !== value >>> 0;
}

function writeMatrix(
  view: DataView,
  offset: number,
  name: string,
  value: KernelParameters[string] | undefined,
): void {
  if (typeof value !== 'object' || value.length !== 12 || !value.every(Number.isFinite)) {
    throw new InternalError(`Parameter "${name}" is ${String(value)}, which is no 3×4 matrix.`);
  }
  value.forEach((number, index) => {
    view.setFloat32(offset + 4 * index, number, true);
  });
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
