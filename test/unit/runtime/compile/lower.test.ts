import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import { nodeRegistry } from '../../../../src/nodes/index';
import { defineNode, type NodeDefinition } from '../../../../src/runtime/api/nodes/define-node';
import { type CompileOptions, compile } from '../../../../src/runtime/compile/compile';
import { keptKey, lower } from '../../../../src/runtime/compile/lower';
import type { OpGraph } from '../../../../src/runtime/ir/op-graph';
import { labelsShape } from '../../../support/input-shapes';
import { opNames } from '../../../support/run-graph';
import { compileRecipe, greedyRecipe, smallGrid } from '../../../support/worked-example';
import { chain } from './chained-recipe';
import {
  changed,
  checkedGraph,
  diagnosticsOf,
  farAway,
  image,
  images,
  type Recipe,
} from './changed-recipe';

describe('lower', () => {
  it('makes a program of the worked example', () => {
    const { graph, outputs, diagnostics } = lower(checkedGraph(greedyRecipe), {
      descriptors: images(),
    });
    expect(diagnostics).toEqual([]);
    expect(graph?.inputs.map(({ key }) => key)).toEqual(['fixed.source', 'moving.source']);
    expect(graph?.dials.map(({ nodeId, parameter }) => `${nodeId}.${parameter}`).sort()).toEqual([
      'adam.stepVoxels',
      'lncc.weight',
    ]);
    expect(Object.keys(outputs.get('register') ?? {})).toEqual(['transform', 'warped', 'report']);
    expect(new Set(graph?.ops.map(({ origin }) => origin))).toEqual(new Set(['start', 'register']));
  });

  it('finds a loader without data', () => {
    const missing = new Map([['fixed', image()]]);
    expect(diagnosticsOf(greedyRecipe, { descriptors: missing })).toMatchObject([
      { code: 'input-missing', at: { nodeId: 'moving' } },
    ]);
  });

  it('finds a loader that is bound to data of another kind', () => {
    const wrong = images();
    wrong.set('fixed', labelsShape(smallGrid, [0n, 1n]));
    const [first] = diagnosticsOf(greedyRecipe, { descriptors: wrong });
    expect(first).toMatchObject({ code: 'recipe', at: { nodeId: 'fixed' } });
  });

  it('finds images that lie apart, and takes them where a start brings them together', () => {
    const apart = { descriptors: images(farAway) };
    expect(diagnosticsOf(changed({}, 'register.initial'), apart)).toMatchObject([
      { code: 'recipe', at: { nodeId: 'register', port: 'initial' } },
    ]);
    expect(diagnosticsOf(greedyRecipe, apart)).toEqual([]);
  });

  it('finds a linear model after a deformable start, and takes a linear start', () => {
    const linear = { type: 'model.affine', version: 1, params: {} };
    const stages = (first: object): Recipe => ({
      ...greedyRecipe,
      nodes: {
        ...greedyRecipe.nodes,
        first: { type: 'register', version: 1, params: {} },
        'first-model': first,
        model: linear,
      },
      edges: [
        ...greedyRecipe.edges.map(({ from, to }) => ({
          from,
          to: to === 'register.initial' ? 'first.initial' : to,
        })),
        { from: 'first.transform', to: 'register.initial' },
        { from: 'first-model.model', to: 'first.model' },
        { from: 'fixed.image', to: 'first.fixed' },
        { from: 'moving.image', to: 'first.moving' },
        { from: 'lncc.objective', to: 'first.objectives' },
        { from: 'adam.optimizer', to: 'first.optimizer' },
        { from: 'levels.schedule', to: 'first.schedule' },
      ],
    });
    const deformable = { type: 'model.greedy', version: 1, params: {} };
    expect(diagnosticsOf(stages(deformable), { descriptors: images() })).toMatchObject([
      { code: 'recipe', at: { nodeId: 'register', port: 'initial' } },
    ]);
    expect(diagnosticsOf(stages(linear), { descriptors: images() })).toEqual([]);
  });

  it('asks the nodes that do not need the one that refused, and stays silent on those that do', () => {
    const wrong = changed({
      levels: { type: 'schedule.pyramid', version: 1, params: { shrink: [2, 1], iterations: [5] } },
    });
    const found = diagnosticsOf(wrong, { descriptors: new Map([['fixed', image()]]) });
    expect(found.map(({ code, at }) => `${code} ${at.nodeId}`).sort()).toEqual([
      'input-missing moving',
      'recipe levels',
    ]);
  });

  it('takes what an earlier run left as inputs, and does not compute it again', () => {
    const first = lower(checkedGraph(greedyRecipe), { descriptors: images() });
    const ports = first.outputs.get('start')!;
    const types = new Map(first.graph!.types.map((type, id) => [id as never, type]));
    const second = lower(checkedGraph(greedyRecipe), {
      descriptors: images(),
      kept: new Map([['start', { ports, types }]]),
    });
    const affine = ports.transform?.kind === 'transform' ? ports.transform.affine : undefined;
    expect(second.graph?.inputs.map(({ key }) => key)).toContain(keptKey('start', affine!));
    expect(second.graph?.ops.some(({ origin }) => origin === 'start')).toBe(false);
    expect(opNames(second.graph!.ops)).toContain('loop');
  });
});

