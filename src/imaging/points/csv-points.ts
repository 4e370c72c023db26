import { cellsOf, separatorOf } from '../csv-cells';
import type { Vec3 } from '../frames';
import {
  coordinateOf,
  mostPoints,
  namesOf,
  type PointReading,
  refused,
  type StatedResult,
} from './point-file';
import type { PointFrame } from './point-frame';
import { slicerFrame } from './slicer-points';

/** A column of coordinates, as its name says: `fixed_x`, `y`, `moving z (LPS)`, `x_voxels`. */
interface Column {
  readonly set: 'only' | 'fixed' | 'moving';
  readonly axis: 'x' | 'y' | 'z';
  readonly frame: PointFrame | undefined;
}

const columnPattern = /^(fixed|moving)?([xyz])(ras|lps|voxels?|index)?(mm)?$/;
const nameColumns = ['label', 'name', 'landmark', 'id', ''];

/**
 * Points of a table with a header: `x`, `y`, `z`, or `fixed_x` … and `moving_x` … for pairs, and `label`, `name` or `id`. What
 * the numbers are stands in the columns' names (`x_lps`), or in a comment `# CoordinateSystem = LPS`, as in the
 * `.fcsv` of 3D Slicer. Commas, semicolons or tabs.
 */
export function csvPoints(lines: readonly string[], set: PointReading['set']): StatedResult {
  const comments = lines.filter((line) => line.startsWith('#'));
  const commented = (key: string): string | undefined =>
    comments
      .map((line) => new RegExp(`^#\\s*${key}\\s*=(.*)$`, 'i').exec(line)?.[1])
      .find((text) => text !== undefined);
  const columns = commented('columns');
  const body = lines
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text }) => text.trim() !== '' && !text.startsWith('#'));
  const header = columns ?? body.shift()?.text ?? '';
  const separator = columns === undefined ? separatorOf(header) : ',';
  const titles = cellsOf(header, separator);
  const found = titles.map(columnOf);
  const sets = new Set(found.flatMap((column) => column?.set ?? []));
  if (sets.size === 0) {
    return refused({ code: 'point-columns-missing', columns: titles.slice(0, 8).join(', ') });
  }
  if (set === 'only' && !sets.has('only')) return refused({ code: 'two-point-sets' });
  if (!sets.has(set)) return refused({ code: 'no-such-point-set', asked: set });
  const place = (axis: Column['axis']): number =>
    found.findIndex((column) => column?.set === set && column.axis === axis);
  const [px, py, pz] = [place('x'), place('y'), place('z')];
  if (px < 0 || py < 0) {
    return refused({ code: 'point-columns-missing', columns: titles.slice(0, 8).join(', ') });
  }
  const frames = new Set(found.flatMap((column) => (column?.set === set ? column.frame : [])));
  if (frames.size > 1) return refused({ code: 'points-in-two-frames' });
  const [titled] = frames;
  const said = slicerFrame(commented('CoordinateSystem'));
  if (titled !== undefined && said !== undefined && titled !== said) {
    return refused({ code: 'points-in-two-frames' });
  }
  const lower = titles.map((title) => title.toLowerCase());
  const named = nameColumns.map((title) => lower.indexOf(title)).find((index) => index >= 0);
  if (body.length > mostPoints) return refused({ code: 'too-many-points', limit: mostPoints });
  const rows: Vec3[] = [];
  const labels: string[] = [];
  for (const { text, line } of body) {
    const cells = cellsOf(text, separator);
    const x = coordinateOf(cells[px]);
    const y = coordinateOf(cells[py]);
    const z = pz < 0 ? 0 : coordinateOf(cells[pz]);
    if (x === undefined || y === undefined || z === undefined) {
      return refused({ code: 'bad-point', line, found: text.trim().slice(0, 40) });
    }
    rows.push([x, y, z]);
    labels.push(named === undefined ? '' : (cells[named] ?? ''));
  }
  const names = namesOf(labels);
  if ('code' in names) return refused(names);
  return {
    ok: true,
    stated: { frame: titled ?? said, names: names.names, rows, isFlat: pz < 0 },
  };
}

function columnOf(title: string): Column | undefined {
  const [, set = 'only', axis, frame] =
    columnPattern.exec(title.toLowerCase().replace(/[\s_.()[\]-]+/g, '')) ?? [];
  if (axis === undefined) return undefined;
  return {
    set: set as Column['set'],
    axis: axis as Column['axis'],
    frame: frame === undefined ? undefined : frame === 'ras' || frame === 'lps' ? frame : 'voxels',
  };
}
