import { DeviceFailure } from '../devices';
import type { KernelDefinition } from '../ops/define-kernel';
import { locateLine, type WgslModule } from '../wgsl/linker';
import {
  type AnyStage,
  type StageBinding,
  stageBindings,
  stageName,
  stageParameters,
  stageSource,
} from './kernel-source';

/** A compiled stage with the layout of what it binds. */
export interface StagePipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly StageBinding[];
  readonly hasParameters: boolean;
}

/** Compiled stages of one device. The key is the whole final source, which declares all bindings. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #library: readonly WgslModule[];
  readonly #pipelines = new Map<string, Promise<StagePipeline>>();
  /** Those that could be waited for and compile, and those that nobody waited for and perhaps do not. */
  readonly #atOnce = new Map<string, StagePipeline>();

  constructor(device: GPUDevice, library: readonly WgslModule[]) {
    this.#device = device;
    this.#library = library;
  }

  /**
   * The pipeline of a stage, compiled on first use.
   * @throws DeviceFailure with the compiler's messages and where in which file they point
   */
  get(kernel: KernelDefinition, stage: AnyStage): Promise<StagePipeline> {
    const code = stageSource(kernel, stage, this.#library);
    let pipeline = this.#pipelines.get(code);
    if (!pipeline) {
      pipeline = this.#compile(kernel, stage, code);
      this.#pipelines.set(code, pipeline);
    }
    return pipeline;
  }

  /**
   * The same at once, for callers that cannot wait. What does not compile is reported by the device, at its
   * own time.
   */
  getNow(kernel: KernelDefinition, stage: AnyStage): StagePipeline {
    const code = stageSource(kernel, stage, this.#library);
    const known = this.#atOnce.get(code);
    if (known) return known;
    const { descriptor, ...rest } = this.#describe(kernel, stage, code);
    const compiled = { pipeline: this.#device.createComputePipeline(descriptor), ...rest };
    this.#atOnce.set(code, compiled);
    return compiled;
  }

  async #compile(kernel: KernelDefinition, stage: AnyStage, code: string): Promise<StagePipeline> {
    // A module that does not compile fails its pipeline too, where it is reported.
    this.#device.pushErrorScope('validation');
    const { descriptor, ...rest } = this.#describe(kernel, stage, code);
    const moduleError = this.#device.popErrorScope();
    const { label } = descriptor;
    const { module } = descriptor.compute;
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      const compiled = { pipeline, ...rest };
      this.#atOnce.set(code, compiled);
      return compiled;
    } catch (error) {
      await moduleError;
      const messages = await compilerMessages(module, code);
      const reason = messages.length > 0 ? messages.join('\n') : String(error);
      throw new DeviceFailure('kernel', `Kernel "${label}" does not compile.\n${reason}`);
    }
  }

  #describe(kernel: KernelDefinition, stage: AnyStage, code: string): DescribedStage {
    const label = stageName(kernel, stage);
    const bindings = stageBindings(kernel, stage);
    const hasParameters = Object.keys(stageParameters(kernel, stage)).length > 0;
    const module = this.#device.createShaderModule({ label, code });
    const layout = this.#device.createBindGroupLayout({
      label,
      entries: layoutEntries(bindings, hasParameters),
    });
    const descriptor = {
      label,
      layout: this.#device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    };
    return { descriptor, layout, bindings, hasParameters };
  }
}

/** A stage with all that its pipeline is made of. */
interface DescribedStage extends Omit<StagePipeline, 'pipeline'> {
  readonly descriptor: GPUComputePipelineDescriptor & { readonly label: string };
}

/** What the compiler says of a module made from linked code, with places in the modules' own files. */
export async function compilerMessages(
  module: GPUShaderModule,
  code: string,
): Promise<readonly string[]> {
  const { messages } = await module.getCompilationInfo();
  return messages.map(({ type, lineNum, linePos, message }) => {
    const at = locateLine(code, lineNum);
    return `${at.module}:${at.line}:${linePos}: ${type}: ${message}`;
  });
}

function layoutEntries(
  bindings: readonly StageBinding[],
  hasParameters: boolean,
): GPUBindGroupLayoutEntry[] {
  const visibility = 4; // GPUShaderStage.COMPUTE, whose global not every host defines.
  const entries: GPUBindGroupLayoutEntry[] = bindings.map(({ writable }, index) => ({
    binding: index + 1,
    visibility,
    buffer: { type: writable ? 'storage' : 'read-only-storage' },
  }));
  if (hasParameters) entries.unshift({ binding: 0, visibility, buffer: { type: 'uniform' } });
  return entries;
}
