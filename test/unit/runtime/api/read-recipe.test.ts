import { expect, test } from 'vitest';
import { z } from 'zod';
import { writeDocument } from '../../../../src/pipeline/write-document';
import { readRecipe } from '../../../../src/runtime/api/engine/read-recipe';
import { defineNode } from '../../../../src/runtime/api/nodes/define-node';

const grown = defineNode({
  type: 'view.grown',
  version: 2,
  title: 'Grown',
  section: 'view',
  synonyms: [],
  documentation: { summary: '', details: '' },
  params: z.object({ sizeVoxels: z.number() }),
  migrations: { 1: ({ size, ...rest }) => ({ ...rest, sizeVoxels: size ?? 0 }) },
  inputs: {},
  outputs: {},
  lower: () => ({}),
});
const registry = new Map([[grown.type, grown]]);

function recipe(version: number, params: object): string {
  const nodes = { grown: { type: grown.type, version, params } };
  return JSON.stringify({ schemaVersion: 1, name: 'Old', description: '', nodes, edges: [] });
}

test('a recipe is read with its nodes at today’s versions', () => {
  const read = readRecipe(recipe(1, { size: 3 }), registry);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join(' '));
  expect(read.document.nodes.grown).toMatchObject({ version: 2, params: { sizeVoxels: 3 } });
  expect(read.migrated).toHaveLength(1);
  const again = readRecipe(writeDocument(read.document), registry);
  expect(again).toMatchObject({ ok: true, migrated: [], document: read.document });
});

test('a node of a later version stays as it is', () => {
  const read = readRecipe(recipe(3, { sizeMm: 3 }), registry);
  expect(read).toMatchObject({
    ok: true,
    document: { nodes: { grown: { version: 3, params: { sizeMm: 3 } } } },
  });
});
