import { isJsonObject } from './json';
import type { PipelineDocument, PipelineEdge } from './schema';

const documentFields = [
  '$schema',
  'schemaVersion',
  'name',
  'description',
  'references',
  'expects',
  'nodes',
  'edges',
  'layout',
  'notes',
];
const nodeFields = ['type', 'version', 'title', 'note', 'params'];
const edgeFields = ['from', 'to'];
const referenceFields = ['text', 'doi', 'url'];
const stickyNoteFields = ['text', 'at'];

/**
 * The same document in its one order: the fields of the schema as the schema lists them, then all
 * other keys sorted, edges by their end and then their start, and whole numbers in the layout.
 * Two documents that mean the same are equal afterwards, the order of keys included.
 */
export function canonicalDocument(document: PipelineDocument): PipelineDocument {
  const ordered: PipelineDocument = {
    ...document,
    nodes: mapValues(document.nodes, (node) => sortKeys(node, nodeFields)),
    edges: document.edges.map((edge) => sortKeys(edge, edgeFields)).sort(compareEdges),
    layout: mapValues(document.layout, wholePosition),
    ...(document.references && {
      references: document.references.map((reference) => sortKeys(reference, referenceFields)),
    }),
    ...(document.notes && {
      notes: document.notes.map((note) =>
        sortKeys({ ...note, at: wholePosition(note.at) }, stickyNoteFields),
      ),
    }),
  };
  return withKeysInOrder(ordered, documentFields, (value, field) =>
    orderedHere.has(field) ? value : sortKeys(value),
  );
}

/** Fields whose members are ordered above, by rules of their own. */
const orderedHere = new Set(['references', 'nodes', 'edges', 'layout', 'notes']);

function sortKeys<Value>(value: Value, first: readonly string[] = []): Value {
  if (Array.isArray(value)) return value.map((item) => sortKeys(item)) as Value;
  if (!isJsonObject(value)) return value;
  return withKeysInOrder(value, first, (inner) => sortKeys(inner));
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return withKeysInOrder({ ...record }, [], (value) => change(value as Value));
}

function withKeysInOrder<Fields extends object>(
  fields: Fields,
  first: readonly string[],
  change: (value: unknown, key: string) => unknown,
): Fields {
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  const entries = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b))
    .map(([key, value]) => [key, change(value, key)]);
  return Object.fromEntries(entries) as Fields;
}

function compareEdges(a: PipelineEdge, b: PipelineEdge): number {
  return compareText(a.to, b.to) || compareText(a.from, b.from);
}

// By code unit: the order must not depend on the language of the machine.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function wholePosition([x, y]: readonly [number, number]): readonly [number, number] {
  // Adding zero turns a negative zero into zero.
  return [Math.round(x) + 0, Math.round(y) + 0];
}
