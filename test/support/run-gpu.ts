import type { Execution, RunOptions } from '../../src/runtime/devices';
import { type GpuDevice, openGpuDevice } from '../../src/runtime/gpu/device';
import type { PlaneArray } from '../../src/runtime/ir/values';
import { requestTestGpu } from './gpu';
import type { CaseValue } from './op-case';
import { elementsFor, type SmallProgram } from './run-op';

/**
 * The engine's GPU device, or the reason why there is none.
 * @param dawnFlags switches of Dawn
 */
export async function openTestDevice(
  dawnFlags: readonly string[] = [],
): Promise<GpuDevice | { readonly skipped: string }> {
  const found = await requestTestGpu(dawnFlags);
  if ('skipped' in found) return found;
  found.device.destroy();
  const opened = await openGpuDevice(found.gpu);
  if ('missingBecause' in opened) throw new Error(opened.missingBecause);
  return opened;
}

/** Run options for a test that looks at results only. */
export function quietRun(changes: Partial<RunOptions> = {}): RunOptions {
  return {
    observer: {},
    signal: new AbortController().signal,
    previewEveryMs: 0,
    ...changes,
  };
}

/** Uploads the inputs of a small program. */
export function writeInputs(
  execution: Execution,
  program: SmallProgram,
  inputs: Readonly<Record<string, CaseValue>>,
): void {
  for (const [name, value] of Object.entries(inputs)) {
    value.planes.forEach((plane, index) => {
      const buffer = program.inputs[name]?.[index];
      if (buffer !== undefined) execution.write(buffer, elementsFor(program.plan, buffer, plane));
    });
  }
}

/** Reads the named results of a small program. */
export async function readResults(
  execution: Execution,
  program: SmallProgram,
): Promise<Readonly<Record<string, readonly PlaneArray[]>>> {
  const results: Record<string, readonly PlaneArray[]> = {};
  for (const [name, buffers] of Object.entries(program.results)) {
    results[name] = await Promise.all(buffers.map((buffer) => execution.read(buffer)));
  }
  return results;
}

/** Runs a small program from its beginning on the GPU. */
export async function runSmallProgramOnGpu(
  device: GpuDevice,
  program: SmallProgram,
  inputs: Readonly<Record<string, CaseValue>>,
): Promise<Readonly<Record<string, readonly PlaneArray[]>>> {
  const execution = await device.prepare(program.plan);
  try {
    writeInputs(execution, program, inputs);
    await execution.run(quietRun());
    return await readResults(execution, program);
  } finally {
    execution.destroy();
  }
}
