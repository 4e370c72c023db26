import { determinant, type Matrix3x4, type MovingWorldFromFixedWorld, type Vec3 } from '../frames';
import type { TransformProblem } from '../image-problem';

export type ItkAffineResult =
  | { readonly ok: true; readonly movingWorldFromFixedWorld: MovingWorldFromFixedWorld }
  | { readonly ok: false; readonly problem: TransformProblem };

export type ItkAffinesResult =
  | { readonly ok: true; readonly transforms: readonly MovingWorldFromFixedWorld[] }
  | { readonly ok: false; readonly problem: TransformProblem };

const firstLine = '#Insight Transform File V1.0';

/** Rows of a 3×3 matrix, one after the other. */
type Matrix3x3 = readonly number[];

/** A linear transform of ITK: how its parameters give a matrix and a translation about a centre. */
interface ItkLinearTransform {
  readonly parameterCount: number;
  matrix(parameters: readonly number[], fixedParameters: readonly number[]): Matrix3x3;
  translation(parameters: readonly number[]): readonly number[];
}

const matrixAndTranslation: ItkLinearTransform = {
  parameterCount: 12,
  matrix: (parameters) => parameters.slice(0, 9),
  translation: (parameters) => parameters.slice(9),
};

const linearTransforms: ReadonlyMap<string, ItkLinearTransform> = new Map([
  ['AffineTransform', matrixAndTranslation],
  ['MatrixOffsetTransformBase', matrixAndTranslation],
  ['Rigid3DTransform', matrixAndTranslation],
  [
    'Euler3DTransform',
    {
      parameterCount: 6,
      // The fourth fixed parameter, where there is one, is ITK's "compute ZYX" switch.
      matrix: (parameters, fixedParameters) => eulerMatrix(parameters, fixedParameters[3] === 1),
      translation: (parameters) => parameters.slice(3),
    },
  ],
  [
    'VersorRigid3DTransform',
    {
      parameterCount: 6,
      matrix: versorMatrix,
      translation: (parameters) => parameters.slice(3),
    },
  ],
  [
    'Similarity3DTransform',
    {
      parameterCount: 7,
      matrix: (parameters) => versorMatrix(parameters).map((entry) => entry * (parameters[6] ?? 1)),
      translation: (parameters) => parameters.slice(3, 6),
    },
  ],
  [
    'TranslationTransform',
    { parameterCount: 3, matrix: () => identity, translation: (parameters) => parameters },
  ],
]);

const identity: Matrix3x3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/**
 * An ITK text transform (`AffineTransform_double_3_3`, LPS) that `antsApplyTransforms -t` and ITK
 * read. `centreMm` (RAS) becomes ITK's centre of rotation; the map is the same whatever it is.
 * @throws RangeError when the matrix or the centre is not finite.
 */
export function writeItkAffine(
  movingWorldFromFixedWorld: MovingWorldFromFixedWorld,
  centreMm: Vec3 = [0, 0, 0],
): string {
  const lps = flipRightAndAnterior(movingWorldFromFixedWorld);
  const centre = [0 - centreMm[0], 0 - centreMm[1], centreMm[2]];
  const linear = linearPart(lps);
  const moved = rotate(linear, centre);
  const translation = [lps[3], lps[7], lps[11]].map(
    (offset, axis) => offset + (moved[axis] as number) - (centre[axis] as number),
  );
  const numbers = [...linear, ...translation];
  if (![...numbers, ...centre].every(Number.isFinite)) {
    throw new RangeError('A transform with entries that are not finite cannot be written.');
  }
  return [
    firstLine,
    '#Transform 0',
    'Transform: AffineTransform_double_3_3',
    `Parameters: ${numbers.join(' ')}`,
    `FixedParameters: ${centre.join(' ')}`,
    '',
  ].join('\n');
}

/** Reads an ITK text file that holds one linear transform. */
export function readItkAffine(text: string, name: string): ItkAffineResult {
  const result = readItkAffines(text, name);
  if (!result.ok) return result;
  const [first] = result.transforms;
  if (!first || result.transforms.length > 1) {
    const count = result.transforms.length;
    return { ok: false, problem: { file: name, code: 'one-transform-needed', count } };
  }
  return { ok: true, movingWorldFromFixedWorld: first };
}

/** Reads every linear transform of an ITK text file, in the file's order. */
export function readItkAffines(text: string, name: string): ItkAffinesResult {
  const file = name;
  if (!text.trimStart().startsWith('#Insight Transform File')) {
    return { ok: false, problem: { file, code: 'not-itk-transform' } };
  }
  const transforms: MovingWorldFromFixedWorld[] = [];
  for (const block of text.split(/^Transform:/m).slice(1)) {
    const result = readBlock(block, file);
    if (!result.ok) return result;
    transforms.push(result.movingWorldFromFixedWorld);
  }
  return { ok: true, transforms };
}

