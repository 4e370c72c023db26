import { describe, expect, it } from 'vitest';
import {
  verifyKernelGraph,
  verifyOpGraph,
  verifyPlan,
} from '../../../../src/runtime/compile/verify';
import { InternalError } from '../../../../src/runtime/internal-error';
import type { BufferId, KernelGraph, Pass } from '../../../../src/runtime/ir/kernel-graph';
import type { LoopRegion, Op, OpGraph, StopRule } from '../../../../src/runtime/ir/op-graph';
import type { SlotId } from '../../../../src/runtime/ir/plan';
import type { ValueId } from '../../../../src/runtime/ir/values';
import { type BindingSpec, defineKernel } from '../../../../src/runtime/ops/define-kernel';
import type { KernelRegistry } from '../../../../src/runtime/ops/kernels';
import { obliqueGrid, randomField, scalars } from '../../../support/case-values';
import { graphOf, planOf } from '../../../support/run-graph';

const stop: StopRule = { maxIterations: 3, when: [] };
const id = (n: number): ValueId => n as ValueId;

/** A right graph of one op and one loop, to plant faults in. */
const right: OpGraph = graphOf(
  { x: scalars(1), image: randomField(obliqueGrid, 1, 1) },
  ({ builder: b }, { x, image }) => {
    const doubled = b.scale({ value: x! }, { factor: 2 });
    return b.loop({
      label: 'loop',
      carried: [doubled],
      stop,
      body: ([now]) => ({
        next: [b.scale({ value: now! }, { factor: 2 })],
        losses: [{ name: 'total', value: x! }],
        preview: image!,
      }),
    });
  },
);
const [scaleOp, loopOp] = right.ops as [Op, Op];
const region = loopOp.region!;
const undefinedValue = id(right.types.length);
const image = right.inputs.find(({ key }) => key === 'image')!.value;

const withScale = (changes: Partial<Op>): OpGraph => ({
  ...right,
  ops: [{ ...scaleOp, ...changes }, loopOp],
});
const withRegion = (changes: Partial<LoopRegion>): OpGraph => ({
  ...right,
  ops: [scaleOp, { ...loopOp, region: { ...region, ...changes } }],
});

describe('verifyOpGraph', () => {
  it('lets a right graph pass', () => {
    expect(() => verifyOpGraph(right, 'test')).not.toThrow();
  });

  it.each<[string, OpGraph, RegExp]>([
    ['a use before the definition', { ...right, ops: [loopOp, scaleOp] }, /before it is defined/],
    [
      'a value that is defined twice',
      { ...right, ops: [scaleOp, scaleOp, loopOp] },
      /is defined twice/,
    ],
    ['an op that does not exist', withScale({ op: 'guess' }), /no op guess/],
    [
      'an input that the op does not have',
      withScale({ inputs: { ...scaleOp.inputs, other: image } }),
      /has no input "other"/,
    ],
    ['an input that is missing', withScale({ inputs: {} }), /lacks "value"/],
    ['an output without a type', withScale({ outputs: { value: undefinedValue } }), /has no type/],
    [
      'a loop that carries on what is not defined',
      withRegion({ next: [loopOp.outputs.result0!] }),
      /carries on %\d+, which is not defined/,
    ],
    ['a loop that carries on another type', withRegion({ next: [image] }), /another type/],
    [
      'a loop that records what is not defined',
      withRegion({ losses: [{ name: 'total', value: loopOp.outputs.result0! }] }),
      /records %\d+, which is not defined/,
    ],
    [
      'a loop that shows what is not defined',
      withRegion({ preview: loopOp.outputs.result0! }),
      /shows %\d+, which is not defined/,
    ],
    [
      'a result that only a loop’s body defines',
      { ...right, results: [region.carried[0]!] },
      /result %\d+ is not defined/,
    ],
  ])('finds %s', (_, graph, reason) => {
    expect(() => verifyOpGraph(graph, 'planting')).toThrow(InternalError);
    expect(() => verifyOpGraph(graph, 'planting')).toThrow(/^After planting: /);
    expect(() => verifyOpGraph(graph, 'planting')).toThrow(reason);
  });
});

const kernel = (name: string, bindings: Record<string, BindingSpec>, host = false) =>
  defineKernel({
    name,
    bindings,
    parameters: {},
    cpu: () => undefined,
    gpu: host ? 'host' : { source: '', threads: () => 1 },
    cost: () => ({ bytes: 0, operations: 0 }),
  });
