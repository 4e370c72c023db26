/** A device for a test and the entry point that it came from, or the reason why there is none. */
export type TestGpu =
  | { readonly gpu: GPU; readonly device: GPUDevice }
  | { readonly skipped: string };

// Dawn crashes or hangs once the object that create() returned is collected while a device lives.
const keptAlive: GPU[] = [];

/**
 * A new device with the adapter's own limits and every feature that the engine may ask for, from
 * Dawn in Node. The Vitest projects `gpu` and `recipes` put a Vulkan driver in reach first.
 * A test that gets `skipped` passes it on: `context.skip(result.skipped)`.
 * @param dawnFlags switches of Dawn
 */
export async function requestTestGpu(dawnFlags: readonly string[] = []): Promise<TestGpu> {
  const dawn = await import('webgpu').catch((error: unknown) => String(error));
  if (typeof dawn === 'string') return { skipped: `the webgpu package does not load: ${dawn}` };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([...dawnFlags]);
  keptAlive.push(gpu);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) return { skipped: 'Dawn found no graphics adapter on this machine' };
  const device = await adapter.requestDevice({
    requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxBufferSize: adapter.limits.maxBufferSize,
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: adapter.limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: adapter.limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: adapter.limits.maxComputeWorkgroupSizeX,
    },
  });
  return { gpu, device };
}

const usefulFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];
