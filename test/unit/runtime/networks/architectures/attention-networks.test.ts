import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../../../../src/runtime/cpu/device';
import type { Architecture } from '../../../../../src/runtime/networks/architectures/architecture';
import { dualAttention } from '../../../../../src/runtime/networks/architectures/dual-attention';
import { memoryOfNetwork } from '../../../../../src/runtime/networks/architectures/memory-of-network';
import { symtrans } from '../../../../../src/runtime/networks/architectures/symtrans';
import { tdNet } from '../../../../../src/runtime/networks/architectures/td-net';
import { vitVNet } from '../../../../../src/runtime/networks/architectures/vit-v-net';
import { openTensorFlow, type TensorFlow } from '../../../../../src/runtime/networks/tensorflow';
import {
  buildNetwork,
  countParameters,
  expectArchitecture,
} from '../../../../support/architecture';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await openTensorFlow(createCpuDevice({ threads: 1 }));
});
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

describe('dual-attention VoxelMorph', () => {
  it.each([
    ['slices', [8, 12], 'displacement'],
    ['volumes', [8, 4, 12], 'velocity'],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels, predicts) => {
    const settings = { encoder: [2, 3], decoder: [3, 2, 3, 2], predicts };
    expectArchitecture(tf, { architecture: dualAttention, settings, sizeVoxels });
  });

  it('has the parameters of VoxelMorph and of its attention', () => {
    const count = (sizeVoxels: readonly number[]) =>
      countParameters(tf, { architecture: dualAttention, settings: {}, sizeVoxels });
    // Queries and keys of 4 channels, values, a scale; squeezed to 8, normalized, a gate for each axis.
    const position = 2 * (32 * 4 + 4) + 32 * 32 + 32 + 1;
    const coordinate = (axes: number) => 32 * 8 + 8 + 16 + axes * (8 * 32 + 32);
    expect(count([16, 16, 16])).toBe(327_331 + position + coordinate(3));
    expect(count([16, 16])).toBe(
      304 +
        4_640 +
        3 * 9_248 +
        3 * 18_464 +
        13_856 +
        4_624 +
        2_320 +
        290 +
        position +
        coordinate(2),
    );
  });

  it('counts a number for each pair of places, where the map is smallest alone', () => {
    const memory = (sizeVoxels: readonly number[]) => {
      const { model } = buildNetwork(tf, { architecture: dualAttention, settings: {}, sizeVoxels });
      const inside = memoryOfNetwork(model).activationBytes;
      model.dispose();
      return inside;
    };
    // Four times the places: sixteen times the pairs, twice the profile, and four times all the rest.
    const [places, along] = [2 * 4, 2 + 4];
    const pairs = 3 * (16 - 4) * places ** 2;
    const profiles = (2 - 4) * along * (5 * 32 + 9 * 8);
    expect(memory([64, 128]) - 4 * memory([32, 64])).toBe(4 * (pairs + profiles));
  });
});

describe.each([
  { architecture: tdNet, settings: { width: 1 } },
  { architecture: symtrans, settings: { width: 1, strides: [3, 2, 1] } },
])('$architecture.title', (tried) => {
  it.each([
    ['slices', [16, 32]],
    ['volumes', [16, 16, 16]],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels) => {
    expectArchitecture(tf, { ...tried, sizeVoxels });
  });
});

