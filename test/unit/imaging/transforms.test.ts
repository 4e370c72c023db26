import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyMatrix,
  determinant,
  type Matrix3x4,
  type MovingWorldFromFixedWorld,
  type Vec3,
} from '../../../src/imaging/frames';
import { readDisplacementField } from '../../../src/imaging/nifti/displacement-field';
import { type NiftiImage, readNifti } from '../../../src/imaging/nifti/read-nifti';
import {
  readItkAffine,
  readItkAffines,
  writeItkAffine,
} from '../../../src/imaging/transforms/itk-affine';
import { sampleAtWorld } from './sampling';
import { hasSharedData, readShared, readSharedText } from './shared-data';

const itkText = (transform: string, parameters: readonly number[], fixed: readonly number[]) =>
  [
    '#Insight Transform File V1.0',
    '#Transform 0',
    `Transform: ${transform}`,
    `Parameters: ${parameters.join(' ')}`,
    `FixedParameters: ${fixed.join(' ')}`,
    '',
  ].join('\n');

const read = (text: string): MovingWorldFromFixedWorld => {
  const result = readItkAffine(text, 'affine.txt');
  if (!result.ok) throw new Error(result.problem.code);
  return result.movingWorldFromFixedWorld;
};

const refusal = (text: string) => {
  const result = readItkAffine(text, 'affine.txt');
  return result.ok ? undefined : result.problem;
};

const imageOf = (path: string): NiftiImage => {
  const result = readNifti(readShared(path), path);
  if (!result.ok) throw new Error(result.problem.code);
  return result.image;
};

function expectClose(found: readonly number[], wanted: readonly number[], tolerance: number) {
  expect(found).toHaveLength(wanted.length);
  found.forEach((entry, i) => {
    expect(Math.abs(entry - wanted[i]!), `entry ${i}`).toBeLessThanOrEqual(tolerance);
  });
}

/** What ITK does with a point: LPS in, matrix about the centre, LPS out. */
function itkMap(matrix: readonly number[], translation: Vec3, centre: Vec3, ras: Vec3): Vec3 {
  const lps = [-ras[0], -ras[1], ras[2]];
  const [x, y, z] = [0, 1, 2].map(
    (row) =>
      [0, 1, 2].reduce((sum, k) => sum + matrix[row * 3 + k]! * (lps[k]! - centre[k]!), 0) +
      centre[row]! +
      translation[row]!,
  ) as [number, number, number];
  return [-x, -y, z];
}

const entries = fc.double({ min: -2, max: 2, noNaN: true });
const lengths = fc.double({ min: -100, max: 100, noNaN: true });
const affines = fc
  .tuple(fc.array(entries, { minLength: 9, maxLength: 9 }), fc.tuple(lengths, lengths, lengths))
  .map(
    ([m, t]): Matrix3x4 =>
      [0, 1, 2].flatMap((row) => [...m.slice(row * 3, row * 3 + 3), t[row]!]) as never,
  )
  .filter((matrix) => Math.abs(determinant(matrix)) > 0.01);

