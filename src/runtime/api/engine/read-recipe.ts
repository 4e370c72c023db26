import { migrateNodes, type NodeMigrations } from '../../../pipeline/migrations';
import { type ParseDocumentResult, parseDocument } from '../../../pipeline/parse-document';
import type { NodeRegistry } from '../nodes/define-node';

/**
 * The recipe that a text holds, its nodes at today's versions, so that forms and settings meet today's
 * parameters. A node that cannot be brought there stays as it is: the engine says so at the node.
 */
export function readRecipe(text: string, registry: NodeRegistry): ParseDocumentResult {
  return withPresentNodes(parseDocument(text), registry);
}

/** The same of what has been parsed already, from a link or a picture. */
export function withPresentNodes(
  parsed: ParseDocumentResult,
  registry: NodeRegistry,
): ParseDocumentResult {
  if (!parsed.ok) return parsed;
  const { document, migrated } = migrateNodes(parsed.document, migrationsOf(registry));
  return { ...parsed, document, migrated: [...parsed.migrated, ...migrated] };
}

/** How the parameters of each node type that has changed are brought up to date. */
export function migrationsOf(registry: NodeRegistry): ReadonlyMap<string, NodeMigrations> {
  const migrations = new Map<string, NodeMigrations>();
  for (const [type, { version, migrations: migrate }] of registry) {
    if (migrate) migrations.set(type, { version, migrate });
  }
  return migrations;
}
