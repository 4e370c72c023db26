import { type Device, DeviceFailure, type DeviceLimits } from '../devices';
import type { Plan } from '../ir/plan';
import { type KernelRegistry, kernelRegistry } from '../ops/kernels';
import type { WgslModule } from '../wgsl/linker';
import { wgslModules } from '../wgsl/modules';
import { DeviceWatch } from './device-watch';
import { bindPlan, compilePlan } from './encode';
import { GpuExecution } from './execution';
import { PipelineCache } from './pipelines';
import { PlanMemory } from './plan-memory';

/** What the device is made with, and why there is none where there is none. */
export type OpenedGpu = { readonly device: GpuDevice } | { readonly missingBecause: string };

/** Limits that are asked for as high as the adapter offers them. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Features that are used where they are offered. */
const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query'];

/**
 * Opens the fastest adapter that `gpu` offers with the adapter's own limits.
 * @param gpu the page's `navigator.gpu`, or Dawn's in Node. The device holds on to it: once Dawn's
 * object is collected, its devices crash or hang.
 */
export async function openGpuDevice(gpu: GPU): Promise<OpenedGpu> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { missingBecause: 'WebGPU found no graphics adapter on this machine.' };
  const requiredLimits: Record<string, number> = {};
  for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit];
  try {
    const device = await adapter.requestDevice({
      label: 'weft',
      requiredLimits,
      requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    });
    return { device: new GpuDevice(device, nameOf(adapter.info), gpu) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missingBecause: `WebGPU could not open the graphics adapter: ${reason}` };
  }
}

/** Runs plans on a `GPUDevice`, which others may share. */
export class GpuDevice implements Device {
  readonly kind = 'gpu';
  readonly name: string;
  readonly limits: DeviceLimits;
  /** The device itself, for those who share it. */
  readonly device: GPUDevice;
  /** Never read: what must not be collected as long as the device lives. */
  readonly keepAlive: unknown;
  readonly #watch: DeviceWatch;
  readonly #pipelines: PipelineCache;
  readonly #kernels: KernelRegistry;

  constructor(
    device: GPUDevice,
    name: string,
    keepAlive: unknown,
    kernels: KernelRegistry = kernelRegistry,
    modules: readonly WgslModule[] = wgslModules,
  ) {
    this.device = device;
    this.name = name;
    this.keepAlive = keepAlive;
    this.limits = {
      maxBufferBytes: Math.min(
        device.limits.maxBufferSize,
        device.limits.maxStorageBufferBindingSize,
      ),
    };
    this.#kernels = kernels;
    this.#watch = new DeviceWatch(device);
    this.#pipelines = new PipelineCache(device, modules);
  }

  /**
   * Compiles what is not compiled yet, allocates the plan's memory and makes its bind groups.
   * @throws DeviceFailure
   */
  async prepare(plan: Plan): Promise<GpuExecution> {
    this.#watch.begin();
    const tooLarge = plan.slots.find((slot) => slot.bytes > this.limits.maxBufferBytes);
    if (tooLarge) {
      throw new DeviceFailure(
        'out-of-memory',
        `The plan needs a buffer of ${tooLarge.bytes} bytes; ${this.name} binds at most ` +
          `${this.limits.maxBufferBytes}.`,
      );
    }
    const compiled = await this.#watch.wait(compilePlan(plan, this.#pipelines, this.#kernels));
    const memory = new PlanMemory(this.device, plan);
    try {
      // Out of memory is reported after the buffers were made; those that were go with it.
      await this.#watch.guard(this.device, () => memory.allocate());
      return await this.#watch.guard(
        this.device,
        () =>
          new GpuExecution(
            this.device,
            plan,
            memory,
            bindPlan(this.device, compiled, memory),
            this.#watch,
          ),
      );
    } catch (error) {
      memory.destroy();
      throw error;
    }
  }

  destroy(): void {
    this.#watch.close();
    this.device.destroy();
  }
}

function nameOf(info: GPUAdapterInfo): string {
  const { description, device, vendor, architecture } = info;
  const name = description || device || [vendor, architecture].filter(Boolean).join(' ') || 'GPU';
  return info.isFallbackAdapter ? `${name} (software)` : name;
}
