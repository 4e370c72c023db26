import type { Device } from '../src/runtime/devices';
import type { PlaneArray } from '../src/runtime/ir/values';
import { allCases } from '../test/cases/ops/index';
import type { OpCase } from '../test/support/op-case';
import { elementsFor, programOfCase, runSmallProgram } from '../test/support/run-op';

/**
 * Runs every op's cases on a device and compares with the same in float64.
 * @returns what was wrong, one line each; times of a kernel that is wrong mean nothing
 */
export async function checkOps(device: Device): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const opCase of allCases) {
    const inputs = roundedInputs(opCase);
    const program = programOfCase(opCase);
    const wanted = runSmallProgram(program, inputs, { doubles: true });
    const execution = await device.prepare(program.plan);
    try {
      for (const [name, { planes }] of Object.entries(inputs)) {
        planes.forEach((plane, index) => {
          const buffer = program.inputs[name]?.[index];
          if (buffer !== undefined)
            execution.write(buffer, elementsFor(program.plan, buffer, plane));
        });
      }
      await execution.run({
        observer: {},
        signal: new AbortController().signal,
        previewEveryMs: 0,
      });
      for (const [output, buffers] of Object.entries(program.results)) {
        for (const [plane, buffer] of buffers.entries()) {
          const found = await execution.read(buffer);
          if (!isClose(found, wanted[output]?.[plane] ?? new Float64Array(), opCase)) {
            failures.push(`${opCase.op}, ${opCase.name}: ${output}[${plane}]`);
          }
        }
      }
    } finally {
      execution.destroy();
    }
  }
  return failures;
}

/** Number of situations that `checkOps` runs. */
export const checkedCases = allCases.length;

/** Inputs as float32 holds them, so that both sides start from the same numbers. */
function roundedInputs({ inputs }: OpCase): OpCase['inputs'] {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, planes }]) => [
      name,
      { type, planes: planes.map((plane) => plane.map(Math.fround)) },
    ]),
  );
}

function isClose(found: PlaneArray, wanted: Float64Array, { gpu }: OpCase): boolean {
  // The tolerance is that of two float32 devices: twice it where one of them is exact.
  return wanted.every((value, i) => {
    const allowed = 2 * (gpu.absolute + gpu.relative * Math.abs(value)) + 1e-6 * Math.abs(value);
    return Math.abs((found[i] ?? Number.NaN) - value) <= allowed || found[i] === value;
  });
}
