import { expect, it } from 'vitest';
import { requestTestGpu } from '../support/gpu';

const squareSource = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(64)
fn square(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&values)) {
    values[id.x] = values[id.x] * values[id.x];
  }
}
`;

it('runs a compute shader and reads its result back', async (context) => {
  const found = await requestTestGpu();
  if ('skipped' in found) return context.skip(found.skipped);
  const { device } = found;

  // Not a multiple of the workgroup size.
  const input = Float32Array.from({ length: 1000 }, (_, index) => index - 500);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const values = device.createBuffer({ size: input.byteLength, usage });
  const staging = device.createBuffer({
    size: input.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(values, 0, input);

  device.pushErrorScope('validation');
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: squareSource }) },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: values } }],
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(input.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(values, 0, staging, 0, input.byteLength);
  device.queue.submit([encoder.finish()]);
  expect(await device.popErrorScope()).toBeNull();

  await staging.mapAsync(GPUMapMode.READ);
  const output = new Float32Array(staging.getMappedRange().slice(0));
  expect(output).toEqual(input.map((value) => value * value));
  device.destroy();
});
