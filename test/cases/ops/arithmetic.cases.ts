import { gridAttributes } from '../../../src/runtime/ops/grid-attributes';
import {
  fieldOf,
  obliqueGrid,
  oneSliceGrid,
  randomField,
  scalars,
  turnedGrid,
} from '../../support/case-values';
import type { CaseValue, OpCase } from '../../support/op-case';

const oneRounding = {
  absolute: 1e-7,
  relative: 1e-6,
  because: 'one or two roundings to float32',
} as const;

function combine(
  a: CaseValue,
  b: CaseValue,
  operation: (x: number, y: number) => number,
): readonly Float64Array[] {
  return a.planes.map((plane, channel) =>
    plane.map((x, i) => operation(x, b.planes[channel]![i]!)),
  );
}

const vector = randomField(obliqueGrid, 3, 1);
const otherVector = randomField(obliqueGrid, 3, 2);
const image = randomField(oneSliceGrid, 1, 3);
const otherImage = randomField(oneSliceGrid, 1, 4);
/** From −1 to 3 in steps that never touch the range's ends. */
const ramp = fieldOf(obliqueGrid, (x, y, z) => -1 + (4 * (x + 7 * (y + 6 * z) + 0.37)) / 210);

/** Coarser than the images, as the control points of a spline are. */
const controlGrid = turnedGrid([6, 5, 4], [4, 5, 6], [-3, 2, 7]);

export const cases: readonly OpCase[] = [
  {
    op: 'add',
    name: 'vectors on an oblique grid',
    inputs: { a: vector, b: otherVector },
    expected: { value: combine(vector, otherVector, (x, y) => x + y) },
    gradientOf: ['a', 'b'],
    gpu: oneRounding,
  },
  {
    op: 'add',
    name: 'scalars',
    inputs: { a: scalars(1, 2, 3), b: scalars(-4, 0.5, 7) },
    expected: { value: [[-3, 2.5, 10]] },
    gradientOf: ['a', 'b'],
    gpu: oneRounding,
  },
  {
    op: 'multiply',
    name: 'images of one slice',
    inputs: { a: image, b: otherImage },
    expected: { value: combine(image, otherImage, (x, y) => x * y) },
    gradientOf: ['a', 'b'],
    gpu: oneRounding,
  },
  {
    op: 'scale',
    name: 'vector by a number known at compile time',
    inputs: { value: vector },
    attributes: { factor: -1.75 },
    expected: { value: vector.planes.map((plane) => plane.map((v) => -1.75 * v)) },
    gradientOf: ['value'],
    gpu: oneRounding,
  },
  {
    op: 'scale',
    name: 'vector by a number on the device as well',
    inputs: { value: vector, by: scalars(0.3) },
    attributes: { factor: 2 },
    expected: { value: vector.planes.map((plane) => plane.map((v) => 0.6 * v)) },
    gradientOf: ['value'],
    gpu: oneRounding,
  },
  {
    op: 'zeros',
    name: 'a vector on the grid of an image',
    inputs: { like: image },
    attributes: { channels: 3 },
    gradientOf: ['like'],
    expected: { value: Array.from({ length: 3 }, () => new Float64Array(63)) },
    gpu: { absolute: 0, relative: 0, because: 'zero is exact' },
  },
  {
    op: 'zeros',
    name: 'as many scalars',
    inputs: { like: scalars(1, 2, 3, 4) },
    attributes: { channels: 1 },
    expected: { value: [[0, 0, 0, 0]] },
    gpu: { absolute: 0, relative: 0, because: 'zero is exact' },
  },
  {
    op: 'zeros',
    name: 'on a grid of its own, whatever it is to be like',
    inputs: { like: image },
    attributes: { channels: 3, ...gridAttributes(controlGrid) },
    gradientOf: ['like'],
    expected: { value: Array.from({ length: 3 }, () => new Float64Array(120)) },
    gpu: { absolute: 0, relative: 0, because: 'zero is exact' },
  },
  {
    op: 'zeros',
    name: 'on a grid of its own, like nothing',
    inputs: {},
    attributes: { channels: 1, ...gridAttributes(controlGrid) },
    expected: { value: [new Float64Array(120)] },
    gpu: { absolute: 0, relative: 0, because: 'zero is exact' },
  },
  {
    op: 'rescale',
    name: 'values below, within and above the range',
    inputs: { image: ramp, range: scalars(0.25, 2.25) },
    expected: {
      value: [ramp.planes[0]!.map((v) => (v < 0.25 ? 0 : v > 2.25 ? 1 : (v - 0.25) / 2))],
    },
    gradientOf: ['image'],
    gpu: oneRounding,
  },
  {
    op: 'rescale',
    name: 'an empty range gives zero',
    inputs: { image: ramp, range: scalars(1, 1) },
    expected: { value: [new Float64Array(210)] },
    gradientOf: ['image'],
    gpu: oneRounding,
  },
  {
    op: 'difference',
    name: 'three channels on an oblique grid',
    inputs: { a: vector, b: otherVector },
    expected: { value: combine(vector, otherVector, (x, y) => x - y) },
    gradientOf: ['a', 'b'],
    gpu: { absolute: 0, relative: 1e-6, because: 'one rounding' },
  },
  {
    op: 'difference',
    name: 'scalars',
    inputs: { a: scalars(1, 2, 3), b: scalars(0.5, 4, -1) },
    expected: { value: [[0.5, -2, 4]] },
    gradientOf: ['a', 'b'],
    gpu: { absolute: 0, relative: 0, because: 'exact in float32' },
  },
  {
    op: 'addScaled',
    name: 'vectors',
    inputs: { a: vector, b: otherVector, by: scalars(0.3) },
    attributes: { factor: -2 },
    expected: {
      value: combine(vector, otherVector, (x, y) => x - 0.6 * y),
    },
    gradientOf: ['a', 'b'],
    gpu: oneRounding,
  },
];
