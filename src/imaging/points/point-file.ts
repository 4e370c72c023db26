import type { Vec3 } from '../frames';
import type { PointProblem } from '../image-problem';
import type { PointFrame } from './point-frame';

/** Which of the points of a file are read, and what their numbers are. */
export interface PointReading {
  /** A file may hold pairs, in columns that say so: the points of which image. */
  readonly set: 'only' | 'fixed' | 'moving';
  /** What the numbers are, where the file does not say it. */
  readonly coordinates: 'stated' | PointFrame;
}

/** What a file of points says, before it is placed in the world. */
export interface StatedPoints {
  /** Undefined where the file does not say what its numbers are. */
  readonly frame: PointFrame | undefined;
  /** One a point, none empty; undefined where the file names no point. */
  readonly names: readonly string[] | undefined;
  readonly rows: readonly Vec3[];
  /** True where the third number was not there, and is 0. */
  readonly isFlat: boolean;
}

/** A problem without the name of the file. */
export type PointFault = PointProblem extends infer Problem
  ? Problem extends unknown
    ? Omit<Problem, 'file'>
    : never
  : never;

export type StatedResult =
  | { readonly ok: true; readonly stated: StatedPoints }
  | { readonly ok: false; readonly fault: PointFault };

/** More points than anybody has placed by hand. */
export const mostPoints = 10_000;

/** Longer names are refused, not cut: two might become one. */
export const longestPointName = 80;

export function refused(fault: PointFault): { readonly ok: false; readonly fault: PointFault } {
  return { ok: false, fault };
}

/** A finite number that float32 can hold; undefined where the text is none. */
export function coordinateOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isFinite(Math.fround(number)) ? number : undefined;
}

/** Names as they are kept, on one line and without what cannot be seen: undefined where all are empty. */
export function namesOf(
  written: readonly string[],
): { readonly names: readonly string[] | undefined } | PointFault {
  const labels = written.map((label) => label.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim());
  if (labels.every((label) => label === '')) return { names: undefined };
  const seen = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) return { code: 'point-name-twice', name: label };
    if (label.length > longestPointName) {
      return { code: 'long-point-name', length: label.length, limit: longestPointName };
    }
    seen.add(label);
  }
  const empty = labels.indexOf('');
  return empty < 0 ? { names: labels } : { code: 'unnamed-point', point: empty + 1 };
}
