import { describe, expect, it } from 'vitest';
import { formatOpGraph } from '../../../../src/runtime/compile/format';
import { GraphBuilder } from '../../../../src/runtime/compile/graph-builder';
import { createCpuDevice } from '../../../../src/runtime/cpu/device';
import { InternalError } from '../../../../src/runtime/internal-error';
import { fieldType } from '../../../../src/runtime/ir/values';
import { oneSliceGrid } from '../../../support/case-values';
import { expectedIndices, indexInputs, indicesInLoops } from '../../../support/indices';
import { quietRun, readResults, writeInputs } from '../../../support/run-gpu';

describe('values of whole numbers', () => {
  it.each([{}, { lateInputBytes: 0 }, { alias: false }])(
    'keep every bit through loops, warps and what outlives a plan: %o',
    async (options) => {
      const device = createCpuDevice({ threads: 1 });
      const program = indicesInLoops(options);
      const execution = await device.prepare(program.plan);
      writeInputs(execution, program, indexInputs);
      await execution.run(quietRun());
      const results = await readResults(execution, program);
      for (const [name, [plane]] of Object.entries(expectedIndices)) {
        expect(results[name]![0], name).toEqual(Uint32Array.from(plane!));
        const held = execution.hold(program.results[name]![0]!);
        expect(await held.read()).toEqual(Uint32Array.from(plane!));
      }
    },
  );

  it('are written as what they are, or not at all', async () => {
    const program = indicesInLoops();
    const execution = await createCpuDevice({ threads: 1 }).prepare(program.plan);
    const [buffer] = program.inputs.first!;
    expect(() => execution.write(buffer!, new Float32Array(210))).toThrow(InternalError);
  });

  it('are said where a program is printed, and are not reckoned with', () => {
    const b = new GraphBuilder();
    b.origin = 'test';
    const labels = b.input('labels', fieldType(oneSliceGrid, 1, 'u32'));
    expect(formatOpGraph(b.finish([labels]))).toContain('field(9×7×1 u32)');
    expect(() => b.builder.scale({ value: labels }, { factor: 2 })).toThrow(InternalError);
    expect(() => b.builder.gaussian({ value: labels }, { ...smoothing })).toThrow(InternalError);
    const like = b.builder.zeros({ like: labels }, { channels: 1 });
    expect(b.typeOf(like)).toEqual(fieldType(oneSliceGrid, 1));
  });
});

const smoothing = {
  sigmaVoxels: [1, 1, 0],
  truncate: 3,
  edges: 'zero',
  transposed: false,
} as const;
