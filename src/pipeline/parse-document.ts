import { canonicalDocument } from './canonical-document';
import { describeJson, isJsonObject, type JsonObject } from './json';
import { documentLimits } from './limits';
import { migrateDocument } from './migrations';
import { paramProblems } from './param-problems';
import {
  type DocumentProblem,
  duplicateEdge,
  edgeNodeMissing,
  notADocument,
  schemaVersionMissing,
  schemaVersionNewer,
} from './problems';
import { readJson } from './read-json';
import { edgeEndPattern, type PipelineDocument, readingSchema, schemaVersion } from './schema';
import { problemsFromIssues } from './schema-problems';
import { sizeProblems } from './size-problems';

/** A document with the migrations that it went through, or all the reasons why there is none. */
export type ParseDocumentResult =
  | {
      readonly ok: true;
      readonly document: PipelineDocument;
      readonly migrated: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/**
 * The document that a text holds, in canonical order and in the newest form. The text is untrusted:
 * whatever it holds, this returns and never throws. Node types are not looked at.
 */
export function parseDocument(text: string): ParseDocumentResult {
  const read = readJson(text);
  if (!read.ok) return refuse(read.problems);
  if (!isJsonObject(read.value)) return refuse([notADocument(describeJson(read.value))]);

  const version = read.value.schemaVersion;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    return refuse([schemaVersionMissing(describeJson(version), schemaVersion)]);
  }
  if (version > schemaVersion) return refuse([schemaVersionNewer(version, schemaVersion)]);

  const { document, migrated } = migrateDocument(read.value, version);
  const overfull = sizeProblems(document);
  if (overfull.length > 0) return refuse(overfull);
  const checked = readingSchema.safeParse(document);
  const problems = [
    ...(checked.error ? problemsFromIssues(checked.error.issues, document) : []),
    ...paramProblems(document),
    ...edgeProblems(document),
  ];
  if (!checked.success || problems.length > 0) return refuse(problems);
  return { ok: true, document: canonicalDocument(checked.data), migrated };
}

function refuse(problems: readonly DocumentProblem[]): ParseDocumentResult {
  return { ok: false, problems: problems.slice(0, documentLimits.problems) };
}

/** Looks at whatever has the form of an edge, so that it can report beside the schema's problems. */
function edgeProblems(document: JsonObject): DocumentProblem[] {
  const { nodes, edges } = document;
  if (!isJsonObject(nodes) || !Array.isArray(edges)) return [];

  const problems: DocumentProblem[] = [];
  const seen = new Map<string, string>();
  for (const [index, edge] of edges.entries()) {
    if (!isJsonObject(edge)) continue;
    const path = `edges[${index}]`;
    for (const end of ['from', 'to'] as const) {
      const written = edge[end];
      // Only texts are looked at: an object of the file may have a `toString` of its own.
      const slug = typeof written === 'string' ? edgeEndPattern.exec(written)?.[1] : undefined;
      if (slug !== undefined && !Object.hasOwn(nodes, slug)) {
        problems.push(edgeNodeMissing(`${path}.${end}`, slug));
      }
    }
    if (typeof edge.from !== 'string' || typeof edge.to !== 'string') continue;
    const wire = JSON.stringify([edge.from, edge.to]);
    const first = seen.get(wire);
    if (first === undefined) seen.set(wire, path);
    else problems.push(duplicateEdge(path, first, edge.from, edge.to));
  }
  return problems;
}
