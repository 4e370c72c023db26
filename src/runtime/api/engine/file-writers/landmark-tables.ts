import { landmarkNames } from '../../../../imaging/points/landmark-names';
import type { FileWriter } from './file-writer';

/** Landmarks as a table that says its frame: name, and x, y, z in mm, RAS. */
export const landmarksCsv = {
  format: 'landmarks-csv',
  of: 'landmarks',
  endings: ['.csv'],
  write({ names, planes: [x, y, z] }) {
    const called = landmarkNames({ count: x.length, names });
    const rows = called.map((name, index) =>
      [quoted(name), ...[x, y, z].map((plane) => shortest(plane[index]))].join(','),
    );
    return new TextEncoder().encode(['name,x_ras,y_ras,z_ras', ...rows, ''].join('\n'));
  },
} as const satisfies FileWriter<'landmarks'>;

/** A float32 in as few digits as give it back. */
function shortest(value = Number.NaN): string {
  return String(Number(value.toPrecision(9)));
}

/** A name as a cell (RFC 4180), and never as the beginning of a comment. */
function quoted(name: string): string {
  return /[",;\t]|^#/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