describe('compile', () => {
  it('takes pictures of any size', () => {
    const long = axisAlignedGrid([20_000, 24, 1], [0.01, 0.01, 1], [0, 0, 0]);
    expect(compileRecipe(greedyRecipe, {}, long).diagnostics).toEqual([]);
  });

  it('does what an objective asks for on behalf of its node, in the loop of the register node', () => {
    const { plan, graph } = compileRecipe(greedyRecipe);
    const loop = graph!.ops.find(({ region }) => region !== undefined)!;
    const originsOf = (name: string) =>
      loop.region!.ops.filter(({ op }) => op === name).map(({ origin }) => origin);
    expect(loop.origin).toBe('register');
    expect(originsOf('lnccFromImages')).toEqual(['lncc']);
    expect(originsOf('sample')).not.toContain('lncc');
    expect(originsOf('composeScaled')).toEqual(['register']);
    // Before the loop, as nothing of it changes there: a step of the loop's node all the same.
    expect(graph!.ops.find(({ op }) => op === 'windowStatistics')?.origin).toBe('lncc');
    expect(plan!.steps.map(({ origin }) => origin)).not.toContain('lncc');
    const step = plan!.steps.find(({ kind }) => kind === 'loop')!;
    expect(new Set(step.passes.map(({ origin }) => origin))).toEqual(new Set(['register', 'lncc']));
  });

  it('merges equal ops of two objectives', () => {
    const recipe = {
      ...changed({ twin: greedyRecipe.nodes.lncc }),
      edges: [...greedyRecipe.edges, { from: 'twin.objective', to: 'register.objectives' }],
    };
    const count = (graph: OpGraph | undefined) =>
      graph!.ops
        .find(({ region }) => region)!
        .region!.ops.filter(({ op }) => op === 'lnccLossWithAdjoint').length;
    expect(count(compile(checkedGraph(recipe), { descriptors: images() }).graph)).toBe(1);
  });

  it('refuses a recipe of more ops than can be compiled, once, at the register it is too much with', {
    timeout: 30_000,
  }, () => {
    const compiled = compile(checkedGraph(chain(100)), { descriptors: images() });
    expect(compiled.plan).toBeUndefined();
    expect(compiled.diagnostics).toMatchObject([
      { code: 'recipe', at: { nodeId: expect.stringMatching(/^r\d+$/) } },
    ]);
    expect(compiled.diagnostics[0]?.remedy).toContain('fewer squarings');
    // Short enough before it is differentiated, too long after.
    expect(compile(checkedGraph(chain(40)), { descriptors: images() }).diagnostics).toMatchObject([
      { code: 'recipe', at: { nodeId: expect.stringMatching(/^r\d+$/) } },
    ]);
    expect(compile(checkedGraph(chain(12)), { descriptors: images() }).diagnostics).toEqual([]);
  });

  it('says which node asks for a gradient through an op that has none', () => {
    const shown = defineNode({
      type: 'similarity.shown',
      version: 1,
      title: 'Shown',
      section: 'similarity',
      synonyms: [],
      documentation: { summary: '', details: '' },
      params: z.object({}),
      inputs: {},
      outputs: { objective: { type: 'objective', doc: '' } },
      lower: (b, _, __, { nodeId }) => ({
        objective: {
          kind: 'objective',
          name: nodeId,
          weight: b.dial('weight', 1),
          on: 'images',
          loss: (body, { channels: [{ fixed, warped }] }) =>
            body.meanSquaredDifference({
              fixed,
              warped: body.checkerboard({ a: fixed, b: warped }, { sizeVoxels: 2 }),
            }),
        },
      }),
    });
    const registry = new Map(nodeRegistry).set(shown.type, shown as unknown as NodeDefinition);
    const recipe = changed({ lncc: { type: 'similarity.shown', version: 1, params: {} } });
    const compiled = compile(checkedGraph(recipe, registry), { descriptors: images() });
    expect(compiled.plan).toBeUndefined();
    expect(compiled.diagnostics).toMatchObject([
      { code: 'not-differentiable', at: { nodeId: 'lncc' } },
    ]);
    expect(compiled.diagnostics[0]?.message).toContain('"checkerboard"');
  });

  it('knows before it runs that memory does not suffice, and points at who needs it', () => {
    const { plan } = compileRecipe(greedyRecipe);
    const most = Math.max(...plan!.slots.map(({ bytes }) => bytes));
    const found = (limits: CompileOptions['limits']) =>
      compileRecipe(greedyRecipe, { limits: limits! }).diagnostics;
    expect(found({ maxBufferBytes: most, maxTotalBytes: plan!.peakBytes })).toEqual([]);
    // The largest buffer holds the histograms of the start, most of the memory is of the loop.
    expect(found({ maxBufferBytes: most - 1 })).toMatchObject([
      { code: 'out-of-memory', at: { nodeId: 'start' } },
    ]);
    expect(found({ maxBufferBytes: most, maxTotalBytes: plan!.peakBytes - 1 })).toMatchObject([
      { code: 'out-of-memory', at: { nodeId: 'register' } },
    ]);
  });

  it.each(['lower', 'differentiate', 'simplify', 'fuse', 'schedule', 'allocate'] as const)(
    'prints the program after %s',
    (phase) => {
      const { printed } = compileRecipe(greedyRecipe, { printAfter: phase });
      expect(printed).toContain('loop "level 1 of 1"');
      expect(printed?.includes('gradient(')).toBe(phase === 'lower');
    },
  );

  it('names outputs by the values that simplifying left of them', () => {
    const twice = {
      ...greedyRecipe,
      nodes: {
        ...greedyRecipe.nodes,
        one: { type: 'apply.image', version: 1, params: {} },
        two: { type: 'apply.image', version: 1, params: {} },
      },
      edges: [
        ...greedyRecipe.edges,
        { from: 'moving.image', to: 'one.image' },
        { from: 'moving.image', to: 'two.image' },
        { from: 'start.transform', to: 'one.transform' },
        { from: 'start.transform', to: 'two.transform' },
      ],
    };
    const { outputs, plan } = compileRecipe(twice);
    const [one, two] = ['one', 'two'].map((id) => {
      const value = outputs.get(id)?.image;
      return value?.kind === 'image' ? value.image : undefined;
    });
    expect(one).toBe(two);
    expect(plan?.buffersOfValue.get(one!)?.length).toBe(1);
  });
});
