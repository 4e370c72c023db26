import { describeJson, formatPath } from './json';
import type { DocumentProblem } from './problems';

/** Where a value stands in a document: names of fields and places in lists. */
export type Path = readonly PropertyKey[];

/** Another kind of value than a field takes, or none at all; `needed` completes "must be …". */
export function wrongType(path: Path, found: unknown, needed: string): DocumentProblem {
  const where = formatPath(path);
  if (found === undefined) {
    return {
      code: 'field-missing',
      path: where,
      message: `${where} is missing; it must be ${needed}.`,
      remedy: `Add "${String(path.at(-1))}" to ${formatPath(path.slice(0, -1)) || 'the recipe'}.`,
    };
  }
  return {
    code: 'field-type',
    path: where,
    message: `${where} is ${describeJson(found)}; it must be ${needed}.`,
    remedy: `Replace it by ${needed}.`,
  };
}

/** A text of another form than a field takes; `subject` begins the sentence. */
export function wrongForm(where: string, subject: string, form: string): DocumentProblem {
  return {
    code: 'field-form',
    path: where,
    message: `${subject} must be ${form}.`,
    remedy: `Write ${form}.`,
  };
}

/** A number out of its bounds; `needed` names them. */
export function outOfRange(where: string, found: unknown, needed: string): DocumentProblem {
  return {
    code: 'field-range',
    path: where,
    message: `${where} is ${describeJson(found)}; it must be ${needed}.`,
    remedy: `Write a number that is ${needed}.`,
  };
}

/** A text of more than `most` characters. */
export function tooLong(where: string, most: number): DocumentProblem {
  return {
    code: 'too-long',
    path: where,
    message: `${where} has more than ${most} characters.`,
    remedy: 'Shorten it.',
  };
}

/** A list or an object of more than `most` entries. */
export function tooMany(where: string, found: unknown, most: number): DocumentProblem {
  const count = typeof found === 'object' && found !== null ? Object.keys(found).length : 0;
  return {
    code: 'too-many',
    path: where,
    message: `${where} has ${count} entries; at most ${most} are read.`,
    remedy: 'Remove some, or split the recipe into two.',
  };
}
