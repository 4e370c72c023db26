import type * as z from 'zod';
import { describeJson, formatPath, isJsonObject, type JsonValue } from './json';
import type { DocumentProblem } from './problems';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list [x, y]',
  record: 'an object',
  object: 'an object',
};

/** What Zod found in `root`, in words for the person who wrote the file. */
export function problemsFromIssues(issues: readonly Issue[], root: JsonValue): DocumentProblem[] {
  return issues.flatMap((issue) => fromIssue(issue, [], root));
}

function fromIssue(issue: Issue, prefix: Path, root: JsonValue): DocumentProblem[] {
  const path = [...prefix, ...issue.path];
  const where = formatPath(path);
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'invalid_type':
      return [wrongType(path, found, kinds[issue.expected] ?? issue.expected)];
    case 'invalid_union': {
      // The options differ in their kind, so at most one fails anywhere but at its own top.
      const entered = issue.errors.find((branch) => branch.every((inner) => !failsAtTop(inner)));
      return entered
        ? entered.flatMap((inner) => fromIssue(inner, path, root))
        : [wrongType(path, found, 'a number, true or false, a text, a list or an object')];
    }
    case 'invalid_key':
      return [wrongForm(where, `The name ${JSON.stringify(path.at(-1))}`, formOf(issue.issues))];
    case 'invalid_format':
      return [wrongForm(where, `${where} is ${describeJson(found)}; it`, issue.message)];
    case 'too_big':
      return [
        issue.origin === 'string'
          ? tooLong(where, Number(issue.maximum))
          : issue.origin === 'array'
            ? tooMany(where, found, Number(issue.maximum))
            : outOfRange(where, found, `at most ${issue.maximum}`),
      ];
    case 'too_small':
      return [
        issue.origin === 'string'
          ? {
              code: 'field-missing',
              path: where,
              message: `${where} is empty.`,
              remedy: 'Write at least one character.',
            }
          : issue.origin === 'array'
            ? wrongType(path, found, 'a list [x, y]')
            : outOfRange(where, found, `at least ${issue.minimum}`),
      ];
    case 'custom':
      return [tooMany(where, found, Number(issue.params?.most))];
    default:
      return [
        {
          code: 'field-type',
          path: where,
          message: `${where} is ${describeJson(found)}, which is refused: ${issue.message}.`,
          remedy: 'Compare it with schema/weft-pipeline.schema.json.',
        },
      ];
  }
}

function wrongType(path: Path, found: unknown, needed: string): DocumentProblem {
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

function wrongForm(where: string, subject: string, form: string): DocumentProblem {
  return {
    code: 'field-form',
    path: where,
    message: `${subject} must be ${form}.`,
    remedy: `Write ${form}.`,
  };
}

function outOfRange(where: string, found: unknown, needed: string): DocumentProblem {
  return {
    code: 'field-range',
    path: where,
    message: `${where} is ${describeJson(found)}; it must be ${needed}.`,
    remedy: `Write a number that is ${needed}.`,
  };
}

function tooLong(where: string, most: number): DocumentProblem {
  return {
    code: 'too-long',
    path: where,
    message: `${where} has more than ${most} characters.`,
    remedy: 'Shorten it.',
  };
}

function tooMany(where: string, found: unknown, most: number): DocumentProblem {
  const count = typeof found === 'object' && found !== null ? Object.keys(found).length : 0;
  return {
    code: 'too-many',
    path: where,
    message: `${where} has ${count} entries; at most ${most} are read.`,
    remedy: 'Remove some, or split the recipe into two.',
  };
}

function failsAtTop(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function formOf(issues: readonly Issue[]): string {
  const issue = issues[0];
  if (issue?.code === 'too_big') return `at most ${issue.maximum} characters`;
  return issue?.code === 'too_small' ? 'at least one character' : (issue?.message ?? 'a name');
}

function valueAt(root: JsonValue, path: Path): unknown {
  let value: unknown = root;
  for (const step of path) {
    if (!isJsonObject(value) && !Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  }
  return value;
}
