import { describe, expect } from 'vitest';
import { expectedIndices, indexInputs, indicesInLoops } from '../support/indices';
import { search, searchInputs } from '../support/many-channels';
import { testsOnGpu } from '../support/on-gpu';
import { quietRun, readResults, writeInputs } from '../support/run-gpu';
import { runSmallProgram } from '../support/run-op';

describe('a value of more channels than lie apart, on the GPU', () => {
  const withDevice = testsOnGpu();

  withDevice('goes through loops as on the CPU device, and outlives its plan', async (gpu) => {
    const program = search(searchInputs, { lateInputBytes: 0 });
    const expected = runSmallProgram(program, searchInputs);
    const execution = await gpu.prepare(program.plan);
    writeInputs(execution, program, searchInputs);
    await execution.run(quietRun());
    const results = await readResults(execution, program);
    for (const [name, planes] of Object.entries(expected)) {
      planes.forEach((plane, channel) => {
        const found = results[name]![channel]!;
        expect(found.length).toBe(plane.length);
        plane.forEach((value, i) => {
          expect(found[i]).toBeCloseTo(value, 5);
        });
      });
    }
    const held = program.results.a!.map((buffer) => execution.hold(buffer));
    execution.destroy();
    expect(await Promise.all(held.map((plane) => plane.read()))).toEqual(results.a);
    // One after another into the next plan, whose input comes late: its memory is there while any is held.
    const next = await gpu.prepare(program.plan);
    writeInputs(next, program, searchInputs);
    for (const [index, buffer] of program.inputs.x!.entries()) {
      await next.take(buffer, held[index]!);
      held[index]!.release();
    }
    await next.run(quietRun());
    const again = await readResults(next, program);
    expect(again.x).toEqual(results.a);
    next.destroy();
  });
});

describe('values of whole numbers, on the GPU', () => {
  const withDevice = testsOnGpu();

  withDevice('keep every bit through loops, warps and what outlives a plan', async (gpu) => {
    const program = indicesInLoops({ lateInputBytes: 0 });
    const execution = await gpu.prepare(program.plan);
    writeInputs(execution, program, indexInputs);
    await execution.run(quietRun());
    const results = await readResults(execution, program);
    for (const [name, [plane]] of Object.entries(expectedIndices)) {
      expect(results[name]![0], name).toEqual(Uint32Array.from(plane!));
      const held = execution.hold(program.results[name]![0]!);
      expect(await held.read()).toEqual(Uint32Array.from(plane!));
      held.release();
    }
    execution.destroy();
  });
});
