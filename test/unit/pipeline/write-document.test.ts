import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import { anyOrderDocument, canonicalOrderDocument } from './arbitrary-document';
import { parsedFixture, readFixture } from './fixture';

function reversed(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)]);
  return Object.fromEntries(entries.reverse());
}

describe('writeDocument', () => {
  test.each(['greedy-2d', 'from-a-newer-weft', 'version-0.migrated'])(
    'writes %s as stored',
    (name) => {
      expect(writeDocument(parsedFixture(name))).toBe(readFixture(name));
    },
  );

  test('gives back what was written', () => {
    fc.assert(
      fc.property(canonicalOrderDocument, (document) => {
        const parsed = parseDocument(writeDocument(document));
        expect(parsed).toEqual({ ok: true, document, migrated: [] });
      }),
    );
  });

  test('gives back the order of keys, on which a run may lean', () => {
    fc.assert(
      fc.property(canonicalOrderDocument, (document) => {
        const parsed = parseDocument(writeDocument(document));
        expect(parsed.ok && JSON.stringify(parsed.document)).toBe(JSON.stringify(document));
      }),
    );
  });

  test('writes one text, whatever the order of keys and edges', () => {
    fc.assert(
      fc.property(anyOrderDocument, (document) => {
        const other = reversed(document) as PipelineDocument;
        const mixed = { ...other, edges: document.edges.toReversed() };
        expect(writeDocument(mixed)).toBe(writeDocument(document));
      }),
    );
  });

  test('changes only lines of the layout where a node is moved', () => {
    const moved = fc
      .tuple(anyOrderDocument, fc.integer(), fc.integer())
      .filter(([document]) => Object.keys(document.layout).length > 0);
    fc.assert(
      fc.property(moved, ([document, x, y]) => {
        const [slug = ''] = Object.keys(document.layout);
        const at = [x % 1_000_000, y % 1_000_000] as const;
        const before = writeDocument(document).split('\n');
        const after = writeDocument({ ...document, layout: { ...document.layout, [slug]: at } });

        const lines = after.split('\n');
        expect(lines).toHaveLength(before.length);
        const changed = lines.flatMap((line, index) => (line === before[index] ? [] : [index]));
        expect(changed.length).toBeLessThanOrEqual(1);
        for (const index of changed) {
          expect(index).toBeGreaterThan(before.indexOf('  "layout": {'));
          expect(lines[index]).toMatch(new RegExp(`^    "${slug}": \\[-?\\d+, -?\\d+\\],?$`));
        }
      }),
    );
  });

  test('rounds the layout to whole numbers', () => {
    const document = { ...parsedFixture('greedy-2d'), layout: { adam: [-0.4, 12.6] as const } };
    expect(writeDocument(document)).toContain('"adam": [0, 13]');
  });

  test('puts a list that does not fit on a line on one line per item', () => {
    const document = parsedFixture('from-a-newer-weft');
    const dream = { ...document.nodes.dream!, params: { layers: Array(40).fill(64) } };
    const text = writeDocument({ ...document, nodes: { ...document.nodes, dream } });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text.split('\n').filter((line) => line.trim().startsWith('64'))).toHaveLength(40);
  });

  test('ends with one newline', () => {
    expect(writeDocument(parsedFixture('greedy-2d'))).toMatch(/[^\n]\n$/);
  });
});
