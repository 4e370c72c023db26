import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cardSize } from '../../../src/editor/canvas/layout';
import { nodeRegistry } from '../../../src/nodes/index';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { writeDocument } from '../../../src/pipeline/write-document';

const folder = new URL('../../../pipelines/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const index = readFileSync(new URL('README.md', folder), 'utf8');

describe.each(files)('pipelines/%s', (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const parsed = parseDocument(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const { document } = parsed;

  test('is in canonical form', () => {
    expect(writeDocument(document)).toBe(text);
  });

  test('says what it is, where it comes from and what it must reach', () => {
    expect(document.description.length).toBeGreaterThan(60);
    expect(document.references?.length).toBeGreaterThan(0);
    expect(Object.keys(document.expects?.metrics ?? {})).toContainEqual(
      expect.stringMatching(/^(.+\.)?dice\.mean$/),
    );
    expect(index).toContain(`(${file})`);
    expect(index).toContain(document.name);
  });

  test('writes every parameter of every node out, within its bounds', () => {
    for (const [id, node] of Object.entries(document.nodes)) {
      const definition = nodeRegistry.get(node.type);
      expect(definition?.version, id).toBe(node.version);
      expect(definition?.params.parse(node.params), id).toEqual(node.params);
    }
  });

  test('wires ports of one type, each input as often as it may be', () => {
    const portOf = (end: string, side: 'inputs' | 'outputs') => {
      const [id = '', port = ''] = end.split('.');
      return nodeRegistry.get(document.nodes[id]?.type ?? '')?.[side][port];
    };
    for (const { from, to } of document.edges) {
      const type = portOf(from, 'outputs')?.type;
      expect(type, from).toBeDefined();
      expect(portOf(to, 'inputs')?.type, `${from} → ${to}`).toBe(type);
    }
    for (const [id, node] of Object.entries(document.nodes)) {
      for (const [port, input] of Object.entries(nodeRegistry.get(node.type)?.inputs ?? {})) {
        const wires = document.edges.filter(({ to }) => to === `${id}.${port}`).length;
        if (!('optional' in input)) expect(wires, `${id}.${port}`).toBeGreaterThan(0);
        if (!('many' in input)) expect(wires, `${id}.${port}`).toBeLessThan(2);
      }
    }
  });

  test('has a place for every node, and no card on top of another', () => {
    const cards = Object.keys(document.nodes).map((id) => {
      const [left, top] = document.layout[id]!;
      const { width, height } = cardSize(document, nodeRegistry, id);
      return { id, left, top, right: left + width, bottom: top + height };
    });
    for (const [index, a] of cards.entries()) {
      for (const b of cards.slice(0, index)) {
        const apart = a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });

  test('can be bound to images by the usual names', () => {
    for (const id of ['fixed', 'moving']) expect(document.nodes[id]?.type).toBe('load.image');
    for (const id of ['fixed-labels', 'moving-labels']) {
      expect(document.nodes[id]?.type).toBe('load.labels');
    }
  });
});
