import { isJsonObject, type JsonObject, type JsonValue } from './json';
import { type DocumentProblem, nodeVersionNewer, nodeVersionUnknown } from './problems';
import type { Params, PipelineDocument, PipelineNode } from './schema';

/** One step of the document's form, from `from` to `from + 1`. */
export interface DocumentMigration {
  readonly from: number;
  /** What changes, for the person whose file it is. */
  readonly summary: string;
  /** Pure. The document is not validated yet: what is not as expected is passed on untouched. */
  readonly migrate: (document: JsonObject) => JsonObject;
}

/** Every step, oldest first; the last one leads to `schemaVersion`. */
export const documentMigrations: readonly DocumentMigration[] = [
  {
    from: 0,
    summary: 'positions moved from the nodes to "layout", edges written as objects',
    migrate: namedEdgesAndLayout,
  },
];

/** The document in the newest form, with one sentence for each step that was needed. */
export function migrateDocument(
  document: JsonObject,
  version: number,
): { readonly document: JsonObject; readonly migrated: readonly string[] } {
  const steps = documentMigrations.filter((step) => step.from >= version);
  return {
    document: steps.reduce(
      (older, step) => ({ ...step.migrate(older), schemaVersion: step.from + 1 }),
      document,
    ),
    migrated: steps.map((step) => `Document ${step.from} to ${step.from + 1}: ${step.summary}.`),
  };
}

/** How the parameters of one node type reach its present version. */
export interface NodeMigrations {
  /** The present version of the node type. */
  readonly version: number;
  /** By the version that it starts from, a pure function to the next version's parameters. */
  readonly migrate: Readonly<Record<number, (params: Params) => Params>>;
}

/**
 * The document with every node of a known type at that type's present version. A node that cannot
 * be brought there is left as it is and reported; nodes of unknown types are left alone.
 */
export function migrateNodes(
  document: PipelineDocument,
  nodeMigrations: ReadonlyMap<string, NodeMigrations>,
): {
  readonly document: PipelineDocument;
  readonly migrated: readonly string[];
  readonly problems: readonly DocumentProblem[];
} {
  const migrated: string[] = [];
  const problems: DocumentProblem[] = [];

  function migrateNode(slug: string, node: PipelineNode): PipelineNode {
    const known = nodeMigrations.get(node.type);
    if (known === undefined || node.version === known.version) return node;
    if (node.version > known.version) {
      problems.push(nodeVersionNewer(slug, node.type, node.version, known.version));
      return node;
    }
    let params = node.params;
    for (let version = node.version; version < known.version; version++) {
      const step = known.migrate[version];
      if (step === undefined) {
        problems.push(nodeVersionUnknown(slug, node.type, node.version, known.version));
        return node;
      }
      params = step(params);
    }
    migrated.push(`Node "${slug}" (${node.type}) ${node.version} to ${known.version}.`);
    return { ...node, version: known.version, params };
  }

  const nodes = Object.fromEntries(
    Object.entries(document.nodes).map(([slug, node]) => [slug, migrateNode(slug, node)]),
  );
  return { document: { ...document, nodes }, migrated, problems };
}

function namedEdgesAndLayout(document: JsonObject): JsonObject {
  const { nodes, edges, ...rest } = document;
  if (!isJsonObject(nodes) || !Array.isArray(edges)) return document;

  const layout: Record<string, JsonValue> = {};
  const nodesWithoutPosition: Record<string, JsonValue> = {};
  for (const [slug, node] of Object.entries(nodes)) {
    if (!isJsonObject(node) || node.position === undefined) {
      nodesWithoutPosition[slug] = node;
      continue;
    }
    const { position, ...kept } = node;
    nodesWithoutPosition[slug] = kept;
    layout[slug] = Array.isArray(position) ? position.map(roundNumber) : position;
  }
  return {
    ...rest,
    nodes: nodesWithoutPosition,
    edges: edges.map((edge) => (isPair(edge) ? { from: edge[0], to: edge[1] } : edge)),
    layout,
  };
}

function roundNumber(value: JsonValue): JsonValue {
  return typeof value === 'number' ? Math.round(value) : value;
}

function isPair(value: JsonValue): value is readonly [JsonValue, JsonValue] {
  return Array.isArray(value) && value.length === 2;
}
