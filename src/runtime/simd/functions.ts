import type { SplatArguments } from './splat-arguments';
import type { TensorFunction, TensorFunctionName } from './tensor-functions';

/**
 * What the WebAssembly module of this folder exports: each function is documented where it is
 * written, in the `.as` files. Addresses are bytes into the plan's memory, sizes are voxels.
 */
export interface SimdFunctions extends Readonly<Record<TensorFunctionName, TensorFunction>> {
  /** Separable Gaussian of up to three planes, or of what chains from a cotangent, zero beyond the edges; rows y0 … y1 of every slice. */
  gaussian(
    ...all: readonly [
      cotangent: number,
      displacementMap: number,
      ...sources: PlaneAddresses,
      ...targets: PlaneAddresses,
      planes: number,
      nx: number,
      ny: number,
      nz: number,
      y0: number,
      y1: number,
      radiusX: number,
      radiusY: number,
      radiusZ: number,
      tapsX: number,
      tapsY: number,
      tapsZ: number,
      scratch: number,
      blockRows: number,
    ]
  ): void;
  /** Runs of elements along an axis times a banded matrix, for items first … end. */
  alongAxis(
    ...all: readonly [
      source: number,
      target: number,
      inner: number,
      from: number,
      to: number,
      block: number,
      first: number,
      end: number,
      table: number,
      stride: number,
    ]
  ): void;
  /** Window means of W, W² and F·W, or with those of F and F² their cotangents; rows y0 … y1 of every slice. */
  windowMoments(
    fixed: number,
    warped: number,
    meanWarped: number,
    meanWarpedSquared: number,
    meanProduct: number,
    ...rest: readonly [
      ...windows: WindowArguments,
      meanFixed: number,
      meanFixedSquared: number,
      weight: number,
      partials: number,
      scale: number,
      epsilon: number,
    ]
  ): void;
  /** Cotangent of W from those of its window means; rows y0 … y1 of every slice. */
  windowMomentsAdjoint(
    fixed: number,
    warped: number,
    ofMean: number,
    ofSquare: number,
    ofProduct: number,
    total: number,
    ...rest: WindowArguments
  ): void;
  /** Trilinear value, derivative and weight inside of a plane; rows begin … end of the target. What is 0 is left out. */
  sampleLinear(
    source: number,
    ...rest: readonly [
      ...displacement: PlaneAddresses,
      value: number,
      ...derivative: PlaneAddresses,
      weight: number,
      ...points: PointArguments,
      outside: number,
      weightOutside: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** i + outer∘(id + i) with i = factor · inner; rows begin … end. */
  compose(
    ...all: readonly [
      ...outer: PlaneAddresses,
      ...inner: PlaneAddresses,
      factor: number,
      ...value: PlaneAddresses,
      ...points: PointArguments,
      begin: number,
      end: number,
    ]
  ): void;
  /** Cotangents of a sample added to the source; slabs begin … end of it. */
  splat(...all: SplatArguments): void;
  /** Dᵀ · (cotangent · slope) over the slope; voxels begin … end. */
  chainToDisplacement(
    cotangent: number,
    ...rest: readonly [...slope: PlaneAddresses, map: number, begin: number, end: number]
  ): void;
  /** Sums of [weight ·] A² / (B·C) over chunks begin … end. */
  lnccPartials(
    ...all: readonly [
      ...means: MeanAddresses,
      weight: number,
      partials: number,
      count: number,
      chunkLength: number,
      epsilon: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** Sums of cotangent · slopeᵢ · (x, 1)ⱼ over chunks begin … end, twelve a chunk. */
  affinePartials(
    cotangent: number,
    ...rest: readonly [
      ...slope: PlaneAddresses,
      partials: number,
      world: number,
      nx: number,
      ny: number,
      total: number,
      chunkLength: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** Sums of an image over chunks begin … end. */
  imageSum(
    image: number,
    partials: number,
    count: number,
    chunkLength: number,
    begin: number,
    end: number,
  ): void;
  /** Sums of two images over chunks begin … end. */
  imageSums(
    one: number,
    other: number,
    partials: number,
    count: number,
    chunkLength: number,
    chunks: number,
    begin: number,
    end: number,
  ): void;
  /** Largest squared norms of vectors in chunks begin … end. */
  largestNorms(
    ...all: readonly [
      ...vector: PlaneAddresses,
      partials: number,
      count: number,
      chunkLength: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** Joint histograms of chunks begin … end, cubic windows. A range is its lower end and bins per unit. */
  histogramPartials(
    ...all: readonly [
      fixed: number,
      warped: number,
      weight: number,
      partials: number,
      ...fixedRange: readonly [low: number, scale: number],
      ...warpedRange: readonly [low: number, scale: number],
      bins: number,
      count: number,
      chunkLength: number,
      begin: number,
      end: number,
      table: number,
    ]
  ): void;
  /** Cotangent of an image from its table's; voxels begin … end. */
  histogramCotangents(
    ...all: readonly [
      other: number,
      image: number,
      weight: number,
      imageCotangent: number,
      ...otherRange: readonly [low: number, scale: number],
      ...imageRange: readonly [low: number, scale: number],
      bins: number,
      begin: number,
      end: number,
      table: number,
    ]
  ): void;
  /** How much of the simplices about each voxel of a volume is turned inside out; slices begin … end. */
  nonDiffeomorphicSlices(
    ...all: readonly [
      ...displacement: PlaneAddresses,
      partials: number,
      nx: number,
      ny: number,
      nz: number,
      begin: number,
      end: number,
      table: number,
      neighbours: number,
      simplices: number,
      scratch: number,
    ]
  ): void;
  /** Cotangents of the means of W, W² and F·W over those means; voxels begin … end. */
  lnccCotangents(
    ...all: readonly [
      ...means: MeanAddresses,
      weight: number,
      scale: number,
      epsilon: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** `lnccPartials` and `lnccCotangents` in one walk; chunks begin … end. */
  lnccPartialsAndCotangents(
    ...all: readonly [
      ...means: MeanAddresses,
      weight: number,
      partials: number,
      count: number,
      chunkLength: number,
      scale: number,
      epsilon: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** How far each point lies inside the source; rows begin … end of the target. */
  insideWeight(
    ...all: readonly [
      ...displacement: PlaneAddresses,
      weight: number,
      ...points: PointArguments,
      outside: number,
      begin: number,
      end: number,
    ]
  ): void;
  /** The lowest of some floats and how many have it, as two float64. */
  lowest(values: number, count: number, out: number): void;
  /** Lowest floats of chunks begin … end, the highest ones as many numbers further on as there are chunks. */
  rangePartials(
    values: number,
    partials: number,
    count: number,
    chunkLength: number,
    chunks: number,
    begin: number,
    end: number,
  ): void;
  /** How many floats of chunks begin … end are not finite. */
  nonFinitePartials(
    values: number,
    partials: number,
    count: number,
    chunkLength: number,
    begin: number,
    end: number,
  ): void;
  /** Floats begin … end where `inside` is not 0, else the fill. */
  fillOutside(
    values: number,
    inside: number,
    fill: number,
    filled: number,
    begin: number,
    end: number,
  ): void;
  /** Counts floats by the upper halves of what orders them, in 65536 whole numbers. */
  countUpperHalves(values: number, count: number, counts: number): void;
  /** The same by the lower halves, of those with one upper half. */
  countLowerHalves(values: number, count: number, upper: number, counts: number): void;
  /** Adds an image to the sums of its blocks, between two intensities. */
  blockSums(
    ...all: readonly [
      values: number,
      sums: number,
      ...blockOf: readonly [x: number, y: number, z: number],
      nx: number,
      ny: number,
      nz: number,
      blocksX: number,
      blocksY: number,
      low: number,
      high: number,
    ]
  ): void;
  /** A plane, less a mean and scaled, at points of a lattice; NaN where these lie beyond its edge. */
  readAround(
    ...all: readonly [
      source: number,
      nx: number,
      ny: number,
      nz: number,
      map: number,
      mean: number,
      scale: number,
      target: number,
      ...lattice: readonly [x: number, y: number, z: number],
    ]
  ): void;
  /** How well blocks of four voxels along x correlate with what lies about their places, for each shift. */
  scoreBlocks(
    ...all: readonly [
      fixed: number,
      nx: number,
      ny: number,
      around: number,
      px: number,
      py: number,
      corners: number,
      count: number,
      blockY: number,
      blockZ: number,
      ...reach: readonly [x: number, y: number, z: number],
      leastVariance: number,
      scores: number,
      room: number,
    ]
  ): void;
  /** Joint histogram of two coarse images under a map; behind it, points counted and those on the thing. */
  countStart(
    ...all: readonly [
      points: number,
      pointBins: number,
      onThing: number,
      count: number,
      moving: number,
      nx: number,
      ny: number,
      nz: number,
      map: number,
      bins: number,
      table: number,
    ]
  ): void;
  /** Histogram of log brightness without a slope; gives how many bins that takes, and fills none where there is no room. */
  spreadWithout(
    ...all: readonly [
      ...places: PlaneAddresses,
      logs: number,
      count: number,
      ...slope: readonly [x: number, y: number, z: number],
      width: number,
      even: number,
      bins: number,
      room: number,
    ]
  ): number;
}

/** Addresses of the planes of a field, all 0 where there is none. */
type PlaneAddresses = readonly [x: number, y: number, z: number];

/** Addresses of window means. */
type MeanAddresses = readonly [
  fixed: number,
  fixedSquared: number,
  warped: number,
  warpedSquared: number,
  product: number,
];

/** Where points lie, as `sample.as` takes it: where the map lies, and the sizes of target and source. */
type PointArguments = readonly [
  map: number,
  nx: number,
  ny: number,
  sourceNx: number,
  sourceNy: number,
  sourceNz: number,
];

type WindowArguments = [
  nx: number,
  ny: number,
  nz: number,
  y0: number,
  y1: number,
  radiusX: number,
  radiusY: number,
  radiusZ: number,
  inverseX: number,
  inverseY: number,
  inverseZ: number,
  scratch: number,
  blockRows: number,
];
