import type { Vec3 } from '../frames';
import { mostPoints, namesOf, refused, type StatedResult } from './point-file';
import type { PointFrame } from './point-frame';

/** What 3D Slicer calls the frames of its files; 0 and 1 are those of its older ones. */
export function slicerFrame(text: unknown): PointFrame | undefined {
  switch (String(text).trim().toUpperCase()) {
    case 'RAS':
    case '0':
      return 'ras';
    case 'LPS':
    case '1':
      return 'lps';
    default:
      return undefined;
  }
}

/**
 * The control points of the first markup in a `.mrk.json` of 3D Slicer that have a place.
 * @param text of the file, which begins like JSON
 */
export function slicerMarkups(text: string): StatedResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refused({ code: 'not-points' });
  }
  const markup = list(member(parsed, 'markups'))[0];
  const points = list(member(markup, 'controlPoints'));
  if (markup === undefined) return refused({ code: 'not-points' });
  const unit = member(markup, 'coordinateUnits');
  if (unit !== undefined && unit !== 'mm') {
    return refused({ code: 'points-in-other-unit', found: String(unit).slice(0, 40) });
  }
  if (points.length > mostPoints) return refused({ code: 'too-many-points', limit: mostPoints });
  const rows: Vec3[] = [];
  const labels: string[] = [];
  for (const [index, point] of points.entries()) {
    const status = member(point, 'positionStatus');
    // A point that is only planned, or was taken away, has no place.
    if (status !== undefined && status !== 'defined') continue;
    const position = list(member(point, 'position'));
    const [x, y, z] = position;
    if (!isCoordinate(x) || !isCoordinate(y) || !isCoordinate(z) || position.length !== 3) {
      return refused({
        code: 'bad-point',
        line: index + 1,
        found: String(JSON.stringify(member(point, 'position'))).slice(0, 40),
      });
    }
    rows.push([x, y, z]);
    const label = member(point, 'label');
    labels.push(typeof label === 'string' ? label : '');
  }
  const named = namesOf(labels);
  if ('code' in named) return refused(named);
  const frame = slicerFrame(member(markup, 'coordinateSystem'));
  return { ok: true, stated: { frame, names: named.names, rows, isFlat: false } };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isCoordinate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(Math.fround(value));
}
