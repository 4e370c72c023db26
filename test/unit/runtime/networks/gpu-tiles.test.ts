import { describe, expect, it } from 'vitest';
import {
  type Convolution,
  forwardGather,
  inputGradientGathers,
  type Triple,
} from '../../../../src/runtime/networks/gpu/convolution-geometry';
import { filterGradientProgram } from '../../../../src/runtime/networks/gpu/filter-gradient-program';
import { filterTile } from '../../../../src/runtime/networks/gpu/filter-gradient-tile';
import { gatherProgram } from '../../../../src/runtime/networks/gpu/gather-program';
import { boxesOf, gatherTile } from '../../../../src/runtime/networks/gpu/gather-tile';
import type { KernelProgram } from '../../../../src/runtime/networks/gpu/kernel-program';
import { mergedShapes } from '../../../../src/runtime/networks/gpu/many-axes-kernels';

/** Convolutions of a volume and of an image, padded so that a stride divides the size. */
function convolutions(): readonly Convolution[] {
  const sizes: readonly Triple[] = [
    [224, 192, 160],
    [14, 12, 10],
    [512, 512, 1],
    [9, 7, 1],
  ];
  const channels = [
    [2, 16],
    [1, 8],
    [16, 3],
    [32, 32],
    [64, 48],
    [5, 7],
  ] as const;
  return sizes.flatMap((inputSize) =>
    channels.flatMap(([inputChannels, outputChannels]) =>
      [1, 3, 5].flatMap((kernel) =>
        [1, 2].map((step): Convolution => {
          const isSlice = inputSize[2] === 1;
          const along = (value: number): Triple => [value, value, isSlice ? 1 : value];
          const stride = along(step);
          return {
            batch: 1,
            inputSize,
            outputSize: inputSize.map((n, axis) =>
              Math.ceil(n / (stride[axis] as number)),
            ) as unknown as Triple,
            inputChannels,
            outputChannels,
            kernelSize: along(kernel),
            stride,
            padding: isSlice ? [(kernel - 1) / 2, (kernel - 1) / 2, 0] : along((kernel - 1) / 2),
          };
        }),
      ),
    ),
  );
}

/** Bytes of the workgroup memory that a shader declares. */
function workgroupBytesOf({ code }: KernelProgram): number {
  const arrays = code.matchAll(/var<workgroup> \w+: array<(f32|vec\d<f32>), (\d+)>/g);
  const widths: Readonly<Record<string, number>> = { f32: 4, 'vec2<f32>': 8 };
  return [...arrays].reduce((sum, [, type = '', n]) => sum + (widths[type] ?? 16) * Number(n), 0);
}

describe('tiles of convolutions', () => {
  it('keep to what every device has, for all usual convolutions', () => {
    for (const convolution of convolutions()) {
      const gathers = [forwardGather(convolution), ...inputGradientGathers(convolution)];
      for (const gather of gathers) {
        const tile = gatherTile(gather);
        if (!tile) throw new Error(`No tile for ${JSON.stringify(gather)}`);
        expectWithinLimits(gatherProgram(gather, tile, true, undefined));
        expect(boxesOf(gather, tile.size)).toBeLessThan(65_535 ** 2);
      }
      const tile = filterTile(convolution);
      if (!tile) throw new Error(`No tile for ${JSON.stringify(convolution)}`);
      expectWithinLimits(filterGradientProgram(convolution, tile));
      expect(tile.slabs).toBeLessThanOrEqual(1024);
    }
  });

  it('give programs that differ names that differ', () => {
    const codeOf = new Map<string, string>();
    for (const convolution of convolutions()) {
      const programs = [forwardGather(convolution), ...inputGradientGathers(convolution)].map(
        (gather) => gatherProgram(gather, gatherTile(gather) as never, false, undefined),
      );
      programs.push(filterGradientProgram(convolution, filterTile(convolution) as never));
      for (const { name, code } of programs) {
        expect(codeOf.get(name) ?? code, name).toBe(code);
        codeOf.set(name, code);
      }
    }
    expect(codeOf.size).toBeGreaterThan(100);
  });

  it('cover each voxel of the input by one pass of its gradient', () => {
    const [convolution] = convolutions().filter(
      ({ stride, kernelSize }) => stride[0] === 2 && kernelSize[0] === 3,
    );
    const passes = inputGradientGathers(convolution as Convolution);
    expect(passes).toHaveLength(8);
    const written = passes.map(({ latticeSize: [x, y, z] }) => x * y * z);
    expect(written.reduce((a, b) => a + b)).toBe(224 * 192 * 160);
    // 27 taps, each for one voxel in eight, and none beside them.
    const taps = passes.map(({ taps: [x, y, z] }) => x * y * z);
    expect(taps.reduce((a, b) => a + b)).toBe(27);
  });
});

it('joins axes that broadcast alike', () => {
  expect(mergedShapes([2, 3, 4, 5, 6], [6], [2, 3, 4, 5, 6])).toEqual([
    [120, 6],
    [1, 6],
  ]);
  expect(mergedShapes([1, 3, 4, 5, 6], [1, 3, 1, 1, 6], [1, 3, 4, 5, 6])).toEqual([
    [3, 20, 6],
    [3, 1, 6],
  ]);
  expect(mergedShapes([1, 1, 1, 1, 1], [], [1, 1, 1, 1, 1])).toEqual([[1], [1]]);
});

function expectWithinLimits(program: KernelProgram): void {
  expect(program.invocations, program.name).toBeLessThanOrEqual(256);
  expect(workgroupBytesOf(program), program.name).toBeLessThanOrEqual(16_384);
  expect(workgroupBytesOf(program)).toBeGreaterThan(0);
  expect(program.reads.length + 1).toBeLessThanOrEqual(8);
}