it('counts the parameters of TD-Net and SymTrans as their tables have them', () => {
  const count = (architecture: Architecture, axes: number) => {
    const sizeVoxels = Array<number>(axes).fill(16);
    return countParameters(tf, { architecture, settings: {}, sizeVoxels });
  };
  for (const axes of [2, 3]) {
    const convolution = (i: number, o: number, bias = 1) => (3 ** axes * i + bias) * o;
    /** Normalizations; queries; keys and values; projection; reduction; perceptron. */
    const block = (c: number, stride: number, inQueries: number, keyBias: number, bias: number) =>
      4 * c +
      ((3 ** axes + 1 + inQueries) * c + c * c + c) +
      2 * (c * c + keyBias * c) +
      (c * c + c) +
      ((stride + 1) ** axes + bias + 2) * c +
      (8 * c * c + 5 * c);
    const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b);
    const pairs = (list: readonly (readonly [number, number])[]) =>
      total(list.map(([i, o]) => convolution(i, o)));
    const tdStage = (c: number, stride: number) =>
      convolution(c / 2, c) + 2 * block(c, stride, 2, 0, 1);
    expect(count(tdNet, axes)).toBe(
      pairs([
        [2, 16],
        [16, 32],
        [256, 128],
        [256, 128],
        [128, 64],
        [128, 64],
        [64, 32],
        [64, 32],
      ]) +
        pairs([
          [64, 32],
          [32, 16],
          [32, 16],
          [16, axes],
        ]) +
        total([tdStage(64, 8), tdStage(128, 4), tdStage(256, 2)]),
    );
    const embed = (i: number, o: number) => convolution(i, o, 0) + 2 * o;
    const blocks = (c: number, stride: number, n: number) => n * block(c, stride, 0, 1, 0) + 2 * c;
    const expand = (c: number) => 2 ** axes * c * c + (c * c) / 2 + c / 2 + c;
    const grow = (i: number, o: number) => 2 ** axes * i * o + o;
    expect(count(symtrans, axes)).toBe(
      total(
        [
          [2, 16],
          [16, 16],
          [16, 32],
          [32, 32],
        ].map(([i, o]) => convolution(i!, o!, 0)),
      ) +
        embed(32, 64) +
        blocks(64, 24, 4) +
        embed(64, 128) +
        blocks(128, 16, 2) +
        embed(128, 256) +
        blocks(256, 12, 2) +
        expand(256) +
        convolution(256, 128) +
        embed(128, 128) +
        blocks(128, 16, 2) +
        expand(128) +
        convolution(128, 64) +
        embed(64, 64) +
        blocks(64, 24, 2) +
        grow(64, 32) +
        pairs([
          [64, 32],
          [32, 32],
        ]) +
        grow(32, 16) +
        pairs([
          [32, 16],
          [16, 16],
          [16, axes],
        ]),
    );
  }
  // 16.05 million are published; TD-Net's is that of its authors' program without what it never uses.
  expect(count(symtrans, 3)).toBe(16_049_667);
  expect(count(tdNet, 3)).toBe(5_826_531);
});

describe('ViT-V-Net', () => {
  const small = {
    hidden: 4,
    blocks: 1,
    heads: 2,
    perceptron: 3,
    bottom: 2,
    decoder: [2, 1, 2, 1, 2],
  };
  it.each([
    ['slices', [64, 32], { ...small, encoder: [1, 2, 2] }],
    ['volumes, patches of two', [8, 16, 8], { ...small, encoder: [1, 2, 2], patch: 2 }],
  ])('keeps what an architecture promises: %s', (_, sizeVoxels, settings) => {
    expectArchitecture(tf, { architecture: vitVNet, settings, sizeVoxels });
  });

  it('has the published number of parameters, and the same numbers where patches are smaller', () => {
    const count = (sizeVoxels: readonly number[], patch: number) =>
      countParameters(tf, { architecture: vitVNet, settings: { patch }, sizeVoxels });
    const vit = (places: number, taps: number) =>
      (32 * taps + 1 + places) * 252 +
      12 * (4 * 252 + 4 * (252 * 252 + 252) + 2 * 252 * 3072 + 3072 + 252) +
      2 * 252;
    const pairs = (axes: number, list: readonly (readonly [number, number])[], bias: number) =>
      list.reduce((sum, [i, o]) => sum + (3 ** axes * (i + o) + 2 * bias) * o, 0);
    /** Two convolutions a level; on the way up without biases, but normalized. */
    const rest = (axes: number, up: readonly (readonly [number, number])[]) =>
      pairs(
        axes,
        [
          [2, 16],
          [16, 32],
          [32, 32],
        ],
        1,
      ) +
      3 ** axes * 252 * 512 +
      2 * 512 +
      pairs(axes, up, 2) +
      (3 ** axes * 16 + 1) * axes;
    const up = [
      [512 + 32, 96],
      [96 + 32, 48],
      [48 + 32, 32],
      [32 + 32, 32],
      [32 + 16, 16],
    ] as const;
    const published = count([160, 192, 224], 8);
    expect(published).toBe(vit(5 * 6 * 7, 512) + rest(3, up));
    // 31.5 million are published.
    expect(published).toBe(31_560_079);
    expect(count([32, 64], 4)).toBe(vit(2 * 4, 16) + rest(2, [[512 + 32, 48], ...up.slice(2)]));
  });
});
