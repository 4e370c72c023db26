import { canonicalDocument } from '../../pipeline/canonical-document';
import { migrateNodes } from '../../pipeline/migrations';
import { parseDocument } from '../../pipeline/parse-document';
import type { PipelineDocument } from '../../pipeline/schema';
import type { Diagnostic } from '../api/engine/diagnostics';
import { messages } from '../api/engine/messages';
import { migrationsOf } from '../api/engine/read-recipe';
import type { NodeRegistry } from '../api/nodes/define-node';

export interface Parsed {
  /** Absent where the text is no document. */
  readonly document?: PipelineDocument;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text → document of today's version, its nodes migrated to the registry's versions. */
export function parse(text: string, registry: NodeRegistry): Parsed {
  const result = parseDocument(text);
  if (!result.ok) {
    return {
      diagnostics: result.problems.map((problem) =>
        messages.document(problem.path, problem.message, problem.remedy),
      ),
    };
  }
  const migrated = migrateNodes(result.document, migrationsOf(registry));
  return {
    document: canonicalDocument(migrated.document),
    // That a node is newer is said by `validate`, at the node.
    diagnostics: migrated.problems
      .filter(({ code }) => code !== 'node-version-newer')
      .map((problem) => messages.document(problem.path, problem.message, problem.remedy)),
  };
}
