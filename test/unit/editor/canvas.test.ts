import { describe, expect, test } from 'vitest';
import { cardSize, layoutDocument } from '../../../src/editor/canvas/layout';
import { portForWire, searchNodes } from '../../../src/editor/canvas/node-search';
import {
  portsSeenInWires,
  projectEdges,
  projectNodes,
} from '../../../src/editor/canvas/projection';
import { moveNodes, portEnd, setParam } from '../../../src/editor/store/document-edits';
import { nodeRegistry } from '../../../src/nodes/index';
import { sampleRecipe } from './sample-recipe';

describe('projection to the canvas', () => {
  test('a change of one node leaves the objects of all others as they are', () => {
    const before = projectNodes([], sampleRecipe, nodeRegistry, []);
    const changed = setParam(sampleRecipe, 'lncc', 'weight', 3);
    const after = projectNodes(before, changed, nodeRegistry, []);
    const renewed = after.filter((node, index) => node !== before[index]).map(({ id }) => id);
    expect(renewed).toEqual(['lncc']);
  });

  test('a move keeps what the canvas has measured', () => {
    const [first, ...rest] = projectNodes([], sampleRecipe, nodeRegistry, []);
    if (first === undefined) throw new Error('The recipe has nodes.');
    const measured = { ...first, measured: { width: 204, height: 99 } };
    const moved = moveNodes(sampleRecipe, { [first.id]: [77, 1] });
    const [after] = projectNodes([measured, ...rest], moved, nodeRegistry, []);
    expect(after).toMatchObject({ position: { x: 77, y: 1 }, measured: { height: 99 } });
    expect(after?.data).toBe(first.data);
  });

  test('a node of unknown type is shown with the ports that its wires end at', () => {
    const lncc = { type: 'similarity.future', version: 9, params: { secret: [1, 2] } };
    const document = { ...sampleRecipe, nodes: { ...sampleRecipe.nodes, lncc } };
    const shown = projectNodes([], document, nodeRegistry, []).find(({ id }) => id === 'lncc');
    expect(shown?.data).toEqual({ node: lncc, definition: undefined });
    expect(portsSeenInWires(document, 'lncc')).toEqual({ inputs: [], outputs: ['objective'] });
    const wire = projectEdges([], document, nodeRegistry, []).find(
      ({ source }) => source === 'lncc',
    );
    expect(wire?.data?.type).toBe('objective');
  });
});

describe('search', () => {
  const titles = (query: string) => searchNodes(nodeRegistry, query).map(({ type }) => type);

  test('finds nodes by synonyms, and by every word in any order', () => {
    expect(titles('nifti')).toContain('load.image');
    expect(titles('local corr')[0]).toBe('similarity.lncc');
    expect(titles('corr local')[0]).toBe('similarity.lncc');
    expect(titles('zebra')).toEqual([]);
  });

  test('puts a title that begins so before everything else', () => {
    expect(titles('regis')[0]).toBe('register');
  });

  test('with a wire in the hand lists only nodes with a port for it', () => {
    const wire = { type: 'objective', side: 'input' } as const;
    const found = searchNodes(nodeRegistry, '', wire);
    expect(found.length).toBeGreaterThan(2);
    for (const definition of found) {
      expect(definition.outputs[portForWire(definition, wire) ?? '']?.type).toBe('objective');
    }
  });
});

test('the layout puts every node right of what it depends on, and none over another', () => {
  const layout = layoutDocument(sampleRecipe, nodeRegistry);
  for (const edge of sampleRecipe.edges) {
    const [fromX = 0] = layout[portEnd(edge.from).nodeId] ?? [];
    const [toX = 0] = layout[portEnd(edge.to).nodeId] ?? [];
    expect(fromX + 204).toBeLessThan(toX);
  }
  const boxes = Object.entries(layout).map(([nodeId, [x, y]]) => ({
    x,
    y,
    ...cardSize(sampleRecipe, nodeRegistry, nodeId),
  }));
  for (const a of boxes) {
    for (const b of boxes) {
      const isApart =
        a === b ||
        a.x + a.width <= b.x ||
        b.x + b.width <= a.x ||
        a.y + a.height <= b.y ||
        b.y + b.height <= a.y;
      expect(isApart).toBe(true);
    }
  }
});
