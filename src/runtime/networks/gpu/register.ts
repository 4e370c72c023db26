import type { GradConfig, KernelConfig, NamedAttrMap } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { axisByAxisKernels } from './axis-by-axis-kernels';
import { convolutionKernels } from './convolution-kernels';
import { missingGradients } from './gradients';
import { manyAxesKernels } from './many-axes-kernels';
import { matrixKernels } from './matrix-kernels';
import type { KernelArguments, OwnKernel, TensorFlow } from './own-kernel';
import { scatterKernels } from './scatter-kernels';
import { sumKernels } from './sum-kernels';
import { tileKernels } from './tile-kernel';

/** The backend whose kernels we replace. */
const gpuBackend = 'webgpu';

/**
 * Puts our kernels in the place of TensorFlow.js's on its WebGPU backend, and gives it gradients that it lacks. What
 * ours do not know goes on to the kernel that was there.
 * @returns puts everything back as it was; this also happens by itself when the backend is removed
 */
export function registerGpuKernels(tf: TensorFlow): () => void {
  const undo: (() => void)[] = [];
  const restoreAll = () => {
    for (const restore of undo.splice(0)) restore();
  };
  const kernels = [
    ...convolutionKernels(tf),
    ...sumKernels(tf),
    ...tileKernels(),
    ...matrixKernels(tf),
    ...scatterKernels(),
    ...manyAxesKernels(tf),
    ...axisByAxisKernels(),
  ];
  undo.push(...kernels.map((kernel) => replaceKernel(tf, kernel, restoreAll)));
  undo.push(...missingGradients(tf).map((gradient) => replaceGradient(tf, gradient)));
  return restoreAll;
}

function replaceKernel(
  tf: TensorFlow,
  { name, run }: OwnKernel,
  backendIsRemoved: () => void,
): () => void {
  const before = tf.getKernel(name, gpuBackend);
  const register = (config: KernelConfig) => {
    tf.unregisterKernel(name, gpuBackend);
    tf.registerKernel(config);
  };
  register({
    ...before,
    kernelFunc: ({ inputs, backend, attrs: attributes = {} }) => {
      const call = { backend: backend as WebGPUBackend, inputs, attributes };
      const theirs = (other: KernelArguments = call) =>
        before.kernelFunc({
          backend,
          inputs: other.inputs,
          attrs: other.attributes as NamedAttrMap,
        });
      return run({ ...call, theirs }) ?? theirs();
    },
    disposeFunc: backendIsRemoved,
  });
  return () => register(before);
}

function replaceGradient(tf: TensorFlow, gradient: GradConfig): () => void {
  const { kernelName } = gradient;
  const before: GradConfig | undefined = tf.getGradient(kernelName);
  if (before) tf.unregisterGradient(kernelName);
  tf.registerGradient(gradient);
  return () => {
    tf.unregisterGradient(kernelName);
    if (before) tf.registerGradient(before);
  };
}
