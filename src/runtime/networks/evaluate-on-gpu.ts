import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { SharedExecution } from '../devices';
import { wholeOf } from '../ir/kernel-graph';
import type { Plan } from '../ir/plan';
import type { PlanEvaluator, PlanInput, PlanValue } from './plan-evaluator';
import type { TensorFlow } from './tensorflow';

/**
 * Runs a plan on the `GPUDevice` that TensorFlow.js shares. Values pass between the two as buffers and
 * nothing is read back; both submit to one queue, which keeps the order.
 * @param execution of `plan`; it goes with the evaluator
 */
export function createGpuEvaluator(
  tf: TensorFlow,
  plan: Plan,
  execution: SharedExecution,
  device: GPUDevice,
): PlanEvaluator {
  const backend = tf.backend() as WebGPUBackend;

  const takeIn = ({ buffers, layout, values }: PlanInput): void => {
    const isPlanar = layout === 'planes' || buffers.length === 1;
    const planar = isPlanar ? values : tf.transpose(values);
    // TensorFlow.js keeps small tensors with the CPU until a kernel asks for them.
    backend.uploadToGPU(planar.dataId);
    // Submits what is to be computed first, then gives a copy.
    const { buffer: source, tensorRef } = planar.dataToGPU();
    if (!source) throw new TypeError('The tensor is not on the GPU.');
    const planeBytes = (Float32Array.BYTES_PER_ELEMENT * values.size) / buffers.length;
    const encoder = device.createCommandEncoder({ label: 'values of a network' });
    buffers.forEach((plane, channel) => {
      const first = plan.buffers[plane]?.within?.first ?? 0;
      const target = execution.gpuBuffer(wholeOf(plan.buffers, plane));
      const offset = Float32Array.BYTES_PER_ELEMENT * first;
      encoder.copyBufferToBuffer(source, channel * planeBytes, target, offset, planeBytes);
    });
    device.queue.submit([encoder.finish()]);
    tensorRef.dispose();
  };

  /** Copies of planes, since the next run writes over them. */
  const takeOut = ({ buffers, layout }: PlanValue): Tensor2D => {
    const [first] = buffers;
    if (first === undefined) throw new RangeError('A value has planes.');
    const { elements: voxels = 0, within } = plan.buffers[first] ?? {};
    const isPlanar = layout === 'planes';
    if (within) {
      const { whole } = within;
      const numbers = plan.buffers[whole]?.elements ?? 0;
      const together = tf.tensor({ buffer: execution.gpuBuffer(whole), zeroCopy: true }, [
        buffers.length,
        numbers / buffers.length,
      ]) as Tensor2D;
      const planes = tf.slice(together, [0, 0], [buffers.length, voxels]);
      return isPlanar ? planes : tf.transpose(planes);
    }
    if (buffers.length === 1) {
      const shape: [number, number] = isPlanar ? [1, voxels] : [voxels, 1];
      return tf.tensor({ buffer: execution.gpuBuffer(first) }, shape) as Tensor2D;
    }
    const planes: Tensor[] = buffers.map((plane) =>
      tf.tensor({ buffer: execution.gpuBuffer(plane), zeroCopy: true }, [voxels]),
    );
    return tf.stack(planes, isPlanar ? 0 : 1) as Tensor2D;
  };

  /** From here on nothing that waits to be submitted knows the plan's buffers. */
  const submitWhatWaits = (): void => {
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.submitQueue();
  };

  return {
    write: (buffer, values) => execution.write(buffer, values),
    setDial: (dial, value) => void execution.setDial(dial, value),
    run: (inputs, outputs) =>
      tf.tidy(() => {
        for (const input of inputs) takeIn(input);
        execution.submit();
        const values = outputs.map(takeOut);
        submitWhatWaits();
        return values;
      }),
    destroy: () => execution.destroy(),
  };
}
