import type { EncodedPass } from './encode';
import { recordPasses } from './record';

/**
 * The first pass that the device refuses when it is recorded on its own, without running any: an error of a
 * submit says which submit it was, and a registration puts the passes of many nodes into one. Undefined
 * where the device takes them all, or is gone.
 */
export async function refusedPass(
  device: GPUDevice,
  passes: readonly EncodedPass[],
): Promise<EncodedPass | undefined> {
  const errors = passes.map((pass) => {
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder({ label: pass.label });
    const recorder = encoder.beginComputePass({ label: pass.label });
    recordPasses(recorder, [pass]);
    recorder.end();
    encoder.finish();
    return device.popErrorScope().catch(() => null);
  });
  const found = await Promise.all(errors);
  return passes[found.findIndex((error) => error !== null)];
}
