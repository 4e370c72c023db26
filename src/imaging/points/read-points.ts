import type { PointProblem } from '../image-problem';
import { csvPoints } from './csv-points';
import { elastixPoints } from './elastix-points';
import { mostPoints, type PointReading, type StatedPoints, type StatedResult } from './point-file';
import { slicerMarkups } from './slicer-points';

/** Points of a file in a frame of ours. */
export interface StoredPoints {
  /** One a point, in its order; undefined where the file names no point. */
  readonly names: readonly string[] | undefined;
  /** Of the world (RAS+) in mm, or `voxels` of an image, counted from 0 at the centre of the first one. */
  readonly unit: 'mm' | 'voxels';
  /** x, y, z: one number a point. */
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
}

export type PointsResult =
  | { readonly ok: true; readonly points: StoredPoints }
  | { readonly ok: false; readonly problem: PointProblem };

/** Longer than any file of so many points. */
const longestFileBytes = 2 ** 23;

/**
 * Reads points of any format that is known: elastix (`point` or `index`), 3D Slicer (`.fcsv`, `.mrk.json`), a CSV table with
 * named columns. What it is shows in its content. LPS becomes RAS. Bytes are untrusted. What the numbers are is never
 * guessed: where the file does not say it, `reading` has to, and what both say has to be the same.
 */
export function readPointFile(
  bytes: Uint8Array,
  name: string,
  reading: PointReading,
): PointsResult {
  const result = placed(statedBy(bytes, reading), reading);
  return result.ok ? result : { ok: false, problem: { file: name, ...result.fault } };
}

function statedBy(bytes: Uint8Array, { set }: PointReading): StatedResult {
  if (bytes.length > longestFileBytes) {
    return { ok: false, fault: { code: 'too-many-points', limit: mostPoints } };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, fault: { code: 'not-points' } };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a text has none of them.
  if (/[\0-\x08\x0e-\x1f\x7f]/.test(text)) return { ok: false, fault: { code: 'not-points' } };
  if (text.trimStart().startsWith('{')) return slicerMarkups(text);
  const lines = text.split(/\r\n|\r|\n/);
  return /^\s*(point|index)\s*$/i.test(lines[0] ?? '')
    ? elastixPoints(lines)
    : csvPoints(lines, set);
}

type Placed =
  | { readonly ok: true; readonly points: StoredPoints }
  | Extract<StatedResult, { ok: false }>;

function placed(read: StatedResult, { coordinates }: PointReading): Placed {
  if (!read.ok) return read;
  const { frame: stated, names, rows, isFlat } = read.stated;
  if (rows.length === 0) return { ok: false, fault: { code: 'no-points' } };
  const frame = coordinates === 'stated' ? stated : coordinates;
  if (frame === undefined) return { ok: false, fault: { code: 'points-frame-unstated' } };
  if (stated !== undefined && stated !== frame) {
    return { ok: false, fault: { code: 'points-frame-contradicted', stated, asked: frame } };
  }
  if (isFlat && frame !== 'voxels') return { ok: false, fault: { code: 'flat-points' } };
  return {
    ok: true,
    points: { names, unit: frame === 'voxels' ? 'voxels' : 'mm', planes: planesOf(rows, frame) },
  };
}

function planesOf(rows: StatedPoints['rows'], frame: string): StoredPoints['planes'] {
  // From LPS to RAS the first two axes turn round; −0 would be written as such.
  const sign = frame === 'lps' ? -1 : 1;
  return [
    Float32Array.from(rows, ([x]) => sign * x + 0),
    Float32Array.from(rows, ([, y]) => sign * y + 0),
    Float32Array.from(rows, ([, , z]) => z),
  ];
}
