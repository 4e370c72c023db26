import { describe, expect, test } from 'vitest';
import { breakLine, drawGraph } from '../../../src/editor/picture/graph-drawing';
import { fitText } from '../../../src/editor/picture/paint-graph';
import { setParam } from '../../../src/editor/store/document-edits';
import { nodeRegistry } from '../../../src/nodes/index';
import type { PipelineDocument } from '../../../src/pipeline/schema';
import { sampleRecipe } from './sample-recipe';

describe('the drawing of a graph', () => {
  const drawing = drawGraph(sampleRecipe, nodeRegistry);

  test('has every node at its place and every wire between its ports', () => {
    expect(drawing.cards).toHaveLength(Object.keys(sampleRecipe.nodes).length);
    expect(drawing.wires).toHaveLength(sampleRecipe.edges.length);
    const register = drawing.cards.find(({ nodeId }) => nodeId === 'register');
    expect(register).toMatchObject({ x: 600, y: 0, section: 'register' });
    const fixed = register?.ports.find(({ name, side }) => name === 'fixed' && side === 'input');
    expect(drawing.wires.some(({ to }) => to === fixed)).toBe(true);
    expect(fixed).toMatchObject({ x: 600, type: 'image' });
  });

  test('says what a loader loads', () => {
    const source = { kind: 'url', url: 'https://example.org/a/b.nii.gz', sha256: '0' };
    const loads = (recipe: PipelineDocument) =>
      drawGraph(recipe, nodeRegistry).cards.find(({ nodeId }) => nodeId === 'fixed')?.parameters;
    expect(loads(sampleRecipe)).toEqual([{ title: 'Source', text: 'head-2d' }]);
    expect(loads(setParam(sampleRecipe, 'fixed', 'source', source))).toEqual([
      { title: 'Source', text: 'example.org' },
    ]);
  });

  test('encloses all of them, left of and above the origin too', () => {
    const layout = { ...sampleRecipe.layout, fixed: [-300, -40] as const };
    const moved = drawGraph({ ...sampleRecipe, layout }, nodeRegistry);
    expect(moved).toMatchObject({ left: -300, top: -40 });
    for (const { x, y, width, height } of moved.cards) {
      expect(x + width).toBeLessThanOrEqual(moved.left + moved.width);
      expect(y + height).toBeLessThanOrEqual(moved.top + moved.height);
    }
  });

  test('keeps the wires of a node of unknown type', () => {
    const future = { type: 'prepare.future', version: 3, params: {} };
    const nodes = { ...sampleRecipe.nodes, scaled: future };
    const { cards, wires } = drawGraph({ ...sampleRecipe, nodes }, nodeRegistry);
    expect(cards.find(({ nodeId }) => nodeId === 'scaled')?.section).toBe('unknown');
    expect(wires).toHaveLength(sampleRecipe.edges.length);
  });
});

test('notes are drawn in lines that are broken between words, or where there are none', () => {
  const notes = [{ text: 'Moments first.\nThen a field.', at: [-50, 900] as const }];
  const drawing = drawGraph({ ...sampleRecipe, notes }, nodeRegistry);
  expect(drawing.notes[0]?.lines).toEqual(['Moments first.', 'Then a field.']);
  expect(drawing.left).toBe(-50);
  expect(drawing.top + drawing.height).toBeGreaterThan(930);
  expect(breakLine('a wide field', 7)).toEqual(['a wide', 'field']);
  expect(breakLine('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
});

test('a text that is too wide ends in an ellipsis', () => {
  const widthOf = (text: string) => text.length;
  expect(fitText('Moments', widthOf, 7)).toBe('Moments');
  expect(fitText('Centres of mass', widthOf, 8)).toBe('Centres…');
});
