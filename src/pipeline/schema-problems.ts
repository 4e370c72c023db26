import type * as z from 'zod';
import { outOfRange, type Path, tooLong, tooMany, wrongForm, wrongType } from './field-problems';
import { describeJson, formatPath, isJsonObject, type JsonValue } from './json';
import { documentLimits } from './limits';
import type { DocumentProblem } from './problems';

type Issue = z.core.$ZodIssue;

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
  return issues.slice(0, documentLimits.problems).flatMap((issue) => fromIssue(issue, root));
}

function fromIssue(issue: Issue, root: JsonValue): DocumentProblem[] {
  const { path } = issue;
  const where = formatPath(path);
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'invalid_type':
      return [wrongType(path, found, kinds[issue.expected] ?? issue.expected)];
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
