import type { Device, WebGpuSharing } from '../devices';
import { createTensorBackend } from './cpu/backend';
import { backendName, registerKernels } from './cpu/register';
import { registerGpuKernels } from './gpu/register';

/** TensorFlow.js, loaded. Its layers, optimizers and ops; our devices beneath them. */
export type TensorFlow = typeof import('@tensorflow/tfjs');

/**
 * Loads TensorFlow.js on first need and lets it compute where our plans do: on the very `GPUDevice`
 * of a GPU device, on a backend over our own kernels and the device's threads otherwise. It has one engine a process, so opening another
 * device closes the one before, with all tensors that live there.
 */
export async function openTensorFlow(device: Device): Promise<TensorFlow> {
  const tf = await import('@tensorflow/tfjs');
  // It advertises itself on the terminal otherwise.
  tf.enableProdMode();
  closeTensorFlow(tf);
  if (device.webgpu) {
    const backend = await makeBackend(device.webgpu);
    tf.registerBackend(gpuBackend, () => backend);
    await tf.setBackend(gpuBackend);
    registerGpuKernels(tf);
  } else {
    await tf.setBackend('cpu');
    registerKernels(tf);
    const { threadsForTensors } = device;
    const backend = createTensorBackend(
      tf,
      tf.backend(),
      threadsForTensors ? { threads: threadsForTensors } : {},
    );
    tf.registerBackend(backendName, () => backend);
    await tf.setBackend(backendName);
  }
  return tf;
}

/** Frees what TensorFlow.js holds on our device and lets its threads go; call it before the device is destroyed. */
export function closeTensorFlow(tf: TensorFlow): void {
  // In a page, the package has registered a backend that would open a device of its own.
  for (const name of [gpuBackend, backendName]) {
    if (tf.findBackendFactory(name)) tf.removeBackend(name);
  }
}

/** Its kernels are registered under this name. */
const gpuBackend = 'webgpu';

/** The backend looks for `navigator.gpu` before it takes a device; Node has none. */
async function makeBackend({ device, keepAlive }: WebGpuSharing) {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const make = () => new WebGPUBackend(device, device.adapterInfo);
  if (globalThis.navigator?.gpu) return make();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { gpu: keepAlive } });
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}
