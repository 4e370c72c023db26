import { type Path, tooLong, tooMany, wrongForm, wrongType } from './field-problems';
import { formatPath, isJsonObject, type JsonObject, type JsonValue } from './json';
import { documentLimits } from './limits';
import type { DocumentProblem } from './problems';

/**
 * What is wrong with the values of a document's parameters: the rule that `paramValueSchema`
 * publishes, by hand, so that a hostile file costs no more than a walk to its first
 * `documentLimits.problems` problems.
 */
export function paramProblems({ nodes }: JsonObject): readonly DocumentProblem[] {
  if (!isJsonObject(nodes)) return [];
  const problems: DocumentProblem[] = [];
  const isFull = (): boolean => problems.length >= documentLimits.problems;

  for (const [id, node] of Object.entries(nodes)) {
    if (isFull()) break;
    if (!isJsonObject(node) || !isJsonObject(node.params)) continue;
    visitFields(node.params, ['nodes', id, 'params']);
  }
  return problems;

  function visit(value: JsonValue, path: Path): void {
    if (typeof value === 'string') {
      if (value.length > documentLimits.paramCharacters) {
        problems.push(tooLong(formatPath(path), documentLimits.paramCharacters));
      }
    } else if (Array.isArray(value)) {
      visitItems(value, path);
    } else if (isJsonObject(value)) {
      const names = Object.keys(value);
      if (names.length > documentLimits.params) {
        problems.push(tooMany(formatPath(path), value, documentLimits.params));
        return;
      }
      for (const name of names) checkName(name, [...path, name]);
      visitFields(value, path);
    } else if (typeof value !== 'number' && typeof value !== 'boolean') {
      problems.push(wrongType(path, value, 'a number, true or false, a text, a list or an object'));
    }
  }

  function visitItems(items: readonly JsonValue[], path: Path): void {
    if (items.length > documentLimits.listItems) {
      problems.push(tooMany(formatPath(path), items, documentLimits.listItems));
      return;
    }
    for (const [index, item] of items.entries()) {
      if (isFull()) return;
      visit(item, [...path, index]);
    }
  }

  function visitFields(fields: JsonObject, path: Path): void {
    for (const [name, value] of Object.entries(fields)) {
      if (isFull()) return;
      visit(value, [...path, name]);
    }
  }

  function checkName(name: string, path: Path): void {
    const form =
      name.length === 0
        ? 'at least one character'
        : name.length > documentLimits.nameCharacters
          ? `at most ${documentLimits.nameCharacters} characters`
          : undefined;
    if (form !== undefined && !isFull()) {
      problems.push(wrongForm(formatPath(path), `The name ${JSON.stringify(name)}`, form));
    }
  }
}
