import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../../src/pipeline/schema';

/** Where the stored documents lie. */
export const fixtureFolder = fileURLToPath(new URL('fixtures', import.meta.url));

/** The text of a stored document, named without `.json`. */
export function readFixture(name: string): string {
  return readFileSync(`${fixtureFolder}/${name}.json`, 'utf8');
}

/** A stored document, parsed; throws where it is refused. */
export function parsedFixture(name: string): PipelineDocument {
  const parsed = parseDocument(readFixture(name));
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  return parsed.document;
}
