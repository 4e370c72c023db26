import type { ParamValue } from '../pipeline/schema';

/**
 * Marks that turn the direction of what follows, or stand unseen: a name with one of them can be read
 * as another. Letters of scripts that run from right to left need none.
 */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text from a recipe or of a file as a person may read it: marks of direction stand as `[U+202E]`. */
export function readable(text: string): string {
  return text.replace(
    directionMarks,
    (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/**
 * A parameter as the text of a field: empty where it is no scalar. A recipe may hold any value there,
 * an object with a `toString` of its own too, which `String` would call.
 */
export function fieldText(value: ParamValue | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value);
}
