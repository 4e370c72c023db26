import * as z from 'zod';
import { documentSchema } from '../src/pipeline/schema';

/** What the schema needs to know about a node type to complete and check its parameters. */
export interface NodeTypeSchema {
  /** For example `similarity.lncc`. */
  readonly type: string;
  readonly title?: string;
  readonly params: z.ZodType;
}

/** A JSON Schema, as the part of it that is put together here. */
interface JsonSchema {
  [keyword: string]: unknown;
}

/**
 * The text of `schema/weft-pipeline.schema.json`. A node of a listed type has that type's
 * parameters; a node of any other type is still valid, since a newer Weft may know it.
 */
export function pipelineSchemaText(nodeTypes: readonly NodeTypeSchema[] = []): string {
  const { $schema, $defs, ...document } = jsonSchema(documentSchema);
  const { nodes } = document.properties as { nodes: { additionalProperties: JsonSchema } };
  const sorted = nodeTypes.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  nodes.additionalProperties = withNodeTypes(nodes.additionalProperties, sorted);

  const schema = {
    $schema,
    ...document,
    $defs: { ...($defs as JsonSchema), ...Object.fromEntries(sorted.map(paramsDefinition)) },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function withNodeTypes(node: JsonSchema, nodeTypes: readonly NodeTypeSchema[]): JsonSchema {
  if (nodeTypes.length === 0) return node;
  const properties = node.properties as JsonSchema;
  const type = properties.type as JsonSchema;
  const known = nodeTypes.map((nodeType) => ({ const: nodeType.type, title: nodeType.title }));
  return {
    ...node,
    properties: { ...properties, type: { ...type, anyOf: [...known, { type: 'string' }] } },
    allOf: nodeTypes.map((nodeType) => ({
      if: { properties: { type: { const: nodeType.type } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: { properties: { params: { $ref: `#/$defs/${paramsName(nodeType)}` } } },
    })),
  };
}

function paramsDefinition(nodeType: NodeTypeSchema): [string, JsonSchema] {
  const { $schema, $defs, ...params } = jsonSchema(nodeType.params);
  if ($defs !== undefined) {
    throw new Error(`The parameters of ${nodeType.type} refer to a schema by id or to themselves.`);
  }
  return [paramsName(nodeType), params];
}

function paramsName(nodeType: NodeTypeSchema): string {
  return `params.${nodeType.type}`;
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
}
