import { type Path, tooMany } from './field-problems';
import { formatPath, isJsonObject, type JsonObject, type JsonValue } from './json';
import { documentLimits } from './limits';
import { type DocumentProblem, tooManyLoaders } from './problems';

/**
 * Lists and objects of a document with more entries than are read. It comes before everything that
 * looks into them, so that a hostile file is not walked entry by entry only to be refused.
 */
export function sizeProblems(document: JsonObject): readonly DocumentProblem[] {
  const { nodes, expects } = document;
  const problems = [
    ...overfull(document, 'nodes', documentLimits.nodes),
    ...overfull(document, 'edges', documentLimits.edges),
    ...overfull(document, 'layout', documentLimits.nodes),
    ...overfull(document, 'notes', documentLimits.stickyNotes),
    ...overfull(document, 'references', documentLimits.references),
    ...(isJsonObject(expects)
      ? overfull(expects, 'metrics', documentLimits.expectedMetrics, ['expects'])
      : []),
  ];
  if (problems.length > 0 || !isJsonObject(nodes)) return problems;
  const loaders = Object.values(nodes).filter(isLoader).length;
  if (loaders > documentLimits.loaders) return [tooManyLoaders(loaders)];
  return Object.entries(nodes).flatMap(([id, node]) =>
    isJsonObject(node) ? overfull(node, 'params', documentLimits.params, ['nodes', id]) : [],
  );
}

/** By its section, as no node type is known here. */
function isLoader(node: JsonValue): boolean {
  return isJsonObject(node) && typeof node.type === 'string' && node.type.startsWith('load.');
}

function overfull(
  parent: JsonObject,
  field: string,
  most: number,
  above: Path = [],
): readonly DocumentProblem[] {
  const value = parent[field];
  if (!isJsonObject(value) && !Array.isArray(value)) return [];
  const isOver = Object.keys(value).length > most;
  return isOver ? [tooMany(formatPath([...above, field]), value, most)] : [];
}
