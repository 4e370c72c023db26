import { readFileSync, writeFileSync } from 'node:fs';
import { nodeRegistry } from '../src/nodes/index';
import { parseDocument } from '../src/pipeline/parse-document';
import type { PipelineDocument } from '../src/pipeline/schema';
import { writeDocument } from '../src/pipeline/write-document';
import { layoutInColumns } from './layout-in-columns';

// Brings recipes written by hand into the form in which they are shipped: every parameter written out, every card in
// its place where one of them has none, canonical text. `node scripts/run.mjs scripts/tidy-recipe.ts FILE …`

for (const path of process.argv.slice(2).filter((argument) => argument.endsWith('.json'))) {
  const parsed = parseDocument(readFileSync(path, 'utf8'));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  writeFileSync(path, writeDocument(placed(withDefaults(parsed.document))));
  console.log(path);
}

function withDefaults(document: PipelineDocument): PipelineDocument {
  const nodes = Object.entries(document.nodes).map(([id, node]) => {
    const definition = nodeRegistry.get(node.type);
    if (!definition) throw new Error(`${id}: there is no node "${node.type}".`);
    const params = definition.params.parse(node.params) as typeof node.params;
    return [id, { ...node, version: definition.version, params }] as const;
  });
  return { ...document, nodes: Object.fromEntries(nodes) };
}

/** Where cards have no place: in columns from left to right. */
function placed(document: PipelineDocument): PipelineDocument {
  const ids = Object.keys(document.nodes);
  if (ids.every((id) => document.layout[id])) return document;
  return { ...document, layout: layoutInColumns(document, nodeRegistry) };
}
