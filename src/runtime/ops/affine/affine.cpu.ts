import type { FloatArray } from '../define-kernel';

/** What the affine's parameters refer to; lengths in mm. */
export interface AffineFrame {
  /** Rows of the orthonormal axes along which the parameters are taken, and the centre. */
  readonly axesAndCentre: readonly number[];
  readonly radiusMm: number;
  /** Parameters given: 6, 7 or 12. Of seven the last is the log-scale of all axes. */
  readonly count: number;
  /** 0 where nothing but the translation is free. */
  readonly turning: number;
  /** Not 0 where only motion within the plane of the first two axes is free. */
  readonly planar: number;
}

/** The map in the frame of the axes, taken apart. */
interface LinearParts {
  readonly rotation: Float64Array;
  readonly stretch: Float64Array;
  readonly parameters: Float64Array;
}

const seriesTerms = 22;
const similarityCount = 7;

/**
 * sin θ/θ, (1 − cos θ)/θ² and their derivatives by q = θ²: power series up to a turn, because
 * the closed forms cancel at small angles.
 */
export function rotationCoefficients(
  q: number,
): readonly [sine: number, cosine: number, sineSlope: number, cosineSlope: number] {
  if (q > 40) {
    const angle = Math.sqrt(q);
    const sine = Math.sin(angle) / angle;
    const cosine = (1 - Math.cos(angle)) / q;
    return [sine, cosine, (Math.cos(angle) - sine) / (2 * q), (sine - 2 * cosine) / (2 * q)];
  }
  let sineTerm = -1 / 6;
  let cosineTerm = -1 / 24;
  let sine = 0;
  let cosine = 0;
  let sineSlope = 0;
  let cosineSlope = 0;
  for (let k = 1; k <= seriesTerms; k += 1) {
    sine += sineTerm;
    cosine += cosineTerm;
    sineSlope += k * sineTerm;
    cosineSlope += k * cosineTerm;
    sineTerm *= -q / ((2 * k + 2) * (2 * k + 3));
    cosineTerm *= -q / ((2 * k + 3) * (2 * k + 4));
  }
  return [1 + q * sine, 0.5 + q * cosine, sineSlope, cosineSlope];
}

/** affine = x ↦ c + t + E·R·U·Eᵀ·(x − c), with E the axes; `parameters` as the op says. */
export function affineOf(parameters: FloatArray, affine: FloatArray, frame: AffineFrame): void {
  const { rotation, stretch, parameters: p } = linearParts(parameters, frame);
  const axes = linearOf(frame.axesAndCentre);
  const linear = product(product(axes, product(rotation, stretch)), transposed(axes));
  for (let row = 0; row < 3; row += 1) {
    let offset = frame.axesAndCentre[row * 4 + 3]!;
    for (let column = 0; column < 3; column += 1) {
      const value = linear[row * 3 + column]!;
      affine[row * 4 + column] = value;
      offset += axes[row * 3 + column]! * p[3 + column]!;
      offset -= value * frame.axesAndCentre[column * 4 + 3]!;
    }
    affine[row * 4 + 3] = offset;
  }
}

/** Cotangents of the parameters from that of the affine, 12 numbers. */
export function parametersCotangentOf(
  parameters: FloatArray,
  cotangent: FloatArray,
  parametersCotangent: FloatArray,
  frame: AffineFrame,
): void {
  const { rotation, stretch, parameters: p } = linearParts(parameters, frame);
  const axes = linearOf(frame.axesAndCentre);
  // The translation holds −L·c, so the linear part's cotangent gets −(translation's)·cᵀ.
  const forLinear = linearOf(cotangent);
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      forLinear[row * 3 + column]! -=
        cotangent[row * 4 + 3]! * frame.axesAndCentre[column * 4 + 3]!;
    }
  }
  const forLocal = product(product(transposed(axes), forLinear), axes);
  const forRotation = product(forLocal, transposed(stretch));
  const forStretch = product(transposed(rotation), forLocal);

  const result = new Float64Array(12);
  result.set(rotationVectorCotangent(p, forRotation));
  for (let axis = 0; axis < 3; axis += 1) {
    for (let row = 0; row < 3; row += 1) {
      result[3 + axis]! += axes[row * 3 + axis]! * cotangent[row * 4 + 3]!;
    }
    result[6 + axis] = stretch[axis * 4]! * forStretch[axis * 4]!;
  }
  result[9] = forStretch[1]!;
  result[10] = forStretch[2]!;
  result[11] = forStretch[5]!;
  parametersCotangent.fill(0, 0, frame.count);
  for (let i = 0; i < 12; i += 1) {
    if (isFree(i, frame)) parametersCotangent[placeOf(i, frame)]! += result[i]! / unitOf(i, frame);
  }
}

