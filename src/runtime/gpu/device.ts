import {
  type Device,
  DeviceFailure,
  type DeviceLimits,
  type DeviceMissing,
  type WebGpuSharing,
} from '../devices';
import type { Plan } from '../ir/plan';
import { type KernelRegistry, kernelRegistry } from '../ops/kernels';
import type { WgslModule } from '../wgsl/linker';
import { wgslModules } from '../wgsl/modules';
import { DeviceWatch } from './device-watch';
import { compilePlan, compilePlanNow, encodePlan, originsByLabel } from './encode';
import { GpuExecution } from './execution';
import { PipelineCache } from './pipelines';
import { PlanMemory } from './plan-memory';

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
 * @param likelyTotalBytes memory that the adapter probably has; WebGPU does not tell
 */
export async function openGpuDevice(
  gpu: GPU,
  likelyTotalBytes?: number,
): Promise<GpuDevice | DeviceMissing> {
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return { missingBecause: 'WebGPU found no graphics adapter on this machine.' };
    const requiredLimits: Record<string, number> = {};
    for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit];
    const device = await adapter.requestDevice({
      label: 'weft',
      requiredLimits,
      requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    });
    return new GpuDevice(device, nameOf(adapter.info), gpu, { likelyTotalBytes });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      missingBecause: `WebGPU could not open the graphics adapter: ${reason.replace(/\.?$/, '.')}`,
      mayComeBack: true,
    };
  }
}

/** Adapters that compute on the CPU after all. */
const softwareAdapter = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

export interface GpuDeviceOptions {
  readonly kernels?: KernelRegistry;
  readonly modules?: readonly WgslModule[];
  readonly likelyTotalBytes?: number | undefined;
}

/** Runs plans on a `GPUDevice`, which others may share. */
export class GpuDevice implements Device {
  readonly kind = 'gpu';
  readonly name: string;
  readonly limits: DeviceLimits;
  readonly isEmulated: boolean;
  /** The device itself, for those who share it. */
  readonly device: GPUDevice;
  /** Never read: what must not be collected as long as the device lives. */
  readonly keepAlive: unknown;
  /** For networks: TensorFlow.js computes on the same device. */
  readonly webgpu: WebGpuSharing = this;
  readonly #watch: DeviceWatch;
  readonly #pipelines: PipelineCache;
  readonly #kernels: KernelRegistry;

  constructor(device: GPUDevice, name: string, keepAlive: unknown, options: GpuDeviceOptions = {}) {
    const { kernels = kernelRegistry, modules = wgslModules, likelyTotalBytes } = options;
    this.device = device;
    this.name = name;
    this.keepAlive = keepAlive;
    this.limits = {
      maxBufferBytes: Math.min(
        device.limits.maxBufferSize,
        device.limits.maxStorageBufferBindingSize,
      ),
      ...(likelyTotalBytes === undefined ? {} : { likelyTotalBytes }),
    };
    this.isEmulated = softwareAdapter.test(name);
    this.#kernels = kernels;
    this.#watch = new DeviceWatch(device);
    this.#pipelines = new PipelineCache(device, modules);
  }

  get isLost(): boolean {
    return this.#watch.isLost;
  }

  /**
   * Compiles what is not compiled yet, allocates the plan's memory and makes its bind groups.
   * @throws DeviceFailure
   */
  async prepare(plan: Plan): Promise<GpuExecution> {
    this.#watch.begin();
    this.#requireRoom(plan);
    const compiled = await this.#watch.wait(compilePlan(plan, this.#pipelines, this.#kernels));
    const memory = new PlanMemory(this.device, plan);
    this.#watch.originOfLabel = originsByLabel(plan);
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
            encodePlan(this.device, compiled, memory),
            this.#watch,
          ),
      );
    } catch (error) {
      memory.destroy();
      throw error;
    } finally {
      this.#watch.originOfLabel = new Map();
    }
  }

  /**
   * The same at once, for callers that cannot wait, such as a layer of a network that learns its shape as it
   * is applied. What goes wrong on the device meanwhile is thrown by whoever waits for it next.
   * @throws DeviceFailure where something went wrong before, or a buffer is too large
   */
  prepareNow(plan: Plan): GpuExecution {
    this.#watch.check();
    this.#requireRoom(plan);
    const compiled = compilePlanNow(plan, this.#pipelines, this.#kernels);
    const memory = new PlanMemory(this.device, plan);
    memory.allocate();
    const encoded = encodePlan(this.device, compiled, memory);
    return new GpuExecution(this.device, plan, memory, encoded, this.#watch);
  }

  /** @throws DeviceFailure where a buffer of the plan is larger than the device can bind */
  #requireRoom(plan: Plan): void {
    const tooLarge = plan.slots.find((slot) => slot.bytes > this.limits.maxBufferBytes);
    if (!tooLarge) return;
    throw new DeviceFailure(
      'out-of-memory',
      `The plan needs a buffer of ${tooLarge.bytes} bytes; ${this.name} binds at most ` +
        `${this.limits.maxBufferBytes}.`,
    );
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
