import { describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../../src/imaging/grid';
import { nodeRegistry } from '../../../../src/nodes/index';
import { compile } from '../../../../src/runtime/compile/compile';
import { loaderKey } from '../../../../src/runtime/compile/lower';
import { parse } from '../../../../src/runtime/compile/parse';
import { failedCheck } from '../../../../src/runtime/compile/result-checks';
import { validate } from '../../../../src/runtime/compile/validate';
import { bindPlan } from '../../../../src/runtime/cpu/bound-plan';
import { walkAlone } from '../../../../src/runtime/cpu/walk';
import { fieldOf } from '../../../support/case-values';
import { imageShape } from '../../../support/input-shapes';
import { memoryWith } from '../../../support/run-graph';
import { greedyRecipe } from '../../../support/worked-example';

const recipe = {
  ...greedyRecipe,
  edges: greedyRecipe.edges.filter(
    ({ to }) => !to.startsWith('start.') && !to.endsWith('.initial'),
  ),
  nodes: { ...greedyRecipe.nodes, start: { type: 'model.svf', version: 1, params: {} } },
};

/** A bright ball in the middle of an empty box. */
const ball = (grid: Grid) =>
  fieldOf(grid, (x, y, z) => Math.max(0, 4 - Math.hypot(x - 8, y - 8, z - 8)));

/** What is found after the two balls, the moving one's box shifted, have been registered. */
async function findings(shiftMm: number) {
  const fixed = axisAlignedGrid([17, 17, 17], [2, 2, 2]);
  const moving = axisAlignedGrid([17, 17, 17], [2, 2, 2], [shiftMm, shiftMm, shiftMm]);
  const document = parse(JSON.stringify(recipe), nodeRegistry).document!;
  const { plan, checks, diagnostics } = compile(validate(document, nodeRegistry).graph!, {
    descriptors: new Map([
      ['fixed', imageShape(fixed)],
      ['moving', imageShape(moving)],
    ]),
    verify: true,
  });
  expect(diagnostics).toEqual([]);
  const memory = memoryWith(plan!, {
    [loaderKey('fixed')]: ball(fixed),
    [loaderKey('moving')]: ball(moving),
  });
  walkAlone(bindPlan(plan!, memory));
  return failedCheck(checks, async (value) => memory.arrayOf(plan!.buffersOfValue.get(value)![0]!));
}

describe('register', () => {
  test('says where boxes overlap and nothing in them does', async () => {
    expect(await findings(30)).toMatchObject({
      severity: 'error',
      code: 'recipe',
      at: { nodeId: 'register', port: 'initial' },
    });
  });

  test('says nothing where the images overlap, or are one and the same', async () => {
    expect(await findings(4)).toBeUndefined();
    expect(await findings(0)).toBeUndefined();
  });
});
