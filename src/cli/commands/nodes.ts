import * as z from 'zod';
import { nodeRegistry } from '../../nodes/index';
import { type NodeDefinition, sections } from '../../runtime/api/nodes/define-node';
import type { Arguments } from '../arguments';
import { type ExitStatus, exitStatus } from '../exit-status';
import { formatTable } from '../format-table';
import type { Host } from '../host';
import { jsonText } from '../manifest';

/** `weft nodes`: the catalogue, as a table by section or as JSON with all ports and parameters. */
export async function nodes({ json }: Arguments, { terminal }: Host): Promise<ExitStatus> {
  const definitions = [...nodeRegistry.values()];
  terminal.out(json ? jsonText(definitions.map(catalogueEntry)) : catalogueTable(definitions));
  return exitStatus.done;
}

function catalogueTable(definitions: readonly NodeDefinition[]): string {
  return sections
    .map((section) => ({ section, inIt: definitions.filter((node) => node.section === section) }))
    .filter(({ inIt }) => inIt.length > 0)
    .map(
      ({ section, inIt }) =>
        `${section}\n${formatTable(
          inIt.map(({ type, documentation }) => [type, documentation.summary]),
          ['left', 'left'],
        )}`,
    )
    .join('\n');
}

function catalogueEntry(definition: NodeDefinition) {
  const { type, version, title, section, synonyms, documentation, inputs, outputs } = definition;
  const { $schema: _, ...parameters } = z.toJSONSchema(definition.params, { io: 'input' });
  return { type, version, title, section, synonyms, documentation, inputs, outputs, parameters };
}
