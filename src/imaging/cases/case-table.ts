import { cellsOf, separatorOf } from '../csv-cells';
import type { CaseFacts } from '../synthesis/case-pairs';
import {
  type CaseFiles,
  type CasesResult,
  type ImageNames,
  imagesAmong,
  mostCases,
} from './case-files';

/** A line of a table of cases, names as they stand there. */
interface CaseRow {
  readonly line: number;
  readonly image: string;
  readonly labels: string;
  readonly split: string;
  readonly group: string;
}

const splits: Readonly<Record<string, CaseFacts['split']>> = {
  train: 'training',
  training: 'training',
  val: 'validation',
  validation: 'validation',
  test: 'test',
};

/**
 * Cases in the order of a table with columns `image`, and `labels`, `split` (training, validation, test) and `group` where it has them;
 * commas, semicolons or tabs. Names are those of files beside the table; where nothing is called so, the only file
 * of that name in any folder is meant.
 * @param names of the files that are there
 */
export function casesOfTable(table: string, text: string, names: readonly string[]): CasesResult {
  const read = rowsOf(text);
  if ('columns' in read) {
    return { ok: false, problem: { file: table, code: 'case-columns-missing', ...read } };
  }
  if (read.rows.length > mostCases) {
    return { ok: false, problem: { file: table, code: 'too-many-cases', limit: mostCases } };
  }
  const images = imagesAmong(names);
  const cases: CaseFiles[] = [];
  for (const { line, ...row } of read.rows) {
    const image = fileCalled(row.image, images);
    const labels = row.labels === '' ? undefined : fileCalled(row.labels, images);
    const missing = !image ? row.image : row.labels !== '' && !labels ? row.labels : undefined;
    if (!image || missing !== undefined) {
      const problem = { code: 'case-file-missing', line, name: missing ?? '' } as const;
      return { ok: false, problem: { file: table, ...problem } };
    }
    const split = splits[row.split.toLowerCase()];
    if (row.split !== '' && !split) {
      const problem = { code: 'case-split-unknown', line, found: row.split } as const;
      return { ok: false, problem: { file: table, ...problem } };
    }
    if (cases.some((one) => one.image[0] === image[0])) {
      const problem = { code: 'case-twice', line, name: row.image } as const;
      return { ok: false, problem: { file: table, ...problem } };
    }
    cases.push({
      image,
      ...(labels && { labels }),
      ...(split && { split }),
      ...(row.group !== '' && { group: row.group }),
    });
  }
  return { ok: true, cases };
}

/** The files that a table names, as they stand there. */
export function namesInTable(text: string): readonly string[] {
  const read = rowsOf(text);
  if ('columns' in read) return [];
  return read.rows.flatMap(({ image, labels }) => [image, labels]).filter((name) => name !== '');
}

function rowsOf(
  text: string,
): { readonly rows: readonly CaseRow[] } | { readonly columns: string } {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter((line) => line.text.trim() !== '' && !line.text.startsWith('#'));
  const header = lines.shift()?.text ?? '';
  const separator = separatorOf(header);
  const titles = cellsOf(header, separator).map((title) => title.toLowerCase());
  const place = (title: string) => titles.indexOf(title);
  const [image, labels, split, group] = ['image', 'labels', 'split', 'group'].map(place) as [
    number,
    number,
    number,
    number,
  ];
  if (image < 0) return { columns: titles.slice(0, 8).join(', ') };
  const rows = lines.map(({ line, text: own }) => {
    const cells = cellsOf(own, separator);
    const cell = (at: number) => (at < 0 ? '' : (cells[at] ?? ''));
    return {
      line,
      image: cell(image),
      labels: cell(labels),
      split: cell(split),
      group: cell(group),
    };
  });
  return { rows };
}

function fileCalled(name: string, images: readonly ImageNames[]): ImageNames | undefined {
  const plain = (path: string) => path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  const exact = images.find((files) => files.some((one) => one && plain(one) === plain(name)));
  if (exact) return exact;
  const base = plain(name).split('/').at(-1);
  const alike = images.filter((files) => files.some((one) => one?.split('/').at(-1) === base));
  return alike.length === 1 ? alike[0] : undefined;
}
