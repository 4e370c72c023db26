import { InternalError } from '../internal-error';
import {
  accessOf,
  type BindingSpec,
  elementTypeOf,
  type GpuStage,
  isOptional,
  type KernelDefinition,
  type ParameterSpec,
  planeCountOf,
} from '../ops/define-kernel';
import { linkWgsl, type WgslModule } from '../wgsl/linker';

/** Invocations of a workgroup where a stage names none. */
export const defaultWorkgroupSize = 64;

// biome-ignore lint/suspicious/noExplicitAny: stages are contravariant in their parameters.
export type AnyStage = GpuStage<any>;

/** One storage binding of a stage as WGSL sees it. */
export interface StageBinding {
  /** Name of the variable: the binding's own, or `u_x`, `u_y`, `u_z` for the planes of a vector. */
  readonly variable: string;
  /** Place in a pass's list of buffers; of the first plane where one plane is bound at a time. */
  readonly place: number;
  readonly perComponent: boolean;
  readonly writable: boolean;
  readonly optional: boolean;
  readonly elementType: 'f32' | 'i32' | 'u32';
  readonly atomic: boolean;
}

/** The stages of a kernel in order; none where it runs on the host. */
export function shaderStagesOf(kernel: KernelDefinition): readonly AnyStage[] {
  if (kernel.gpu === 'host') return [];
  return 'source' in kernel.gpu ? [kernel.gpu] : kernel.gpu;
}

/** The storage bindings of a stage, in the order of their numbers from 1. */
export function stageBindings(kernel: KernelDefinition, stage: AnyStage): readonly StageBinding[] {
  const bindings: StageBinding[] = [];
  let place = 0;
  for (const [name, spec] of Object.entries(kernel.bindings)) {
    const planes = planeCountOf(spec);
    if (!stage.binds || stage.binds.includes(name)) {
      bindings.push(...variablesOf(name, spec, place, stage.perComponent?.includes(name) ?? false));
    }
    place += planes;
  }
  for (const name of [...(stage.binds ?? []), ...(stage.perComponent ?? [])]) {
    if (!(name in kernel.bindings)) {
      throw new InternalError(`Kernel "${kernel.name}" has no binding "${name}".`);
    }
  }
  return bindings;
}

/** Fields of the uniform struct: the kernel's parameters, and the component where it has one. */
export function stageParameters(
  kernel: KernelDefinition,
  stage: AnyStage,
): Readonly<Record<string, ParameterSpec>> {
  return stage.perComponent ? { ...kernel.parameters, component: 'u32' } : kernel.parameters;
}

/**
 * The whole source of a stage: a header made from the kernel's definition (uniform struct, storage
 * variables, `WORKGROUP`, `weft_index`), the modules that it uses, and its own WGSL.
 */
export function stageSource(
  kernel: KernelDefinition,
  stage: AnyStage,
  library: readonly WgslModule[],
): string {
  return linkWgsl(
    [
      { name: 'generated header', source: headerOf(kernel, stage) },
      { name: stageName(kernel, stage), source: stage.source },
    ],
    library,
  );
}

/** The kernel's name, with the number of the stage where there are several. */
export function stageName(kernel: KernelDefinition, stage: AnyStage): string {
  const stages = shaderStagesOf(kernel);
  return stages.length > 1 ? `${kernel.name}[${stages.indexOf(stage)}]` : kernel.name;
}

function variablesOf(
  name: string,
  spec: BindingSpec,
  place: number,
  perComponent: boolean,
): StageBinding[] {
  const elementType = elementTypeOf(spec);
  const access = accessOf(spec);
  const shared = {
    writable: access !== 'read',
    optional: isOptional(spec),
    elementType,
    atomic: spec.startsWith('atomic'),
  };
  if (planeCountOf(spec) === 1 || perComponent) {
    return [{ variable: name, place, perComponent, ...shared }];
  }
  return ['x', 'y', 'z'].map((axis, plane) => ({
    variable: `${name}_${axis}`,
    place: place + plane,
    perComponent,
    ...shared,
  }));
}

function headerOf(kernel: KernelDefinition, stage: AnyStage): string {
  const lines = [`const WORKGROUP: u32 = ${stage.workgroupSize ?? defaultWorkgroupSize}u;`];
  const parameters = Object.entries(stageParameters(kernel, stage));
  if (parameters.length > 0) {
    lines.push(
      'struct Params {',
      ...parameters.map(([name, spec]) => `  ${name}: ${wgslTypes[spec]},`),
      '}',
      '@group(0) @binding(0) var<uniform> params: Params;',
    );
  }
  stageBindings(kernel, stage).forEach(({ variable, writable, elementType, atomic }, index) => {
    const element = atomic ? `atomic<${elementType}>` : elementType;
    lines.push(
      `@group(0) @binding(${index + 1}) ` +
        `var<storage, ${writable ? 'read_write' : 'read'}> ${variable}: array<${element}>;`,
    );
  });
  lines.push(
    'fn weft_index(gid: vec3<u32>, groups: vec3<u32>) -> u32 {',
    '  return gid.x + gid.y * groups.x * WORKGROUP;',
    '}',
  );
  return lines.join('\n');
}

const wgslTypes = {
  f32: 'f32',
  i32: 'i32',
  u32: 'u32',
  matrix3x4: 'array<vec4<f32>, 3>',
} as const satisfies Record<ParameterSpec, string>;
