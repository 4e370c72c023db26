import { formatPath, type JsonObject, type JsonValue, shorten } from './json';
import { documentLimits } from './limits';
import {
  type DocumentProblem,
  duplicateKey,
  fileTooLarge,
  forbiddenKey,
  jsonSyntax,
  mergeConflict,
  nestedTooDeep,
  numberTooLarge,
} from './problems';

/** A JSON value, or every reason why the text does not hold one that may be used. */
export type ReadJsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordValues = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Ends the reading from any depth; it never leaves `readJson`. */
class Unreadable extends Error {
  readonly problem: DocumentProblem;
  constructor(problem: DocumentProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Reads strict JSON within `documentLimits`. Unlike `JSON.parse` it says line and column in every
 * engine, refuses a key that is written twice, keys such as `__proto__`, and numbers that overflow.
 * A negative zero is read as zero. Never throws.
 */
export function readJson(text: string): ReadJsonResult {
  const bytes = text.length > documentLimits.fileBytes ? text.length : utf8Bytes(text);
  if (bytes > documentLimits.fileBytes) return { ok: false, problems: [fileTooLarge(bytes)] };

  const problems: DocumentProblem[] = [];
  const path: (string | number)[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  try {
    const value = readValue();
    skipSpace();
    if (at < text.length) fail('the end of the file');
    return problems.length > 0 ? { ok: false, problems } : { ok: true, value };
  } catch (fault) {
    if (!(fault instanceof Unreadable)) throw fault;
    return { ok: false, problems: [...problems, fault.problem] };
  }

  function readValue(): JsonValue {
    skipSpace();
    const first = text[at];
    if (first === '{') return nested(readObject);
    if (first === '[') return nested(readList);
    if (first === '"') return readText();
    if (first !== undefined && /[-\d]/.test(first)) return readNumber();
    return readWord();
  }

  function nested<Value>(read: () => Value): Value {
    if (path.length >= documentLimits.nestingLevels) {
      throw new Unreadable(nestedTooDeep(line(), formatPath(path)));
    }
    at++;
    const value = read();
    at++;
    return value;
  }

  function readObject(): JsonObject {
    const fields = new Map<string, JsonValue>();
    skipSpace();
    if (text[at] === '}') return {};
    for (;;) {
      skipSpace();
      if (text[at] === '}') fail('another field after the comma');
      if (text[at] !== '"') fail('a name in double quotes');
      const key = readText();
      path.push(key);
      if (forbiddenKeys.has(key)) report((where) => forbiddenKey(line(), where, key));
      if (fields.has(key)) report((where) => duplicateKey(line(), where, key));
      skipSpace();
      if (text[at] !== ':') fail('a colon');
      at++;
      fields.set(key, readValue());
      path.pop();
      skipSpace();
      if (text[at] === '}') return Object.fromEntries(fields);
      if (text[at] !== ',') fail('a comma or a closing brace');
      at++;
    }
  }

  function readList(): JsonValue[] {
    const items: JsonValue[] = [];
    skipSpace();
    if (text[at] === ']') return items;
    for (;;) {
      skipSpace();
      if (text[at] === ']') fail('another item after the comma');
      path.push(items.length);
      items.push(readValue());
      path.pop();
      skipSpace();
      if (text[at] === ']') return items;
      if (text[at] !== ',') fail('a comma or a closing bracket');
      at++;
    }
  }

  function readText(): string {
    const start = at;
    at++;
    while (at < text.length && text[at] !== '"' && text[at] !== '\n') {
      at += text[at] === '\\' ? 2 : 1;
    }
    if (text[at] !== '"') {
      at = Math.min(at, text.length);
      fail('a closing double quote');
    }
    at++;
    try {
      return JSON.parse(text.slice(start, at)) as string;
    } catch {
      at = start;
      return fail('a text with valid escapes and no control characters');
    }
  }

  function readNumber(): number {
    numberPattern.lastIndex = at;
    const written = numberPattern.exec(text)?.[0];
    if (written === undefined) return fail('a number');
    const value = Number(written);
    if (!Number.isFinite(value)) report((where) => numberTooLarge(line(), where, written));
    at += written.length;
    return value === 0 ? 0 : value;
  }

  function readWord(): JsonValue {
    for (const [word, value] of wordValues) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    return fail('a value');
  }

  function skipSpace(): void {
    while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
  }

  function report(problem: (path: string) => DocumentProblem): void {
    if (problems.length < documentLimits.problems) problems.push(problem(formatPath(path)));
  }

  function line(): number {
    return text.slice(0, at).split('\n').length;
  }

  function fail(expected: string): never {
    const lineStart = text.lastIndexOf('\n', at - 1) + 1;
    if (/^(<{7}|={7}|>{7}|\|{7})/.test(text.slice(lineStart, lineStart + 7))) {
      throw new Unreadable(mergeConflict(line()));
    }
    const word = /\w+|./su.exec(text.slice(at, at + 40));
    const found = word ? shorten(word[0]) : 'the end of the file';
    throw new Unreadable(jsonSyntax(line(), at - lineStart + 1, expected, found));
  }
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
