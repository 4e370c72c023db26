import type { FileProblem, PointProblem } from '../image-problem';
import type { ProblemText } from '../problem-text';
import type { PointFrame } from './point-frame';

const frameNames: Readonly<Record<PointFrame, string>> = {
  ras: 'mm of the world, RAS',
  lps: 'mm of the world, LPS',
  voxels: 'voxels of an image',
};

/** The wording of a refused file of points, one a code. */
const texts: {
  readonly [Code in PointProblem['code']]: (
    problem: Extract<PointProblem, { readonly code: Code }>,
  ) => ProblemText;
} = {
  'not-points': () => ({
    message: 'The content is no list of points that is known here.',
    remedy:
      'Choose a CSV table with named columns (x, y, z), a point file of elastix, or an .fcsv or .mrk.json of 3D Slicer.',
  }),
  'no-points': () => ({
    message: 'The file holds no point.',
    remedy: 'Choose a file that has a point a line.',
  }),
  'too-many-points': ({ limit }) => ({
    message: `The file holds more than ${limit} points.`,
    remedy: 'Choose fewer landmarks.',
  }),
  'bad-point': ({ line, found }) => ({
    message: `Line or point ${line} has no finite coordinates where they should be: “${found}”.`,
    remedy: 'Write numbers with a point, such as -12.5, in every column of coordinates.',
  }),
  'flat-points': () => ({
    message: 'The points have x and y alone, and lie in the world, which has three axes.',
    remedy: 'Add a column z; only points that are counted in voxels of a slice do without.',
  }),
  'point-count-differs': ({ stated, found }) => ({
    message: `The file says that it holds ${Number.isFinite(stated) ? stated : 'some'} points, and holds ${found}.`,
    remedy: 'Correct the number in the second line, or copy the file again: it may be cut short.',
  }),
  'point-columns-missing': ({ columns }) => ({
    message: `The first line names no columns x, y and z (it has: ${columns}).`,
    remedy:
      'Name the columns: x, y, z, or fixed_x … and moving_x … for pairs; name or id for what the points are called.',
  }),
  'two-point-sets': () => ({
    message: 'The file holds pairs of points: those of the fixed and those of the moving image.',
    remedy:
      'Choose with “Columns” which of them this node loads, and load the others with another.',
  }),
  'no-such-point-set': ({ asked }) => ({
    message:
      asked === 'only'
        ? 'The file has no plain columns x, y and z.'
        : `The file has no columns ${asked}_x, ${asked}_y and ${asked}_z.`,
    remedy: 'Choose other “Columns”, or name the columns of the file so.',
  }),
  'point-name-twice': ({ name }) => ({
    message: `Two points are called “${name}”.`,
    remedy:
      'Give every point a name of its own, or leave out the names: points then pair by their order.',
  }),
  'long-point-name': ({ length, limit }) => ({
    message: `A point has a name of ${length} letters; ${limit} were expected at most.`,
    remedy: 'Shorten the name.',
  }),
  'unnamed-point': ({ point }) => ({
    message: `Point ${point} has no name, and others have one.`,
    remedy: 'Name all points, or none.',
  }),
  'points-frame-unstated': () => ({
    message: 'The file does not say what its numbers are.',
    remedy:
      'Choose it with “Coordinates”: RAS or LPS in mm, or voxels. ITK and DICOM write LPS, NIfTI and Slicer’s display RAS.',
  }),
  'points-frame-contradicted': ({ stated, asked }) => ({
    message: `The file says that its numbers are ${frameNames[stated]}; “Coordinates” says ${frameNames[asked]}.`,
    remedy: 'Set “Coordinates” to “stated”.',
  }),
  'points-in-two-frames': () => ({
    message: 'The file says two things of what its numbers are.',
    remedy: 'Name all columns of coordinates alike, for example x_lps, y_lps, z_lps.',
  }),
  'points-in-other-unit': ({ found }) => ({
    message: `The points are in “${found}”; mm were expected.`,
    remedy: 'Save them in mm.',
  }),
};

/** Whether a refused file was read as points. */
export function isAboutPoints(problem: FileProblem): problem is PointProblem {
  return Object.hasOwn(texts, problem.code);
}

/** What is wrong with a file of points, without its name, and what to do. */
export function pointProblemText(problem: PointProblem): ProblemText {
  // A problem and the wording of its own code always fit; TypeScript cannot say so of a union.
  return (texts[problem.code] as (problem: PointProblem) => ProblemText)(problem);
}
