import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axisAlignedGrid } from '../../../../src/imaging/grid';
import type { Volume } from '../../../../src/imaging/volume';
import { nodeRegistry } from '../../../../src/nodes/index';
import { defineNode, type NodeDefinition } from '../../../../src/runtime/api/nodes/define-node';
import { fieldOf, randomNumbers } from '../../../support/case-values';
import {
  bind,
  cached,
  headVolumes,
  openSession,
  run,
  slices,
} from '../../../support/small-session';
import { greedyRecipe, smallGrid } from '../../../support/worked-example';

describe('what goes wrong', { timeout: 60_000 }, () => {
  const count = 16 * 12 * 10;
  const image = (scale: number, seed: number): Volume => ({
    kind: 'image',
    grid: smallGrid,
    values: Float32Array.from(randomNumbers(count, seed), (v) => scale * v),
    storedType: 'float32',
  });
  const squares = {
    ...greedyRecipe,
    nodes: {
      ...greedyRecipe.nodes,
      lncc: { type: 'similarity.mean-squared-error', version: 1, params: {} },
    },
    edges: greedyRecipe.edges.filter(({ to }) => to !== 'register.initial'),
  };

  it('is a loss that is not a number: said at the node, from which iteration on', async () => {
    const session = openSession();
    const huge = await bind(session, { fixed: image(1e30, 1), moving: image(-1e30, 2) });
    const failed = await run(session, squares, huge);
    expect(failed.result.status).toBe('failed');
    expect(failed.result.diagnostics).toMatchObject([
      { code: 'non-finite', at: { nodeId: 'register' } },
    ]);
    expect(failed.result.diagnostics[0]?.message).toContain('from iteration 1 on');
    expect(failed.states.get('register')?.at(-1)).toBe('failed');
    const readable = failed.result.outputs.map(({ nodeId }) => nodeId);
    expect(readable).toEqual(['fixed', 'moving']);
    const usual = await bind(session, { fixed: image(1, 1), moving: image(1, 2) });
    expect((await run(session, squares, usual)).result.status).toBe('done');
  });

  it('is a result that is not finite, of a node without a loop: said at the node, and not kept', async () => {
    const correlated = {
      ...squares,
      nodes: {
        fixed: squares.nodes.fixed,
        moving: squares.nodes.moving,
        correlation: { type: 'evaluate.correlation', version: 1, params: {} },
      },
      edges: [
        { from: 'fixed.image', to: 'correlation.fixed' },
        { from: 'moving.image', to: 'correlation.warped' },
      ],
    };
    const session = openSession();
    const huge = await bind(session, { fixed: image(1e30, 1), moving: image(1e30, 2) });
    for (const _ of ['first', 'again']) {
      const { result, states } = await run(session, correlated, huge);
      expect(result).toMatchObject({ status: 'failed', metrics: {} });
      expect(result.diagnostics).toMatchObject([
        { code: 'non-finite', at: { nodeId: 'correlation', port: 'table' } },
      ]);
      expect(states.get('correlation')?.at(-1)).toBe('failed');
      expect(result.outputs.map(({ nodeId }) => nodeId)).toEqual(['fixed', 'moving']);
    }
  });

  it('is two images that meet in their background only: said at the node, each time', async () => {
    const ball = (shiftMm: number): Volume => {
      const grid = axisAlignedGrid([17, 17, 17], [2, 2, 2], [shiftMm, shiftMm, shiftMm]);
      const { planes } = fieldOf(grid, (x, y, z) =>
        Math.max(0, 4 - Math.hypot(x - 8, y - 8, z - 8)),
      );
      const values = Float32Array.from(planes[0]!);
      return { kind: 'image', grid, values, storedType: 'float32' };
    };
    const session = openSession();
    const bindings = await bind(session, { fixed: ball(0), moving: ball(30) });
    for (const _ of ['first', 'again']) {
      const { result, states } = await run(session, squares, bindings);
      expect(result.status).toBe('failed');
      expect(result.diagnostics).toMatchObject([
        { code: 'recipe', at: { nodeId: 'register', port: 'initial' } },
      ]);
      expect(states.get('register')?.at(-1)).toBe('failed');
      const readable = result.outputs.map(({ nodeId }) => nodeId);
      expect(readable).toEqual(['fixed', 'moving']);
    }
  });

  it('is an image of one value: what does not rest on it is kept', async () => {
    const flat = headVolumes.moving as Volume;
    const moving = { ...flat, values: flat.values.map(() => 7) } as Volume;
    const session = openSession();
    const bindings = await bind(session, { ...headVolumes, moving });
    const first = await run(session, slices(), bindings);
    expect(first.result.diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'recipe', at: { nodeId: 'start', port: 'moving' } },
    ]);
    expect(first.states.get('normalize-fixed')?.at(-1)).toBe('done');
    expect(first.states.get('warp-image')?.at(-1)).toBe('cancelled');
    const again = await run(session, slices(), bindings);
    expect(again.result.status).toBe('failed');
    expect(cached(again)).toContain('normalize-fixed');
    expect(cached(again)).not.toContain('greedy');
  });

  it('is a fault of ours: reported as one, and the session goes on', async () => {
    const faulty = defineNode({
      type: 'similarity.faulty',
      version: 1,
      title: 'Faulty',
      section: 'similarity',
      synonyms: [],
      documentation: { summary: '', details: '' },
      params: z.object({}),
      inputs: {},
      outputs: { objective: { type: 'objective', doc: '' } },
      lower: () => {
        throw new TypeError('It broke.');
      },
    });
    const registry = new Map(nodeRegistry).set(faulty.type, faulty as unknown as NodeDefinition);
    const session = openSession({ registry });
    const bindings = await bind(session, { fixed: image(1, 1), moving: image(1, 2) });
    const lncc = { type: 'similarity.faulty', version: 1, params: {} };
    const recipe = { ...squares, nodes: { ...squares.nodes, lncc } };
    const internal = [{ code: 'internal', severity: 'error' }];
    const { result } = await run(session, recipe, bindings);
    expect(result.status).toBe('failed');
    expect(result.diagnostics).toMatchObject(internal);
    expect(result.diagnostics[0]?.message).toContain('It broke.');
    const request = { documentText: JSON.stringify(recipe), bindings, device: 'cpu' } as const;
    expect((await session.compile(request)).diagnostics).toMatchObject(internal);
    expect((await run(session, squares, bindings)).result.status).toBe('done');
  });

  it('is a device that is not there', async () => {
    const session = openSession();
    const bindings = await bind(session, { fixed: image(1, 1), moving: image(1, 2) });
    const documentText = JSON.stringify(squares);
    const onGpu = { runId: 'gpu', documentText, bindings, device: 'gpu' } as const;
    const result = await session.run(onGpu, () => undefined);
    expect(result).toMatchObject({ status: 'failed', diagnostics: [{ code: 'device' }] });
    const anyDevice = { ...onGpu, runId: 'auto', device: 'auto' } as const;
    expect(await session.run(anyDevice, () => undefined)).toMatchObject({
      status: 'done',
      device: 'cpu',
    });
  });

  it('is a handle or a file on which Weft itself stumbles', async () => {
    const session = openSession();
    const source = { kind: 'file', as: 'image', name: 'x' } as const;
    const bytes = null as unknown as Uint8Array;
    const broken = {
      source,
      get bytes() {
        return bytes ?? fail();
      },
      nodeId: 'fixed',
    };
    const internal = [{ code: 'internal' }];
    const opened = await session.openInput(broken);
    expect(opened).toMatchObject({ ok: false, diagnostics: internal });
    const handle = null as unknown as string;
    const read = await session.read({ handle, as: 'volume' });
    expect(read).toMatchObject({ kind: 'missing', diagnostics: internal });
  });

  it('is a text that is no recipe', async () => {
    const session = openSession();
    const request = { runId: 'text', documentText: '{', bindings: {}, device: 'cpu' } as const;
    const result = await session.run(request, () => undefined);
    expect(result).toMatchObject({ status: 'failed', diagnostics: [{ code: 'document' }] });
  });

  it('is a handle that nobody knows, or that was given back', async () => {
    const session = openSession();
    const bindings = await bind(session, { fixed: image(1, 1), moving: image(1, 2) });
    const { result } = await run(session, squares, bindings);
    const missing = { kind: 'missing' };
    const output = result.outputs.find(({ nodeId }) => nodeId === 'register')!;
    expect(await session.read({ handle: 'input:image:guess', as: 'volume' })).toMatchObject(
      missing,
    );
    expect(await session.read({ handle: 'result:guess:x', as: 'volume' })).toMatchObject(missing);
    expect(await session.read({ handle: output.handle, as: 'table' })).toMatchObject(missing);
    const requests = [
      { handle: output.handle, as: output.kind === 'transform' ? 'transform' : 'volume' },
      { handle: bindings.fixed!, as: 'volume' },
    ] as const;
    for (const request of requests) {
      expect((await session.read(request)).kind).not.toBe('missing');
      await session.release([request.handle]);
      expect(await session.read(request)).toMatchObject(missing);
    }
  });
});

function fail(): never {
  throw new TypeError('It cannot be read.');
}
