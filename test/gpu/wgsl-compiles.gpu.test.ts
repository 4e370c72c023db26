import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shaderStagesOf, stageName, stageSource } from '../../src/runtime/gpu/kernel-source';
import { compilerMessages, PipelineCache } from '../../src/runtime/gpu/pipelines';
import { passesIn } from '../../src/runtime/ir/repeats';
import { kernelOf, kernelRegistry } from '../../src/runtime/ops/kernels';
import { wgslModules } from '../../src/runtime/wgsl/modules';
import { allCases } from '../cases/ops/index';
import { requestTestGpu, type TestGpu } from '../support/gpu';
import { programOfCase } from '../support/run-op';

/** Kernels that are made from formulas, by formula: those of every case. */
const generated = new Map(
  allCases
    .flatMap((opCase) => programOfCase(opCase).plan.steps.flatMap(({ passes }) => passesIn(passes)))
    .flatMap((pass) => {
      const kernel = pass.formula && kernelOf(pass);
      return kernel ? [[JSON.stringify(pass.formula), kernel] as const] : [];
    }),
);

const stages = [...kernelRegistry.values(), ...generated.values()].flatMap((kernel) =>
  shaderStagesOf(kernel).map((stage) => ({ name: stageName(kernel, stage), kernel, stage })),
);

describe('every kernel compiles without a word from the compiler', () => {
  let found: TestGpu;

  beforeAll(async () => {
    found = await requestTestGpu();
  });

  afterAll(() => {
    if ('device' in found) found.device.destroy();
  });

  it.for(stages)('$name', async ({ kernel, stage }, context) => {
    if ('skipped' in found) return context.skip(found.skipped);
    const code = stageSource(kernel, stage, wgslModules);
    found.device.pushErrorScope('validation');
    const module = found.device.createShaderModule({ code });
    expect(await compilerMessages(module, code)).toEqual([]);
    expect(await found.device.popErrorScope()).toBeNull();
    // The layout that bindings are made from must fit what the source declares.
    await new PipelineCache(found.device, wgslModules).get(kernel, stage);
  });
});
