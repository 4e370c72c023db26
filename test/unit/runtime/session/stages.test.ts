import { describe, expect, test } from 'vitest';
import type { CheckedNode } from '../../../../src/runtime/compile/checked-graph';
import { stagesOf } from '../../../../src/runtime/session/run/stages';

/** A node that is wired to others; a name in capitals computes by itself. */
function node(id: string, ...sources: readonly string[]): CheckedNode {
  const compute = id === id.toUpperCase() ? { compute: () => Promise.reject() } : {};
  return {
    id,
    definition: { ...compute } as unknown as CheckedNode['definition'],
    params: {},
    inputs: { in: sources.map((nodeId) => ({ nodeId, port: 'out' })) },
  };
}

const namesOf = (nodes: readonly CheckedNode[]) => nodes.map(({ id }) => id).join(' ');

function stages(nodes: readonly CheckedNode[], kept: readonly string[] = []) {
  return stagesOf({ nodes }, (id) => kept.includes(id)).map(
    ({ graph, computed }) => `${namesOf(graph.nodes)} | ${namesOf(computed)}`,
  );
}

describe('stagesOf', () => {
  test('leaves a recipe of ops whole', () => {
    expect(stages([node('load'), node('register', 'load')])).toEqual(['load register | ']);
  });

  test('cuts after what a computing node needs', () => {
    const recipe = [
      node('load'),
      node('prepare', 'load'),
      node('NET', 'prepare'),
      node('view', 'load'),
      node('register', 'NET', 'prepare'),
    ];
    expect(stages(recipe)).toEqual([
      'load prepare view | NET',
      'load prepare NET view register | ',
    ]);
  });

  test('runs computing nodes that do not need each other in one stage', () => {
    expect(
      stages([node('load'), node('A', 'load'), node('B', 'load'), node('sum', 'A', 'B')]),
    ).toEqual(['load | A B', 'load A B sum | ']);
  });

  test('runs computing nodes that need each other one after the other', () => {
    expect(stages([node('load'), node('A', 'load'), node('B', 'A')])).toEqual([
      'load | A',
      'load A | B',
      'load A B | ',
    ]);
  });

  test('does not stop for what an earlier run left', () => {
    const recipe = [node('load'), node('A', 'load'), node('b', 'A'), node('C', 'b')];
    expect(stages(recipe, ['A'])).toEqual(['load A b | C', 'load A b C | ']);
    expect(stages(recipe, ['A', 'C'])).toEqual(['load A b C | ']);
  });

  test('ends with the whole recipe, where nothing is left to run too', () => {
    expect(stages([node('load'), node('A', 'load')])).toEqual(['load | A', 'load A | ']);
  });
});
