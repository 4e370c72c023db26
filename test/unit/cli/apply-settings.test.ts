import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applySettings } from '../../../src/cli/apply-settings';
import { nodeRegistry } from '../../../src/nodes/index';
import { parseDocument } from '../../../src/pipeline/parse-document';

const parsed = parseDocument(readFileSync('pipelines/brain-2d-greedy.json', 'utf8'));
if (!parsed.ok) throw new Error('The recipe does not parse.');
const recipe = parsed.document;

function set(nodeId: string, path: string, value: string) {
  return applySettings(recipe, [{ nodeId, path: path.split('.'), value }], nodeRegistry);
}

describe('applySettings', () => {
  it.each([
    ['local-correlation', 'radiusVoxels', '4', 4],
    ['field-levels', 'iterations', '[5,4]', [5, 4]],
    ['warp-image', 'interpolation', 'nearest', 'nearest'],
    ['warp-image', 'interpolation', '"nearest"', 'nearest'],
  ])('sets %s.%s=%s', (nodeId, path, value, expected) => {
    const { document, diagnostics } = set(nodeId, path, value);
    expect(diagnostics).toEqual([]);
    expect(document.nodes[nodeId]?.params[path]).toEqual(expected);
    expect(recipe.nodes[nodeId]?.params[path]).not.toEqual(expected);
  });

  it('keeps a text that looks like a number where a text is needed', () => {
    const { document } = set('save-transform', 'prefix', '3');
    expect(document.nodes['save-transform']?.params.prefix).toBe('3');
  });

  it('reaches into a parameter', () => {
    const { document } = set('fixed', 'source.seed', '12');
    expect(document.nodes.fixed?.params.source).toEqual({
      kind: 'phantom',
      name: 'head-2d',
      subject: 1,
      seed: 12,
      contrast: 't1',
    });
  });

  it.each([
    ['nobody', 'x', '1', 'unknown-node', /does not hold.*|nobody/],
    ['constructor', 'x', '1', 'unknown-node', /constructor/],
    ['local-correlation', 'radius', '3', 'parameter', /does not have/],
    ['local-correlation', '__proto__', '3', 'parameter', /./],
    ['fixed', 'source.sead', '12', 'parameter', /source\.sead/],
    ['local-correlation', 'radiusVoxels', '-3', 'parameter', /radiusVoxels=-3/],
    ['local-correlation', 'radiusVoxels', 'wide', 'parameter', /radiusVoxels=wide/],
    ['local-correlation', 'radiusVoxels', 'null', 'parameter', /radiusVoxels=null/],
    ['fixed', 'source.seed', '-1', 'parameter', /seed/],
  ])('refuses %s.%s=%s', (nodeId, path, value, code, message) => {
    const { document, diagnostics } = set(nodeId, path, value);
    expect(document).toBe(recipe);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: 'error', code, at: { nodeId } });
    expect(diagnostics[0]?.message).toMatch(message);
    expect(diagnostics[0]?.remedy).not.toBe('');
  });

  it('reports every setting that does not fit', () => {
    const settings = ['a', 'b'].map((nodeId) => ({ nodeId, path: ['x'], value: '1' }));
    expect(applySettings(recipe, settings, nodeRegistry).diagnostics).toHaveLength(2);
  });
});
