import type { Vec3 } from '../frames';
import { coordinateOf, mostPoints, refused, type StatedResult } from './point-file';

/**
 * Points as elastix and transformix read them: `point` (world mm, ITK's LPS) or `index` (voxels), their number, then
 * a point a line of two or three numbers.
 * @param lines of the file, the first of which says `point` or `index`
 */
export function elastixPoints(lines: readonly string[]): StatedResult {
  const kind = lines[0]?.trim().toLowerCase();
  const stated = Number(lines[1]?.trim());
  if (stated > mostPoints) return refused({ code: 'too-many-points', limit: mostPoints });
  const rows: Vec3[] = [];
  let isFlat = false;
  for (const [index, line] of lines.entries()) {
    if (index < 2 || line.trim() === '') continue;
    const words = line.trim().split(/\s+/);
    const numbers = words.map(coordinateOf);
    const [x, y, z] = numbers;
    const isRight = words.length === 2 || words.length === 3;
    if (!isRight || x === undefined || y === undefined || numbers.includes(undefined)) {
      return refused({ code: 'bad-point', line: index + 1, found: line.trim().slice(0, 40) });
    }
    if (rows.length >= mostPoints) return refused({ code: 'too-many-points', limit: mostPoints });
    isFlat ||= z === undefined;
    rows.push([x, y, z ?? 0]);
  }
  if (rows.length !== stated) {
    return refused({ code: 'point-count-differs', stated, found: rows.length });
  }
  const frame = kind === 'index' ? 'voxels' : 'lps';
  return { ok: true, stated: { frame, names: undefined, rows, isFlat } };
}