function readBlock(block: string, file: string): ItkAffineResult {
  const refuse = (problem: TransformProblem): ItkAffineResult => ({ ok: false, problem });
  const transform = (block.split('\n')[0] ?? '').trim();
  const [, kind = '', dimensions] = /^(\w+?)_(?:double|float)_(\d_\d)$/.exec(transform) ?? [];
  const definition = linearTransforms.get(kind);
  if (!definition || dimensions !== '3_3') {
    return refuse({ file, code: 'unsupported-transform', found: transform });
  }
  const parameters = numbersOf(block, 'Parameters');
  const fixedParameters = numbersOf(block, 'FixedParameters');
  const { parameterCount } = definition;
  if (parameters.length !== parameterCount) {
    const counts = { expectedCount: parameterCount, foundCount: parameters.length };
    return refuse({
      file,
      code: 'bad-transform-numbers',
      field: 'Parameters',
      transform,
      ...counts,
    });
  }
  // A transform without a centre turns about the origin.
  if (fixedParameters.length !== 0 && fixedParameters.length < 3) {
    const counts = { expectedCount: 3, foundCount: fixedParameters.length };
    const field = 'FixedParameters';
    return refuse({ file, code: 'bad-transform-numbers', field, transform, ...counts });
  }
  const centre = [0, 1, 2].map((axis) => fixedParameters[axis] ?? 0);
  const linear = definition.matrix(parameters, fixedParameters);
  const moved = rotate(linear, centre);
  const offset = definition
    .translation(parameters)
    .map((entry, axis) => entry + (centre[axis] as number) - (moved[axis] as number));
  const lps = [0, 1, 2].flatMap((row) => [
    ...linear.slice(row * 3, row * 3 + 3),
    offset[row] as number,
  ]) as unknown as Matrix3x4;
  const size = determinant(lps);
  if (!(Math.abs(size) > 1e-12)) {
    return refuse({ file, code: 'singular-transform', determinant: size });
  }
  const ras = flipRightAndAnterior(lps) as MovingWorldFromFixedWorld;
  return { ok: true, movingWorldFromFixedWorld: ras };
}

/** The numbers of a line up to the first word that is none. */
function numbersOf(block: string, field: string): readonly number[] {
  const line = new RegExp(`^${field}:(.*)$`, 'm').exec(block)?.[1] ?? '';
  const numbers = line.trim().split(/\s+/).filter(Boolean).map(Number);
  const bad = numbers.findIndex((number) => !Number.isFinite(number));
  return bad === -1 ? numbers : numbers.slice(0, bad);
}

/** RAS to LPS and back: the sign of x and y changes in rows and in columns, so F·A·F. */
function flipRightAndAnterior(matrix: Matrix3x4): Matrix3x4 {
  const [a, b, c, x, d, e, f, y, g, h, i, z] = matrix;
  // Subtracting from 0 keeps a zero from becoming −0, which ITK would print.
  return [a, b, 0 - c, 0 - x, d, e, 0 - f, 0 - y, 0 - g, 0 - h, i, z];
}

function linearPart(matrix: Matrix3x4): Matrix3x3 {
  const [a, b, c, , d, e, f, , g, h, i] = matrix;
  return [a, b, c, d, e, f, g, h, i];
}

function rotate(matrix: Matrix3x3, point: readonly number[]): readonly number[] {
  const [x = 0, y = 0, z = 0] = point;
  return [0, 3, 6].map(
    (row) =>
      (matrix[row] as number) * x +
      (matrix[row + 1] as number) * y +
      (matrix[row + 2] as number) * z,
  );
}

/** itk::Euler3DTransform::ComputeMatrix: Z·X·Y, or Z·Y·X where the switch is on. */
function eulerMatrix(parameters: readonly number[], isZyx: boolean): Matrix3x3 {
  const [angleX = 0, angleY = 0, angleZ = 0] = parameters;
  const [cx, sx] = [Math.cos(angleX), Math.sin(angleX)];
  const [cy, sy] = [Math.cos(angleY), Math.sin(angleY)];
  const [cz, sz] = [Math.cos(angleZ), Math.sin(angleZ)];
  const aboutX = [1, 0, 0, 0, cx, -sx, 0, sx, cx];
  const aboutY = [cy, 0, sy, 0, 1, 0, -sy, 0, cy];
  const aboutZ = [cz, -sz, 0, sz, cz, 0, 0, 0, 1];
  return isZyx
    ? multiply(aboutZ, multiply(aboutY, aboutX))
    : multiply(aboutZ, multiply(aboutX, aboutY));
}

/** itk::Versor::GetMatrix: the rotation of a unit quaternion given by its x, y and z parts. */
function versorMatrix(parameters: readonly number[]): Matrix3x3 {
  const [x = 0, y = 0, z = 0] = parameters;
  const w = Math.sqrt(Math.max(0, 1 - x * x - y * y - z * z));
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - z * w),
    2 * (x * z + y * w),
    2 * (x * y + z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z - x * w),
    2 * (x * z - y * w),
    2 * (y * z + x * w),
    1 - 2 * (x * x + y * y),
  ];
}

function multiply(left: Matrix3x3, right: Matrix3x3): Matrix3x3 {
  const columns = [0, 1, 2].map((column) =>
    rotate(
      left,
      [0, 3, 6].map((row) => right[row + column] as number),
    ),
  );
  return [0, 1, 2].flatMap((row) => columns.map((column) => column[row] as number));
}
