import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { pipelineSchemaText } from '../../../scripts/generate-schema';
import { generatedFiles } from '../../../scripts/generated-files';
import { readFixture } from './fixture';

const lncc = {
  type: 'similarity.lncc',
  title: 'Local correlation',
  params: z.object({ radiusVoxels: z.int().min(1).max(9).default(2).describe('Half the window.') }),
};

describe('the published JSON Schema', () => {
  test('accepts the stored recipes and refuses what the reader refuses', () => {
    const schema = z.fromJSONSchema(JSON.parse(pipelineSchemaText()));
    const accepts = (name: string) => schema.safeParse(JSON.parse(readFixture(name))).success;
    expect(accepts('greedy-2d')).toBe(true);
    expect(accepts('from-a-newer-weft')).toBe(true);
    expect(accepts('negative/param-null')).toBe(false);
    expect(accepts('negative/slug-with-capital')).toBe(false);
    expect(accepts('negative/edge-without-port')).toBe(false);
    expect(accepts('negative/schema-version-newer')).toBe(false);
  });

  test('carries the parameters of the node types that it is given', () => {
    const { properties, $defs } = JSON.parse(pipelineSchemaText([lncc]));
    const node = properties.nodes.additionalProperties;
    expect(node.properties.type.anyOf).toEqual([
      { const: 'similarity.lncc', title: 'Local correlation' },
      { type: 'string' },
    ]);
    expect(node.allOf).toEqual([
      {
        if: { properties: { type: { const: 'similarity.lncc' } }, required: ['type'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { properties: { params: { $ref: '#/$defs/params.similarity.lncc' } } },
      },
    ]);
    expect($defs['params.similarity.lncc'].properties.radiusVoxels).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 9,
      default: 2,
      description: 'Half the window.',
    });
    expect($defs['params.similarity.lncc'].required).toBeUndefined();
  });

  test('does not depend on the order of the node types', () => {
    const mse = { type: 'similarity.mse', params: z.object({}) };
    expect(pipelineSchemaText([mse, lncc])).toBe(pipelineSchemaText([lncc, mse]));
  });
});

test.each(generatedFiles())('$path is fresh; if not, run: npm run generate', ({ path, text }) => {
  const stored = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  expect(stored === text, `${path} is stale: run "npm run generate"`).toBe(true);
});
