import { axisAlignedGrid, type Grid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../api/nodes/builder';
import { fieldType, scalarsType, type ValueType } from '../ir/values';
import { type AffineParameterization, parameterCount } from '../ops/affine/affine-from-parameters';

/** Samples along x, y and z; one along z in 2-D. */
export type Size = readonly [x: number, y: number, z: number];

/** Something computed from fields or from a handful of numbers, said in ops. */
export interface FieldProgram {
  /** Tells it from every other program. */
  readonly key: string;
  readonly inputs: readonly ValueType[];
  build(b: Builder, inputs: readonly ValueId[]): ValueId;
}

/** Where the Gaussian is cut off, in standard deviations, as in models and pyramids. */
const truncate = 2;

/**
 * image(x + u(x)), read linearly; beyond the edge the edge's value goes on, as where objectives compare images.
 * Inputs: the image, then u with `dimensions` channels.
 */
export function warpProgram(
  size: Size,
  channels: number,
  dimensions: number,
  everyVoxels: number,
): FieldProgram {
  const grid = sampledGrid(size, everyVoxels);
  return {
    key: JSON.stringify(['warp', size, channels, dimensions, everyVoxels]),
    inputs: [fieldType(grid, channels), fieldType(grid, dimensions)],
    build: (b, [image, displacement]) =>
      b.sample(
        { source: image as ValueId, displacement: vectors(b, displacement as ValueId, dimensions) },
        { ...gridAttributes(grid), interpolation: 'linear', outside: 'edge' },
      ),
  };
}

/** exp(v) by scaling and squaring (Arsigny et al. 2006); beyond the edge the edge's value goes on. Input: v. */
export function exponentialProgram(
  size: Size,
  dimensions: number,
  everyVoxels: number,
  squarings: number,
): FieldProgram {
  const grid = sampledGrid(size, everyVoxels);
  return {
    key: JSON.stringify(['exponentiate', size, dimensions, everyVoxels, squarings]),
    inputs: [fieldType(grid, dimensions)],
    build(b, [velocity]) {
      let flow = b.scale(
        { value: vectors(b, velocity as ValueId, dimensions) },
        { factor: 1 / 2 ** squarings },
      );
      for (let squaring = 0; squaring < squarings; squaring += 1) {
        flow = b.compose({ outer: flow, inner: flow });
      }
      return components(b, flow, dimensions);
    },
  };
}

/** inner(x) + outer(x + inner(x)); beyond the edge the edge's value goes on. Inputs: outer, inner. */
export function compositionProgram(
  size: Size,
  dimensions: number,
  everyVoxels: number,
): FieldProgram {
  const type = fieldType(sampledGrid(size, everyVoxels), dimensions);
  return {
    key: JSON.stringify(['compose', size, dimensions, everyVoxels]),
    inputs: [type, type],
    build: (b, [outer, inner]) =>
      components(
        b,
        b.compose({
          outer: vectors(b, outer as ValueId, dimensions),
          inner: vectors(b, inner as ValueId, dimensions),
        }),
        dimensions,
      ),
  };
}

/**
 * A value read linearly at another number of samples over the same box: edges of the outermost samples stay where
 * they are, as in pyramids. Beyond the centres of these the edge's value goes on. Input: the value.
 */
export function resizeProgram(size: Size, channels: number, to: Size): FieldProgram {
  const source = axisAlignedGrid([...size], [1, 1, 1]);
  const [fx, fy, fz] = [size[0] / to[0], size[1] / to[1], size[2] / to[2]];
  const target = axisAlignedGrid([...to], [fx, fy, fz], [(fx - 1) / 2, (fy - 1) / 2, (fz - 1) / 2]);
  return {
    key: JSON.stringify(['resize', size, channels, to]),
    inputs: [fieldType(source, channels)],
    build: (b, [value]) =>
      b.sample(
        { source: value as ValueId },
        { ...gridAttributes(target), interpolation: 'linear', outside: 'edge' },
      ),
  };
}

/** A Gaussian along every axis; only what lies inside has weight, so that a constant stays as it is. Input: the value. */
export function smoothingProgram(size: Size, channels: number, sigma: number): FieldProgram {
  return {
    key: JSON.stringify(['smooth', size, channels, sigma]),
    inputs: [fieldType(axisAlignedGrid([...size], [1, 1, 1]), channels)],
    build: (b, [value]) =>
      b.gaussian(
        { value: value as ValueId },
        { sigmaVoxels: [sigma, sigma, sigma], truncate, edges: 'renormalize', transposed: false },
      ),
  };
}

/** The affine map of a linear model's parameters about the origin, both in mm: twelve numbers. Input: the parameters. */
export function affineProgram(frame: Omit<AffineParameterization, 'centreMm'>): FieldProgram {
  return {
    key: JSON.stringify(['affine', frame]),
    inputs: [scalarsType(parameterCount[frame.freedom])],
    build: (b, [parameters]) =>
      b.affineFromParameters(
        { parameters: parameters as ValueId },
        { ...frame, centreMm: [0, 0, 0] },
      ),
  };
}

/** Samples every so many voxels: what ops take for mm are voxels here, whatever the grid. */
function sampledGrid(size: Size, everyVoxels: number): Grid {
  return axisAlignedGrid([...size], [everyVoxels, everyVoxels, everyVoxels]);
}

/** Ops move points in three dimensions: a field in a slice leaves it nowhere. */
function vectors(b: Builder, field: ValueId, dimensions: number): ValueId {
  if (dimensions === 3) return field;
  return b.pointwise({ a: field }, { expressions: ['a.0', 'a.1', 0] });
}

/** The reverse of `vectors`. */
function components(b: Builder, field: ValueId, dimensions: number): ValueId {
  if (dimensions === 3) return field;
  return b.pointwise({ a: field }, { expressions: ['a.0', 'a.1'] });
}
