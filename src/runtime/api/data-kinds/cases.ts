import type { PackedCase } from '../../../imaging/cases/read-cases';
import { defineDataKind } from './define-data-kind';

/** Many images, some with labels: what is known of them before any is read. */
export interface CasesValue {
  readonly kind: 'cases';
  readonly count: number;
  /** How many have labels. */
  readonly labelled: number;
}

export interface ComputedCases {
  readonly kind: 'cases';
  readonly cases: readonly PackedCase[];
}

/** Brought by a loader and read, one after the other, by the node that makes a dataset of them: plans see none. */
export const casesKind = defineDataKind<CasesValue, ComputedCases>({
  traits: { isPlural: true },
  mapParts: (value) => value,
  // Of what is handed on to be read the session keeps the files themselves.
  toNumbers: () => ({ kind: 'cases', cases: [] }),
  fromNumbers: ({ kind, cases }) => ({
    kind,
    count: cases.length,
    labelled: cases.filter(({ isLabelled }) => isLabelled).length,
  }),
  asTable: ({ cases }) => [
    { name: 'cases', value: cases.length },
    { name: 'labelled', value: cases.filter(({ isLabelled }) => isLabelled).length },
  ],
  file: {
    accept: '.nii,.gz,.nii.gz,.hdr,.img,.csv,.tsv,.zip,application/gzip,application/zip,text/csv',
    call: 'Choose images',
    aside: ': several files at once, a table of them, or a zip',
    takesMany: true,
  },
  describe: ({ count, labelled }) =>
    `${count} cases, ${labelled === 0 ? 'no labels' : `${labelled} with labels`}`,
});
