import { DeviceFailure } from '../devices';
import { InternalError } from '../internal-error';
import type { BufferId, Pass, Work } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import { countedPasses, mapPasses, passesIn } from '../ir/repeats';
import type { KernelDefinition } from '../ops/define-kernel';
import { type KernelRegistry, kernelOf } from '../ops/kernels';
import { type Dispatch, dispatchFor } from './dispatch';
import {
  type AnyStage,
  defaultWorkgroupSize,
  shaderStagesOf,
  stageParameters,
} from './kernel-source';
import type { PipelineCache, StagePipeline } from './pipelines';
import { type PlanMemory, usage } from './plan-memory';
import { packParameters } from './uniforms';

/** One dispatch, ready to be recorded again and again. */
export interface EncodedDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: Dispatch;
}

/** A pass of the plan: its dispatches, or the kernel that runs on the host in its place. */
export interface EncodedPass {
  readonly pass: Pass;
  /** Its place among the passes of its step. */
  readonly place: number;
  /** `origin/kernel`. */
  readonly label: string;
  readonly kernel: KernelDefinition;
  /** Empty where the kernel runs on the host. */
  readonly dispatches: readonly EncodedDispatch[];
}

/** Passes by step of the plan, those of counted loops in their repetitions. */
export type EncodedPlan = readonly (readonly Work<EncodedPass>[])[];

/** A dispatch before its bind group exists. */
interface DispatchDraft {
  readonly stage: StagePipeline;
  readonly groups: Dispatch;
  readonly entries: readonly GPUBindingResource[];
  /** Place in the uniform buffer, bytes; undefined where the stage has no parameters. */
  readonly uniforms: { readonly offset: number; readonly size: number } | undefined;
}

/** Passes by step of the plan with their kernels compiled, before they have memory. */
export type CompiledPlan = readonly (readonly Work<CompiledPass>[])[];

interface CompiledPass {
  readonly pass: Pass;
  readonly kernel: KernelDefinition;
  readonly pipelines: readonly StagePipeline[];
}

/**
 * Compiles every kernel of a plan that the device has not compiled yet.
 * @throws DeviceFailure where a kernel does not compile, naming the node that asked for it
 */
export function compilePlan(
  plan: Plan,
  cache: PipelineCache,
  kernels: KernelRegistry,
): Promise<CompiledPlan> {
  return Promise.all(
    plan.steps.map(async (step) => {
      const compiled = await Promise.all(
        countedPasses(step.passes).map(async ({ pass, times }) => {
          const kernel = knownKernel(pass, kernels);
          if (kernel.gpu === 'host' && (step.kind === 'loop' || times > 1)) {
            throw new InternalError(`Kernel "${pass.kernel}" runs on the host, not in a loop.`);
          }
          return { pass, kernel, pipelines: await compile(cache, kernel, pass) };
        }),
      );
      return mapPasses(step.passes, (_, place) => compiled[place] as CompiledPass);
    }),
  );
}

/**
 * The same at once, for callers that cannot wait and submit the plan at once. What does not compile is
 * reported by the device, at its own time.
 * @throws InternalError where a kernel runs on the host
 */
export function compilePlanNow(
  plan: Plan,
  cache: PipelineCache,
  kernels: KernelRegistry,
): CompiledPlan {
  return plan.steps.map(({ passes }) =>
    mapPasses(passes, (pass) => {
      const kernel = knownKernel(pass, kernels);
      if (kernel.gpu === 'host') {
        throw new InternalError(`Kernel "${pass.kernel}" runs on the host, which takes time.`);
      }
      const pipelines = shaderStagesOf(kernel).map((stage) => cache.getNow(kernel, stage));
      return { pass, kernel, pipelines };
    }),
  );
}

function knownKernel(pass: Pass, kernels: KernelRegistry): KernelDefinition {
  const kernel = kernelOf(pass, kernels);
  if (!kernel) throw new InternalError(`There is no kernel "${pass.kernel}".`);
  return kernel;
}

/** Makes uniform buffers and bind groups, once: a pass is then recorded by three calls. */
export function encodePlan(
  device: GPUDevice,
  compiled: CompiledPlan,
  memory: PlanMemory,
): EncodedPlan {
  const context: DraftContext = {
    memory,
    uniforms: new UniformArena(device.limits.minUniformBufferOffsetAlignment),
    absent: new AbsentBuffers(memory),
    maxGroups: device.limits.maxComputeWorkgroupsPerDimension,
  };
  const drafts = compiled.map((passes) =>
    mapPasses(passes, ({ pass, kernel, pipelines }) => ({
      pass,
      kernel,
      dispatches: shaderStagesOf(kernel).flatMap((stage, index) =>
        draftStage(stage, pipelines[index] as StagePipeline, kernel, pass, context),
      ),
    })),
  );
  // The size of the uniform buffer is known once all structs are.
  const uniformBuffer = context.uniforms.upload(device, memory);
  return drafts.map((passes) =>
    mapPasses(passes, ({ pass, kernel, dispatches }, place) => {
      const label = labelOf(pass);
      return {
        pass,
        place,
        label,
        kernel,
        dispatches: dispatches.map((draft) => ({
          pipeline: draft.stage.pipeline,
          groups: draft.groups,
          bindGroup: bindGroupOf(device, draft, uniformBuffer, label),
        })),
      };
    }),
  );
}

