import type { CasesProblem, FileProblem } from '../image-problem';
import type { ProblemText } from '../problem-text';

const useTable = 'or add a table (.csv) with columns image and labels.';

/** The wording of refused files of cases, one a code. */
const texts: {
  readonly [Code in CasesProblem['code']]: (
    problem: Extract<CasesProblem, { readonly code: Code }>,
  ) => ProblemText;
} = {
  'not-cases': () => ({
    message: 'This is one file; several images were needed.',
    remedy: 'Choose several NIfTI files, a folder, a table that names them, or a zip of them.',
  }),
  'damaged-cases': () => ({
    message: 'The archive is damaged.',
    remedy: 'Download or copy the file again, or choose the files themselves.',
  }),
  'no-cases': () => ({
    message: 'There is no NIfTI image among the files.',
    remedy: 'Choose a folder or files that end in .nii, .nii.gz or .hdr and .img.',
  }),
  'too-many-cases': ({ limit }) => ({
    message: `There are more than ${limit} cases.`,
    remedy: 'Choose fewer of them.',
  }),
  'labels-without-image': ({ images }) => ({
    message:
      images.length === 0
        ? 'No image belongs to these labels by its name.'
        : `These labels may belong to ${images.slice(0, 3).join(' and ')}.`,
    remedy: `Name labels as their image, with _dseg or -labels at the end, ${useTable}`,
  }),
  'two-maps-of-labels': ({ labels }) => ({
    message: `The image has two maps of labels: ${labels.slice(0, 3).join(' and ')}.`,
    remedy: `Leave one of them out, ${useTable}`,
  }),
  'two-tables': ({ tables }) => ({
    message: `There are several tables: ${tables.slice(0, 3).join(', ')}.`,
    remedy: 'Leave the one that names the images.',
  }),
  'case-columns-missing': ({ columns }) => ({
    message: `The table has no column "image"; its columns are: ${columns}.`,
    remedy: 'Name the columns image, and if need be labels, split and group, in the first line.',
  }),
  'case-file-missing': ({ line, name }) => ({
    message: `Line ${line} names “${name}”, and no image is called so.`,
    remedy:
      'Give names as seen from the folder of the table, and choose these files along with it.',
  }),
  'case-split-unknown': ({ line, found }) => ({
    message: `Line ${line} says “${found}” for its split.`,
    remedy: 'Write training, validation or test, or leave it empty.',
  }),
  'case-twice': ({ line, name }) => ({
    message: `Line ${line} names “${name}” again.`,
    remedy: 'Leave one of the two lines.',
  }),
};

/** Whether a problem is one of cases. */
export function isAboutCases(problem: FileProblem): problem is CasesProblem {
  return Object.hasOwn(texts, problem.code);
}

/** What is wrong with files of cases, and what to do. */
export function casesProblemText(problem: CasesProblem): ProblemText {
  const text = texts[problem.code] as (problem: CasesProblem) => ProblemText;
  return text(problem);
}
