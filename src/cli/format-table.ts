/** How a column is set: numbers to the right. */
export type Alignment = 'left' | 'right';

/** Rows as lines of equal columns, two spaces between them and two before the first. */
export function formatTable(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string {
  const widths = alignments.map((_, column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return alignments[column] === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `  ${line}\n`).join('');
}

/** A number of bytes in the largest unit that keeps it above one. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** A number of operations in thousands, millions or billions. */
export function countText(count: number): string {
  const units = ['', ' k', ' M', ' G'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  return power === 0 ? String(count) : `${(count / 1000 ** power).toFixed(1)}${units[power]}`;
}

/** Seconds with as many digits as say something. */
export function secondsText(seconds: number): string {
  if (seconds >= 90) return wholeSecondsText(seconds);
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** Seconds rounded up, with minutes where there are some. */
export function wholeSecondsText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A metric or a loss with five significant digits. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(5)));
}
