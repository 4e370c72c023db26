import { type Alignment, formatTable } from '../src/cli/format-table';

/** One table of the report. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Lines under the table. */
  readonly notes?: readonly string[];
  /** Answers that were wrong: the times beside them mean nothing. */
  readonly failures?: readonly string[];
  /** The same as numbers, for the JSON file. */
  readonly data: unknown;
}

/** A section as text: the first column to the left, the others to the right. */
export function formatSection({
  title,
  columns,
  rows,
  notes = [],
  failures = [],
}: Section): string {
  const alignments = columns.map((_, index): Alignment => (index === 0 ? 'left' : 'right'));
  const table = rows.length === 0 ? '' : formatTable([columns, ...rows], alignments);
  const below = [...notes, ...failures.map((failure) => `WRONG: ${failure}`)];
  return `\n${title}\n${table}${below.map((line) => `  ${line}\n`).join('')}`;
}

/** Milliseconds with three significant digits. */
export function msText(seconds: number): string {
  return `${Number((1000 * seconds).toPrecision(3))} ms`;
}

/** A fraction as a whole percentage. */
export function percentText(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(0)} %` : '-';
}

/** Memory traffic in 10⁹ bytes a second. */
export function bandwidthText(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e9).toFixed(1)} GB/s`;
}
