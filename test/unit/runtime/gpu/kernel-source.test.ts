import { expect, it } from 'vitest';
import { dispatchFor } from '../../../../src/runtime/gpu/dispatch';
import {
  shaderStagesOf,
  stageBindings,
  stageSource,
} from '../../../../src/runtime/gpu/kernel-source';
import { defineKernel, type KernelDefinition } from '../../../../src/runtime/ops/define-kernel';

const kernel = defineKernel({
  name: 'example',
  bindings: {
    source: 'read',
    field: 'read3?',
    outer: 'update3',
    sums: 'atomic i32',
    counts: 'write u32',
  },
  parameters: { count: 'i32', world: 'matrix3x4' },
  cpu: () => {},
  gpu: [
    { source: 'fn main() {}', threads: (p) => p.count, perComponent: ['outer'] },
    {
      source: 'fn main() {}',
      threads: () => 1,
      workgroupSize: 256,
      binds: ['sums', 'counts'],
    },
  ],
  cost: () => ({ bytes: 0, operations: 0 }),
}) as unknown as KernelDefinition;
const [first, second] = shaderStagesOf(kernel);

it('generates uniform struct, storage variables and index function', () => {
  expect(stageSource(kernel, first!, [])).toMatchInlineSnapshot(`
    "// --- module: generated header
    const WORKGROUP: u32 = 64u;
    struct Params {
      count: i32,
      world: array<vec4<f32>, 3>,
      component: u32,
    }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read> source: array<f32>;
    @group(0) @binding(2) var<storage, read> field_x: array<f32>;
    @group(0) @binding(3) var<storage, read> field_y: array<f32>;
    @group(0) @binding(4) var<storage, read> field_z: array<f32>;
    @group(0) @binding(5) var<storage, read_write> outer: array<f32>;
    @group(0) @binding(6) var<storage, read_write> sums: array<atomic<i32>>;
    @group(0) @binding(7) var<storage, read_write> counts: array<u32>;
    fn weft_index(gid: vec3<u32>, groups: vec3<u32>) -> u32 {
      return gid.x + gid.y * groups.x * WORKGROUP;
    }
    // --- module: example[0]
    fn main() {}
    "
  `);
});

it('binds only what a stage names', () => {
  expect(stageSource(kernel, second!, [])).toMatchInlineSnapshot(`
    "// --- module: generated header
    const WORKGROUP: u32 = 256u;
    struct Params {
      count: i32,
      world: array<vec4<f32>, 3>,
    }
    @group(0) @binding(0) var<uniform> params: Params;
    @group(0) @binding(1) var<storage, read_write> sums: array<atomic<i32>>;
    @group(0) @binding(2) var<storage, read_write> counts: array<u32>;
    fn weft_index(gid: vec3<u32>, groups: vec3<u32>) -> u32 {
      return gid.x + gid.y * groups.x * WORKGROUP;
    }
    // --- module: example[1]
    fn main() {}
    "
  `);
});

it('keeps the places of buffers in a pass, whatever a stage binds', () => {
  expect(stageBindings(kernel, second!).map(({ variable, place }) => [variable, place])).toEqual([
    ['sums', 7],
    ['counts', 8],
  ]);
});

it('spreads workgroups over two dimensions beyond the limit of one', () => {
  expect(dispatchFor(0, 64, 65535)).toEqual([1, 1]);
  expect(dispatchFor(65, 64, 65535)).toEqual([2, 1]);
  const [x, y] = dispatchFor(512 ** 3, 64, 65535);
  expect(x).toBeLessThanOrEqual(65535);
  expect(x * y * 64).toBeGreaterThanOrEqual(512 ** 3);
  expect((x * y - y) * 64).toBeLessThan(512 ** 3);
});
