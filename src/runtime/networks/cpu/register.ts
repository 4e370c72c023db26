import type { KernelFunc } from '@tensorflow/tfjs';
import type { TensorBackend } from './backend';
import { convolutionKernels } from './convolutions';
import { copyKernels } from './copies';
import { elementwiseKernels, slopeOf } from './elementwise';
import { type Inputs, isFloat, type TensorKernel } from './kernel';
import type { TensorFlow } from './library';
import { poolingKernels, resizeKernels } from './pooling';

/** The backend's name: TensorFlow.js finds its kernels by it. */
export const backendName = 'weft';

/** Copies the CPU backend's kernels and puts ours before them. Once a process, since they hold nothing. */
export function registerKernels(tf: TensorFlow): void {
  if (tf.getKernelsForBackend(backendName).length > 0) return;
  tf.copyRegisteredKernels('cpu', backendName);
  const kernels: Readonly<Record<string, TensorKernel>> = {
    ...convolutionKernels(tf),
    ...elementwiseKernels(),
    ...poolingKernels(tf),
    ...resizeKernels,
    ...copyKernels,
    [slopeKernel]: (backend, { x, dy }, { alpha }) =>
      isFloat(x) && isFloat(dy) ? slopeOf(backend, x, dy, Number(alpha ?? 0)) : undefined,
  };
  for (const [kernelName, ours] of Object.entries(kernels)) {
    const theirs = tf.getKernel(kernelName, backendName);
    if (theirs) tf.unregisterKernel(kernelName, backendName);
    const kernelFunc: KernelFunc = (call) => {
      const { inputs, attrs } = call;
      const result = ours(call.backend as TensorBackend, inputs as Inputs, attrs ?? {});
      if (result) return result;
      if (!theirs) throw new RangeError(`"${kernelName}" has no such case.`);
      return theirs.kernelFunc(call);
    };
    tf.registerKernel({ ...theirs, kernelName, backendName, kernelFunc });
  }
  for (const name of ['LeakyRelu', 'Relu']) registerSlope(tf, name);
}

/** Ours alone: what comes back through an activation, in one walk. */
const slopeKernel = 'WeftSlope';

/** On our backend one walk stands for a comparison, a product and a choice; on others all is as it was. */
function registerSlope(tf: TensorFlow, kernelName: string): void {
  const theirs = tf.getGradient(kernelName);
  if (!theirs) return;
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    ...theirs,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved;
      if (tf.getBackend() !== backendName || !x || Array.isArray(dy)) {
        return theirs.gradFunc(dy, saved, attrs);
      }
      const alpha = Number((attrs as { readonly alpha?: number } | undefined)?.alpha ?? 0);
      return { x: () => tf.engine().runKernel(slopeKernel, { x, dy }, { alpha }) };
    },
  });
}
