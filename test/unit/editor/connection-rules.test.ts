import { describe, expect, test } from 'vitest';
import {
  connectionTargets,
  findBridges,
  judgeConnection,
} from '../../../src/editor/canvas/connection-rules';
import { nodeRegistry } from '../../../src/nodes/index';
import { sampleRecipe } from './sample-recipe';

const judge = (from: string, to: string) => {
  const [fromNode = '', fromPort = ''] = from.split('.');
  const [toNode = '', toPort = ''] = to.split('.');
  return judgeConnection(
    sampleRecipe,
    nodeRegistry,
    { nodeId: fromNode, port: fromPort },
    { nodeId: toNode, port: toPort },
  );
};

describe('a wire', () => {
  test('is taken between ports of one type, and says what it replaces', () => {
    expect(judge('moving.image', 'ncc.fixed')).toEqual({
      ok: true,
      takesMany: false,
      replaces: { from: 'scaled.image', to: 'ncc.fixed' },
    });
  });

  test('between different types is refused with both types and a node that would make it fit', () => {
    const verdict = judge('register.transform', 'ncc.warped');
    expect(verdict).toMatchObject({ ok: false });
    if (verdict.ok) return;
    expect(verdict.reason).toContain('takes an image');
    expect(verdict.reason).toContain('gives a transform');
    expect(verdict.bridges.map(({ definition }) => definition.type)).toContain('apply.image');
  });

  test('that would close a loop is refused, and says between which nodes', () => {
    expect(judge('register.warped', 'scaled.image')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('register already depends on scaled') as string,
    });
  });

  test('to its own node, between unknown ports, or drawn twice is refused', () => {
    expect(judge('register.warped', 'register.fixed')).toMatchObject({ ok: false });
    expect(judge('register.nothing', 'ncc.fixed')).toMatchObject({ ok: false });
    expect(judge('fixed.image', 'scaled.image')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('already') as string,
    });
  });
});

test('what only measures or shows is no bridge', () => {
  const types = findBridges(nodeRegistry, 'transform', 'image').map(
    ({ definition }) => definition.type,
  );
  expect(types).toEqual(['apply.image', 'apply.project']);
});

test('bridges take the first type and give the second', () => {
  for (const { definition, input, output } of findBridges(nodeRegistry, 'transform', 'image')) {
    expect(definition.inputs[input]?.type).toBe('transform');
    expect(definition.outputs[output]?.type).toBe('image');
  }
});

test('targets for wiring by keyboard are exactly the wires that would be taken', () => {
  const end = { nodeId: 'moving', port: 'image' };
  const targets = connectionTargets(sampleRecipe, nodeRegistry, end, 'output');
  expect(targets.map((target) => `${target.end.nodeId}.${target.end.port}`).sort()).toEqual([
    'keep.image',
    'lncc.fixed',
    'lncc.moving',
    'ncc.fixed',
    'ncc.moving',
    'ncc.warped',
    'register.fixed',
    'scaled.image',
  ]);
});