const kernels: KernelRegistry = new Map(
  [
    kernel('one-to-one', { from: 'read', to: 'write' }),
    kernel('maybe', { from: 'read?', to: 'write' }),
    kernel('two-out', { a: 'write', b: 'update' }),
    kernel('eight', { u: 'read3', v: 'read3', a: 'read', to: 'write' }),
    kernel('nine', { u: 'read3', v: 'read3', w: 'read3' }),
    kernel('of-indices', { from: 'read u32', to: 'write' }),
    kernel('on-host', { to: 'write' }, true),
  ].map((one) => [one.name, one]),
);

const passOf = (name: string, ...buffers: readonly (number | null)[]): Pass => ({
  kernel: name,
  buffers: buffers as (BufferId | null)[],
  parameters: {},
  origin: 'node',
});
const kernelGraph = (kind: 'program' | 'loop', pass: Pass): KernelGraph => ({
  buffers: Array.from({ length: 9 }, (_, i) => ({
    elements: 1,
    type: 'f32',
    role: 'value',
    label: `b${i}`,
  })),
  steps: [
    kind === 'program'
      ? { kind, origin: 'node', passes: [pass] }
      : {
          kind,
          origin: 'node',
          label: 'loop',
          passes: [pass],
          stop,
          lossNames: [],
          columns: 0,
          trace: 0 as BufferId,
        },
  ],
  buffersOfValue: new Map(),
  inputs: [],
  dials: [],
  constants: [],
  results: [],
});

describe('verifyKernelGraph', () => {
  it.each([
    ['two buffers', 'loop', passOf('one-to-one', 0, 1)],
    ['an optional buffer that is absent', 'loop', passOf('maybe', null, 1)],
    ['eight buffers in a dispatch', 'loop', passOf('eight', 0, 1, 2, 3, 4, 5, 6, 7)],
    ['a host kernel outside loops', 'program', passOf('on-host', 0)],
  ] as const)('lets %s pass', (_, kind, pass) => {
    expect(() => verifyKernelGraph(kernelGraph(kind, pass), 'test', kernels)).not.toThrow();
  });

  it.each([
    ['a kernel that does not exist', 'program', passOf('guess', 0), /there is no such kernel/],
    ['too few buffers', 'program', passOf('one-to-one', 0), /1 buffers, not 2/],
    ['too many buffers', 'program', passOf('one-to-one', 0, 1, 2), /3 buffers, not 2/],
    [
      'a buffer that is read and written',
      'program',
      passOf('one-to-one', 3, 3),
      /read and written/,
    ],
    [
      'a buffer of other elements than the kernel takes',
      'program',
      passOf('of-indices', 0, 1),
      /other elements/,
    ],
    ['a buffer that is written twice', 'program', passOf('two-out', 4, 4), /two bindings/],
    [
      'more than eight buffers in a dispatch',
      'program',
      passOf('nine', 0, 1, 2, 3, 4, 5, 6, 7, 8),
      /binds 9 storage buffers/,
    ],
    ['a host kernel in a loop', 'loop', passOf('on-host', 0), /runs on the host/],
  ] as const)('finds %s', (_, kind, pass, reason) => {
    const verify = () => verifyKernelGraph(kernelGraph(kind, pass), 'planting', kernels);
    expect(verify).toThrow(InternalError);
    expect(verify).toThrow(/^After planting: /);
    expect(verify).toThrow(reason);
  });
});

describe('verifyPlan', () => {
  const plan = planOf(right);
  const shared = (a: number, b: number) => ({
    ...plan,
    slotOfBuffer: plan.slotOfBuffer.map((slot, i) => (i === b ? plan.slotOfBuffer[a]! : slot)),
  });

  it('lets a right plan pass', () => {
    expect(() => verifyPlan(plan)).not.toThrow();
  });

  it('finds two buffers in one slot while both are alive', () => {
    const inputBuffer = plan.buffersOfValue.get(right.inputs[0]!.value)![0]!;
    const resultBuffer = plan.buffersOfValue.get(right.results[0]!)![0]!;
    expect(() => verifyPlan(shared(inputBuffer, resultBuffer))).toThrow(
      /shares a slot while alive/,
    );
  });

  it('finds a buffer without a slot', () => {
    const [, ...others] = plan.slotOfBuffer;
    const without = { ...plan, slotOfBuffer: [undefined as unknown as SlotId, ...others] };
    expect(() => verifyPlan(without)).toThrow(/buffer 0 has no slot/);
  });

  it('finds a slot that is too small', () => {
    const imageSlot = plan.slotOfBuffer[plan.buffersOfValue.get(image)![0]!] as SlotId;
    const slots = plan.slots.map((slot, i) => (i === imageSlot ? { bytes: 4 } : slot));
    expect(() => verifyPlan({ ...plan, slots })).toThrow(/is too small/);
  });
});