/** Nodes of a plan's passes by the labels under which an error of the device names them. */
export function originsByLabel({ steps }: Plan): ReadonlyMap<string, string> {
  const passes = steps.flatMap((step) => passesIn(step.passes));
  return new Map(passes.map((pass) => [labelOf(pass), pass.origin]));
}

function labelOf({ origin, kernel }: Pass): string {
  return `${origin}/${kernel}`;
}

async function compile(
  cache: PipelineCache,
  kernel: KernelDefinition,
  pass: Pass,
): Promise<readonly StagePipeline[]> {
  try {
    return await Promise.all(shaderStagesOf(kernel).map((stage) => cache.get(kernel, stage)));
  } catch (error) {
    if (!(error instanceof DeviceFailure)) throw error;
    throw new DeviceFailure(error.reason, error.message, pass.origin);
  }
}

interface DraftContext {
  readonly memory: PlanMemory;
  readonly uniforms: UniformArena;
  readonly absent: AbsentBuffers;
  readonly maxGroups: number;
}

function draftStage(
  stage: AnyStage,
  pipeline: StagePipeline,
  kernel: KernelDefinition,
  pass: Pass,
  { memory, uniforms, absent, maxGroups }: DraftContext,
): DispatchDraft[] {
  const groups = dispatchFor(
    stage.threads(pass.parameters as never),
    stage.workgroupSize ?? defaultWorkgroupSize,
    maxGroups,
  );
  const components = stage.perComponent ? [0, 1, 2] : [0];
  return components.map((component) => {
    const parameters = stage.perComponent ? { ...pass.parameters, component } : pass.parameters;
    absent.startDispatch();
    return {
      stage: pipeline,
      groups,
      uniforms: pipeline.hasParameters
        ? uniforms.add(packParameters(stageParameters(kernel, stage), parameters))
        : undefined,
      entries: pipeline.bindings.map(({ place, perComponent, writable, optional, variable }) => {
        const buffer = pass.buffers[place + (perComponent ? component : 0)];
        if (buffer !== null && buffer !== undefined) return memory.bindingOf(buffer as BufferId);
        if (optional) return absent.bindingFor(writable);
        throw new InternalError(`${kernel.name}: nothing is bound to "${variable}".`);
      }),
    };
  });
}

function bindGroupOf(
  device: GPUDevice,
  draft: DispatchDraft,
  uniformBuffer: GPUBuffer | undefined,
  label: string,
): GPUBindGroup {
  const entries: GPUBindGroupEntry[] = draft.entries.map((resource, index) => ({
    binding: index + 1,
    resource,
  }));
  if (draft.uniforms && uniformBuffer) {
    entries.unshift({ binding: 0, resource: { buffer: uniformBuffer, ...draft.uniforms } });
  }
  return device.createBindGroup({ label, layout: draft.stage.layout, entries });
}

/** Collects the parameter structs of a plan into one buffer; equal ones share a place. */
class UniformArena {
  readonly #alignment: number;
  readonly #offsetOf = new Map<string, number>();
  readonly #structs: { offset: number; bytes: ArrayBuffer }[] = [];
  #end = 0;

  constructor(alignment: number) {
    this.#alignment = alignment;
  }

  add(bytes: ArrayBuffer): { readonly offset: number; readonly size: number } {
    const key = new Uint32Array(bytes).join();
    let offset = this.#offsetOf.get(key);
    if (offset === undefined) {
      offset = this.#end;
      this.#offsetOf.set(key, offset);
      this.#structs.push({ offset, bytes });
      this.#end += Math.ceil(bytes.byteLength / this.#alignment) * this.#alignment;
    }
    return { offset, size: bytes.byteLength };
  }

  upload(device: GPUDevice, memory: PlanMemory): GPUBuffer | undefined {
    if (this.#end === 0) return undefined;
    const buffer = memory.create(this.#end, usage.uniform | usage.copyTarget, 'parameters');
    const all = new Uint8Array(this.#end);
    for (const { offset, bytes } of this.#structs) all.set(new Uint8Array(bytes), offset);
    device.queue.writeBuffer(buffer, 0, all);
    return buffer;
  }
}

/**
 * Stands in for optional bindings that are absent. A dispatch may not bind one buffer both to be
 * read and to be written, nor one range twice to be written.
 */
class AbsentBuffers {
  readonly #memory: PlanMemory;
  #readable: GPUBuffer | undefined;
  #writable: GPUBuffer[] = [];
  #writableInDispatch = 0;

  constructor(memory: PlanMemory) {
    this.#memory = memory;
  }

  startDispatch(): void {
    this.#writableInDispatch = 0;
  }

  bindingFor(writable: boolean): GPUBufferBinding {
    if (!writable) {
      this.#readable ??= this.#memory.create(16, usage.storage, 'absent');
      return { buffer: this.#readable };
    }
    const index = this.#writableInDispatch;
    this.#writableInDispatch += 1;
    const buffer = this.#writable[index] ?? this.#memory.create(16, usage.storage, 'absent');
    this.#writable[index] = buffer;
    return { buffer };
  }
}