describe('ITK affine files', () => {
  it('are read back as they were written, whatever the centre', () => {
    fc.assert(
      fc.property(affines, fc.tuple(lengths, lengths, lengths), (matrix, centre) => {
        const affine = matrix as MovingWorldFromFixedWorld;
        expectClose(read(writeItkAffine(affine)), matrix, 1e-12);
        expectClose(read(writeItkAffine(affine, centre)), matrix, 1e-9);
      }),
    );
  });

  it('move points as ITK does', () => {
    const matrix = [0.9, 0.2, -0.1, -0.3, 1.1, 0.05, 0.07, -0.2, 0.8];
    const [translation, centre] = [
      [5, -7, 11],
      [20, -30, 40],
    ] as const;
    const affine = read(
      itkText('MatrixOffsetTransformBase_double_3_3', [...matrix, ...translation], centre),
    );
    for (const point of [
      [0, 0, 0],
      [10, 0, 0],
      [1, 20, 300],
    ] as const) {
      expectClose(applyMatrix(affine, point), itkMap(matrix, translation, centre, point), 1e-12);
    }
  });

  it('hold the transform in LPS', () => {
    const affine = [1, 2, 3, 4, 5, 7, 7, 8, 9, 10, 12, 12] as unknown as MovingWorldFromFixedWorld;
    expect(writeItkAffine(affine)).toBe(
      '#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n' +
        'Parameters: 1 2 -3 5 7 -7 -9 -10 12 -4 -8 12\nFixedParameters: 0 0 0\n',
    );
  });

  it('may hold Euler angles, in the order ITK documents', () => {
    const quarter = Math.PI / 2;
    const linear = (angles: readonly number[], fixed: readonly number[] = [0, 0, 0]) => {
      const [a, b, c, , d, e, f, , g, h, i] = read(
        itkText('Euler3DTransform_double_3_3', [...angles, 0, 0, 0], fixed),
      );
      // In LPS, to compare with rotation matrices as they are usually written.
      return [a, b, -c, d, e, -f, -g, -h, i].map((entry) => Math.round(entry) + 0);
    };
    expect(linear([quarter, 0, 0])).toEqual([1, 0, 0, 0, 0, -1, 0, 1, 0]);
    expect(linear([0, quarter, 0])).toEqual([0, 0, 1, 0, 1, 0, -1, 0, 0]);
    expect(linear([0, 0, quarter])).toEqual([0, -1, 0, 1, 0, 0, 0, 0, 1]);
    // X·Y takes x to y: about y it becomes −z, about x that becomes y. Y·X leaves it at −z.
    expect(linear([quarter, quarter, 0])).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
    expect(linear([quarter, quarter, 0], [0, 0, 0, 1])).toEqual([0, 1, 0, 0, 0, -1, -1, 0, 0]);
  });

  it('may hold a versor, which turns as the same Euler angle does', () => {
    const angle = 0.7;
    for (const axis of [0, 1, 2]) {
      const about = [0, 0, 0].map((_, k) => (k === axis ? 1 : 0));
      const rest = [
        [1, 2, 3],
        [10, -20, 30],
      ] as const;
      const euler = read(
        itkText(
          'Euler3DTransform_double_3_3',
          [...about.map((k) => k * angle), ...rest[0]],
          rest[1],
        ),
      );
      const half = about.map((k) => k * Math.sin(angle / 2));
      const versor = read(
        itkText('VersorRigid3DTransform_double_3_3', [...half, ...rest[0]], rest[1]),
      );
      const similarity = read(
        itkText('Similarity3DTransform_double_3_3', [...half, ...rest[0], 1], rest[1]),
      );
      expectClose(versor, euler, 1e-12);
      expectClose(similarity, euler, 1e-12);
    }
  });

  it('may hold a translation', () => {
    const text = itkText('TranslationTransform_double_3_3', [1, 2, 3], []);
    expect(read(text)).toEqual([1, 0, 0, -1, 0, 1, 0, -2, 0, 0, 1, 3]);
  });

  it('are refused with what was found', () => {
    const twelve = [1, 0, 0, 0, 1, 0, 0, 0, 1, 4, 5, 6];
    const affine = 'AffineTransform_double_3_3';
    expect(refusal(itkText(affine, twelve, [0, 0, 0]))).toBeUndefined();
    expect(refusal('1 0 0 0\n')?.code).toBe('not-itk-transform');
    expect(refusal('#Insight Transform File V1.0\n')).toMatchObject({ count: 0 });
    expect(refusal(itkText('BSplineTransform_double_3_3', twelve, [0, 0, 0]))).toMatchObject({
      code: 'unsupported-transform',
      found: 'BSplineTransform_double_3_3',
    });
    expect(refusal(itkText('AffineTransform_double_2_2', twelve, [0, 0]))?.code).toBe(
      'unsupported-transform',
    );
    expect(refusal(itkText(affine, twelve.slice(1), [0, 0, 0]))).toMatchObject({
      code: 'bad-transform-numbers',
      expectedCount: 12,
      foundCount: 11,
    });
    expect(refusal(itkText(affine, [Number.NaN, ...twelve.slice(1)], [0, 0, 0]))?.code).toBe(
      'bad-transform-numbers',
    );
    expect(refusal(itkText(affine, twelve, [0, 0]))?.code).toBe('bad-transform-numbers');
    expect(refusal(itkText(affine, [0, ...twelve.slice(1)], [0, 0, 0]))?.code).toBe(
      'singular-transform',
    );
  });
});

