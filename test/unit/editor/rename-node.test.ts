import { describe, expect, test } from 'vitest';
import { reasonAgainstId, renameNode } from '../../../src/editor/store/rename-node';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { writeDocument } from '../../../src/pipeline/write-document';
import { sampleRecipe } from './sample-recipe';

describe('another id for a node', () => {
  const renamed = renameNode(sampleRecipe, 'register', 'field-stage');

  test('is followed by its wires and its place, and by nothing else', () => {
    const text = writeDocument(sampleRecipe)
      .replaceAll('"register":', '"field-stage":')
      .replaceAll('"register.', '"field-stage.');
    const parsed = parseDocument(text);
    expect(parsed.ok && writeDocument(parsed.document)).toBe(writeDocument(renamed));
    expect(renamed.nodes.model).toBe(sampleRecipe.nodes.model);
    expect(renamed.layout['field-stage']).toEqual([600, 0]);
  });

  test('can be taken back', () => {
    expect(renameNode(renamed, 'field-stage', 'register')).toEqual(sampleRecipe);
  });

  test.each(['', 'Field', '2nd', 'a.b', 'ä', 'a'.repeat(41)])('is not %j', (wanted) => {
    expect(reasonAgainstId(sampleRecipe, 'register', wanted)).toContain('Lower-case letters');
    expect(renameNode(sampleRecipe, 'register', wanted)).toBe(sampleRecipe);
  });

  test('is not that of another node', () => {
    expect(reasonAgainstId(sampleRecipe, 'register', 'lncc')).toContain('“lncc” already');
    expect(renameNode(sampleRecipe, 'register', 'lncc')).toBe(sampleRecipe);
    expect(reasonAgainstId(sampleRecipe, 'register', 'register')).toBeUndefined();
  });
});
