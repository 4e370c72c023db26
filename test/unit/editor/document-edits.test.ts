import { describe, expect, test } from 'vitest';
import {
  addNode,
  connectPorts,
  emptyDocument,
  extractFragment,
  freshNodeId,
  insertFragment,
  moveNodes,
  removeItems,
  setParam,
  setTitle,
} from '../../../src/editor/store/document-edits';
import { nodeRegistry } from '../../../src/nodes/index';
import { parseDocument } from '../../../src/pipeline/parse-document';
import { writeDocument } from '../../../src/pipeline/write-document';
import { sampleRecipe } from './sample-recipe';

const lncc = nodeRegistry.get('similarity.lncc');
if (lncc === undefined) throw new Error('The catalogue has no LNCC.');

describe('placing nodes', () => {
  test('names a node after the last word of its type, and counts on where that is taken', () => {
    expect(freshNodeId({}, 'similarity.lncc')).toBe('lncc');
    expect(freshNodeId({ lncc: 1 }, 'similarity.lncc')).toBe('lncc-2');
    expect(freshNodeId({ lncc: 1, 'lncc-2': 1 }, 'lncc-2')).toBe('lncc-3');
  });

  test('writes every default of the type into the new node', () => {
    const { document, nodeId } = addNode(emptyDocument, lncc, [10.4, -3.6]);
    expect(document.nodes[nodeId]?.params).toMatchObject({ radiusVoxels: 2, weight: 1 });
    expect(document.layout[nodeId]).toEqual([10, -4]);
  });

  test('makes documents that can be written and read again', () => {
    let document = emptyDocument;
    for (const definition of nodeRegistry.values()) {
      document = addNode(document, definition, [0, 0]).document;
    }
    expect(parseDocument(writeDocument(document)).ok).toBe(true);
    expect(Object.keys(document.nodes)).toHaveLength(nodeRegistry.size);
  });
});

describe('changing nodes', () => {
  test('moves change the layout and nothing else', () => {
    const moved = moveNodes(sampleRecipe, { fixed: [7.6, 8], stranger: [1, 1] });
    expect(moved).toEqual({ ...sampleRecipe, layout: { ...sampleRecipe.layout, fixed: [8, 8] } });
  });

  test('a parameter is set beside the others, and only on its node', () => {
    const changed = setParam(sampleRecipe, 'keep', 'note', 'x');
    expect(changed.nodes.keep?.params).toEqual({ name: 'result.nii.gz', note: 'x' });
    expect(changed.nodes.fixed).toBe(sampleRecipe.nodes.fixed);
  });

  test('an empty title gives the node back the title of its type', () => {
    const named = setTitle(sampleRecipe, 'lncc', 'My term');
    expect(named.nodes.lncc?.title).toBe('My term');
    expect(setTitle(named, 'lncc', '  ').nodes.lncc).not.toHaveProperty('title');
  });

  test('a node takes its wires and its place with it', () => {
    const left = removeItems(sampleRecipe, ['register'], []);
    expect(left.nodes).not.toHaveProperty('register');
    expect(left.layout).not.toHaveProperty('register');
    expect(left.edges).toEqual([
      { from: 'fixed.image', to: 'scaled.image' },
      { from: 'scaled.image', to: 'ncc.fixed' },
    ]);
  });
});

describe('wiring', () => {
  const from = { nodeId: 'fixed', port: 'image' };

  test('a second wire to an input for one takes the place of the first', () => {
    const wired = connectPorts(sampleRecipe, from, { nodeId: 'register', port: 'moving' }, false);
    const into = wired.edges.filter((edge) => edge.to === 'register.moving');
    expect(into).toEqual([{ from: 'fixed.image', to: 'register.moving' }]);
  });

  test('an input for many keeps its other wires', () => {
    const to = { nodeId: 'register', port: 'objectives' };
    const wired = connectPorts(sampleRecipe, { nodeId: 'other', port: 'objective' }, to, true);
    expect(wired.edges.filter((edge) => edge.to === 'register.objectives')).toHaveLength(2);
  });
});

describe('copying', () => {
  test('a copy holds the wires between its nodes and no others', () => {
    const copy = extractFragment(sampleRecipe, ['lncc', 'register']);
    expect(Object.keys(copy.nodes)).toEqual(['lncc', 'register']);
    expect(copy.edges).toEqual([{ from: 'lncc.objective', to: 'register.objectives' }]);
  });

  test('a pasted copy has ids of its own and wires between them', () => {
    const copy = extractFragment(sampleRecipe, ['lncc', 'register']);
    const { document, nodeIds } = insertFragment(sampleRecipe, copy, [40, 20]);
    expect(nodeIds).toEqual(['lncc-2', 'register-2']);
    expect(document.edges).toContainEqual({
      from: 'lncc-2.objective',
      to: 'register-2.objectives',
    });
    expect(document.layout['register-2']).toEqual([640, 20]);
    expect(document.nodes['lncc-2']).toEqual(sampleRecipe.nodes.lncc);
  });
});
