import type { KernelFunc } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow';
import type { TensorBackend } from './backend';
import { convolutionKernels } from './convolutions';
import type { Inputs } from './kernel';

/** The backend's name: TensorFlow.js finds its kernels by it. */
export const backendName = 'weft';

/** Copies the CPU backend's kernels and puts ours before them. Once a process, since they hold nothing. */
export function registerKernels(tf: TensorFlow): void {
  if (tf.getKernelsForBackend(backendName).length > 0) return;
  tf.copyRegisteredKernels('cpu', backendName);
  for (const [kernelName, ours] of Object.entries(convolutionKernels(tf))) {
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
}
