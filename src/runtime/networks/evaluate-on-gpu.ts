import type { Scalar, Tensor2D } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { voxelCount } from '../../imaging/grid';
import type { WebGpuSharing } from '../devices';
import type { CompiledObjective } from './compile-objective';
import type { ObjectiveEvaluator } from './objective-evaluator';
import type { TensorFlow } from './tensorflow';

/**
 * Evaluates an objective on the `GPUDevice` that TensorFlow.js shares. Values pass between the two
 * as buffers and nothing is read back; both submit to one queue, which keeps the order.
 * @throws DeviceFailure
 */
export async function createGpuEvaluator(
  tf: TensorFlow,
  objective: CompiledObjective,
  gpu: WebGpuSharing,
): Promise<ObjectiveEvaluator> {
  const execution = await gpu.prepare(objective.plan);
  const { device } = gpu;
  const backend = tf.backend() as WebGPUBackend;
  const voxels = voxelCount(objective.fixedGrid);
  const planeBytes = Float32Array.BYTES_PER_ELEMENT * voxels;

  /** TensorFlow.js keeps small tensors with the CPU until a kernel asks for them. */
  const takeIn = (displacement: Tensor2D): void => {
    backend.uploadToGPU(displacement.dataId);
    // Submits what is to be computed first, then gives a copy.
    const { buffer, tensorRef } = displacement.dataToGPU();
    if (!buffer) throw new TypeError('The displacement is not on the GPU.');
    const encoder = device.createCommandEncoder({ label: 'displacement' });
    objective.displacement.forEach((plane, axis) => {
      const target = execution.gpuBuffer(plane);
      encoder.copyBufferToBuffer(buffer, axis * planeBytes, target, 0, planeBytes);
    });
    device.queue.submit([encoder.finish()]);
    tensorRef.dispose();
  };

  return {
    write: (image, values) => execution.write(image, values),
    setDial: (dial, value) => void execution.setDial(dial, value),
    evaluate: (displacement) =>
      tf.tidy(() => {
        takeIn(displacement);
        execution.submit();
        const gradient = tf.stack(
          objective.gradient.map((plane) =>
            tf.tensor({ buffer: execution.gpuBuffer(plane), zeroCopy: true }, [voxels]),
          ),
        ) as Tensor2D;
        // Without zeroCopy it copies and submits, and the gradient's copy with it: from here on
        // nothing that waits to be submitted knows the plan's buffers.
        const loss = tf.tensor({ buffer: execution.gpuBuffer(objective.loss) }, []) as Scalar;
        return { loss, gradient };
      }),
    destroy: () => execution.destroy(),
  };
}
