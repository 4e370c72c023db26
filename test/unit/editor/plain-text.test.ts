import { expect, test } from 'vitest';
import { drawGraph } from '../../../src/editor/picture/graph-drawing';
import { fieldText, readable } from '../../../src/editor/plain-text';
import { nodeRegistry } from '../../../src/nodes/index';
import { sampleRecipe } from './sample-recipe';

test('marks that turn the direction of a name are shown, and its letters are left', () => {
  expect(readable('fixed\u202egnp.exe')).toBe('fixed[U+202E]gnp.exe');
  expect(readable('a\u2066b\u2069\u200f')).toBe('a[U+2066]b[U+2069][U+200F]');
  expect(readable('שלום, Größe 3')).toBe('שלום, Größe 3');
});

test('a parameter that is no scalar is an empty field, whatever it claims to be', () => {
  const traps = { toString: 1, valueOf: 'x' };
  expect(fieldText(traps)).toBe('');
  expect(fieldText([1, 2])).toBe('');
  expect(fieldText(undefined)).toBe('');
  expect([fieldText(2), fieldText(false), fieldText('x')]).toEqual(['2', 'false', 'x']);
  const source = { kind: 'url', url: traps, name: traps };
  const fixed = { type: 'load.image', version: 1, title: 'a\u202eb', params: { source } };
  const { cards } = drawGraph(
    { ...sampleRecipe, nodes: { ...sampleRecipe.nodes, fixed } },
    nodeRegistry,
  );
  expect(cards.some(({ title }) => title === 'a[U+202E]b')).toBe(true);
});