/** ⟨cotangent of R, ∂R/∂ω_i⟩ for R = 1 + sine·K + cosine·K², K the cross product with ω. */
function rotationVectorCotangent(p: Float64Array, forRotation: Float64Array): Float64Array {
  const [x, y, z] = [p[0]!, p[1]!, p[2]!];
  const [sine, cosine, sineSlope, cosineSlope] = rotationCoefficients(x * x + y * y + z * z);
  const k = crossMatrix(x, y, z);
  const forSine = inner(forRotation, k);
  const forCosine = inner(forRotation, product(k, k));
  const kt = transposed(k);
  // K² contributes Cᵀ-sided products: ⟨C, E·K + K·E⟩ = ⟨C·Kᵀ + Kᵀ·C, E⟩.
  const onRight = product(forRotation, kt);
  const onLeft = product(kt, forRotation);
  const forCross = forRotation.map((c, i) => sine * c + cosine * (onRight[i]! + onLeft[i]!));
  const alongSquare = 2 * (sineSlope * forSine + cosineSlope * forCosine);
  return Float64Array.of(
    forCross[7]! - forCross[5]! + alongSquare * x,
    forCross[2]! - forCross[6]! + alongSquare * y,
    forCross[3]! - forCross[1]! + alongSquare * z,
  );
}

function linearParts(given: FloatArray, frame: AffineFrame): LinearParts {
  const parameters = new Float64Array(12);
  for (let i = 0; i < 12; i += 1) {
    if (isFree(i, frame)) parameters[i] = given[placeOf(i, frame)]! / unitOf(i, frame);
  }
  const [x, y, z] = [parameters[0]!, parameters[1]!, parameters[2]!];
  const [sine, cosine] = rotationCoefficients(x * x + y * y + z * z);
  const k = crossMatrix(x, y, z);
  const squared = product(k, k);
  const rotation = k.map((value, i) => (i % 4 === 0 ? 1 : 0) + sine * value + cosine * squared[i]!);
  const stretch = Float64Array.of(
    Math.exp(parameters[6]!),
    parameters[9]!,
    parameters[10]!,
    0,
    Math.exp(parameters[7]!),
    parameters[11]!,
    0,
    0,
    Math.exp(parameters[8]!),
  );
  return { rotation, stretch, parameters };
}

/** In a plane: rotation about the normal, two translations, two scales, one shear. */
function isFree(parameter: number, { planar, count, turning }: AffineFrame): boolean {
  if (turning === 0 && (parameter < 3 || parameter > 5)) return false;
  if (parameter >= (count === similarityCount ? 9 : count)) return false;
  return planar === 0 || [2, 3, 4, 6, 7, 9].includes(parameter);
}

/** Where one of the twelve is given: of a similarity the three scales are one number. */
function placeOf(parameter: number, { count }: AffineFrame): number {
  return count === similarityCount ? Math.min(parameter, count - 1) : parameter;
}

function unitOf(parameter: number, { radiusMm }: AffineFrame): number {
  return parameter >= 3 && parameter < 6 ? 1 : radiusMm;
}

function crossMatrix(x: number, y: number, z: number): Float64Array {
  return Float64Array.of(0, -z, y, z, 0, -x, -y, x, 0);
}

function linearOf(affine: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: 9 }, (_, i) => affine[Math.floor(i / 3) * 4 + (i % 3)]!);
}

function product(left: Float64Array, right: Float64Array): Float64Array {
  const result = new Float64Array(9);
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column += 1) {
      result[row + column] =
        left[row]! * right[column]! +
        left[row + 1]! * right[3 + column]! +
        left[row + 2]! * right[6 + column]!;
    }
  }
  return result;
}

function transposed(matrix: Float64Array): Float64Array {
  return matrix.map((_, i) => matrix[(i % 3) * 3 + Math.floor(i / 3)]!);
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