describe.skipIf(!hasSharedData)('transforms of other programs', () => {
  const truth = () =>
    readSharedText('transforms/nitransforms/truth-RAS-matrix.txt')
      .trim()
      .split(/\s+/)
      .slice(0, 12)
      .map(Number);

  it.each(['RAS', 'LAS', 'LPS', 'oblique'])('of nitransforms for %s images', (axes) => {
    const text = readSharedText(`transforms/nitransforms/affine-${axes}.itk.tfm`);
    // The file holds six digits.
    expectClose(read(text), truth(), 2e-6);
  });

  it('agree with the numbers that another reader found', () => {
    type Decoded = { type: string; parameters: number[]; fixed: number[] };
    const decoded: Record<string, unknown> = JSON.parse(readSharedText('transforms/decoded.json'));
    const names = Object.keys(decoded).filter((name) => name.endsWith('.tfm'));
    expect(names.length).toBeGreaterThanOrEqual(11);
    for (const name of names) {
      const result = readItkAffines(readSharedText(`transforms/${name}`), name);
      if (!result.ok) throw new Error(`${name}: ${result.problem.code}`);
      const list = decoded[name] as Decoded[];
      expect(result.transforms).toHaveLength(list.length);
      list.forEach(({ type, parameters, fixed }, i) => {
        expect(type).toMatch(/^AffineTransform/);
        for (const point of [
          [0, 0, 0],
          [100, 0, 0],
          [-3, 50, 70],
        ] as const) {
          const wanted = itkMap(
            parameters.slice(0, 9),
            parameters.slice(9) as never,
            fixed as never,
            point,
          );
          expectClose(applyMatrix(result.transforms[i]!, point), wanted, 1e-9);
        }
      });
    }
  });

  it('say so where a file holds several', () => {
    const problem = refusal(readSharedText('transforms/nitransforms/itktflist.tfm'));
    expect(problem).toMatchObject({ code: 'one-transform-needed', count: 9 });
  });

  it('move an image as its author moved it: affine', () => {
    const image = imageOf('transforms/nitransforms/someones_anatomy.nii.gz');
    const expected = imageOf('transforms/nitransforms/expected-affine-RAS-linear.nii.gz');
    const affine = read(readSharedText('transforms/nitransforms/affine-RAS.itk.tfm'));
    const sample = sampleAtWorld(image);
    const difference = differenceFrom(expected, (point) => sample(applyMatrix(affine, point)));
    // Six-digit entries move samples by 1e-4 voxels, where neighbours differ by up to 200.
    expect(difference.mean).toBeLessThan(0.01);
    expect(difference.shareAbove(0.1)).toBeLessThan(1e-3);
  });

  it('move an image as its author moved it: displacement field', () => {
    const folder = 'transforms/itk-displacement-field';
    const result = readDisplacementField(readShared(`${folder}/1Warp.nii.gz`), '1Warp.nii.gz');
    if (!result.ok) throw new Error(result.problem.code);
    const [right, anterior, superior] = result.field.componentsMm;
    const expected = imageOf(`${folder}/expected-linear.nii.gz`);
    expectClose(result.field.grid.worldFromVoxel, expected.grid.worldFromVoxel, 1e-4);
    const sample = sampleAtWorld(imageOf(`${folder}/moving.nii.gz`));
    const difference = differenceFrom(expected, ([x, y, z], voxel) =>
      sample([x + right[voxel]!, y + anterior[voxel]!, z + superior[voxel]!]),
    );
    // The expected image was rounded to whole numbers.
    expect(difference.shareAbove(0.51)).toBeLessThan(1e-3);
    expect(difference.mean).toBeLessThan(0.3);
  });
});

/** How far an image is from values computed at its voxels' world points. */
function differenceFrom(expected: NiftiImage, valueAt: (point: Vec3, voxel: number) => number) {
  const [nx, ny] = expected.grid.sizeVoxels;
  const differences = Array.from(expected.values, (value, voxel) => {
    const index = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / nx / ny)] as const;
    const point = applyMatrix(expected.grid.worldFromVoxel, index);
    return Math.abs(valueAt(point, voxel) - value);
  });
  const count = differences.length;
  return {
    mean: differences.reduce((sum, difference) => sum + difference, 0) / count,
    shareAbove: (limit: number) => differences.filter((found) => found > limit).length / count,
  };
}
