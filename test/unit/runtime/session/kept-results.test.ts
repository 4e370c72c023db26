import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { CompileRequest, OutputHandle } from '../../../../src/runtime/api/engine/engine-api';
import { deviceOpeners } from '../../../../src/runtime/device-openers';
import type { DeviceOpener, Execution } from '../../../../src/runtime/devices';
import type { HeldPlane } from '../../../../src/runtime/held-plane';
import type { PlaneArray, ValueId } from '../../../../src/runtime/ir/values';
import type { Session } from '../../../../src/runtime/session';
import { ResultData } from '../../../../src/runtime/session/results/result-data';
import { resultHandle, resultPlace } from '../../../../src/runtime/session/results/result-handles';
import {
  ResultStore,
  type StoredResult,
} from '../../../../src/runtime/session/results/result-store';
import {
  bind,
  cached,
  computed,
  numbersOf,
  openSession,
  run,
  slices,
} from '../../../support/small-session';

const voxels = 48 * 56;
/** A loop on a coarse grid needs little: what is kept decides how much memory a plan takes. */
const coarse = (changes: Parameters<typeof slices>[0] = {}) =>
  slices({ 'field-levels': { shrink: [4], iterations: [6], convergence: 0 }, ...changes });
const cpu = { gpu: undefined, spawnThread: undefined, threads: 1 };
const places = (outputs: readonly OutputHandle[]) =>
  outputs.map(({ nodeId, port }) => `${nodeId}.${port}`);

/** The cpu device, with the number of fields that are read out of executions and held planes. */
function watchedDevice(): { readonly openers: readonly DeviceOpener[]; fieldsRead: number } {
  const watched = { openers: [] as readonly DeviceOpener[], fieldsRead: 0 };
  const counted = async (reading: Promise<PlaneArray>): Promise<PlaneArray> => {
    const numbers = await reading;
    if (numbers.length >= voxels) watched.fieldsRead += 1;
    return numbers;
  };
  const withCount = (execution: Execution): Execution => {
    const { read, hold } = execution;
    execution.read = (buffer) => counted(read.call(execution, buffer));
    execution.hold = (buffer) => {
      const plane = hold.call(execution, buffer);
      const readPlane = plane.read;
      plane.read = () => counted(readPlane.call(plane));
      return plane;
    };
    return execution;
  };
  watched.openers = deviceOpeners(cpu).map((opener) => ({
    ...opener,
    async open() {
      const device = await opener.open();
      if ('missingBecause' in device) return device;
      const { prepare } = device;
      device.prepare = async (plan) => withCount(await prepare.call(device, plan));
      return device;
    },
  }));
  return watched;
}

describe('results', { timeout: 60_000 }, () => {
  it('are read when somebody asks, and not by the next run', async () => {
    const watched = watchedDevice();
    const session = openSession({ devices: watched.openers });
    const bindings = await bind(session);
    const { result } = await run(session, coarse(), bindings);
    const board = await run(session, coarse({ checkerboard: { sizeVoxels: 8 } }), bindings);
    expect(computed(board)).toEqual(['checkerboard']);
    expect(watched.fieldsRead).toBe(0);
    const warped = await numbersOf(session, result, 'greedy', 'warped');
    expect(watched.fieldsRead).toBe(1);
    expect(await numbersOf(session, board.result, 'greedy', 'warped')).toEqual(warped);
  });

  it('are what the recipe saves and measures, where no more is asked for', async () => {
    const session = openSession();
    const bindings = await bind(session);
    const needed = await runKeeping(session, coarse(), bindings);
    const left = places(needed.result.outputs);
    expect(left).toEqual(
      expect.arrayContaining(['greedy.transform', 'warp-image.image', 'dice.table']),
    );
    for (const gone of ['greedy.warped', 'normalize-fixed.image', 'checkerboard.image']) {
      expect(left).not.toContain(gone);
    }
    const other = openSession();
    const whole = await run(other, coarse(), await bind(other));
    expect(needed.result.metrics).toEqual(whole.result.metrics);
    expect(needed.result.peakBytes).toBeLessThan(whole.result.peakBytes);
    expect(await numbersOf(session, needed.result, 'warp-image', 'image')).toEqual(
      await numbersOf(other, whole.result, 'warp-image', 'image'),
    );
    // Enough is there for a change behind the registration, and for all that was not kept.
    const nearest = coarse({ 'warp-image': { interpolation: 'nearest' } });
    const next = await runKeeping(session, nearest, bindings);
    expect(cached(next)).toEqual(expect.arrayContaining(['affine', 'greedy', 'dice']));
    const later = await run(session, coarse(), bindings);
    expect(cached(later)).toEqual(expect.arrayContaining(['affine', 'dice', 'warp-image']));
    // The checkerboard shows what the registration gave beside its transform.
    expect(computed(later)).toEqual(expect.arrayContaining(['checkerboard', 'greedy']));
    expect(later.result.metrics).toEqual(whole.result.metrics);
  });

  it('are only those that are needed where the device has no memory for all', async () => {
    const bound = openSession();
    const bindings = await bind(bound);
    const request = { documentText: JSON.stringify(coarse()), bindings, device: 'cpu' } as const;
    const peak = async (keep: CompileRequest['keep'] & string) =>
      (await bound.compile({ ...request, keep })).plan?.peakBytes ?? 0;
    const [all, needed] = [await peak('all'), await peak('needed')];
    expect(needed).toBeLessThan(all);
    // Half of the memory is for plans.
    const tight = openSession({ devices: deviceOpeners({ ...cpu, memoryBytes: 2 * needed + 8 }) });
    const { result } = await run(tight, coarse(), await bind(tight));
    expect(result).toMatchObject({
      status: 'done',
      peakBytes: needed,
      diagnostics: expect.arrayContaining([
        expect.objectContaining({ severity: 'warning', code: 'out-of-memory' }),
      ]),
    });
    expect(places(result.outputs)).not.toContain('normalize-fixed.image');
    const tooTight = openSession({ devices: deviceOpeners({ ...cpu, memoryBytes: needed }) });
    const refused = await run(tooTight, coarse(), await bind(tooTight));
    expect(refused.result).toMatchObject({
      status: 'failed',
      diagnostics: [{ severity: 'error', code: 'out-of-memory' }],
    });
  });

  it('are what loops gave, at least, where there is memory for that: the next run needs no loop', async () => {
    const bound = openSession();
    const request = {
      documentText: JSON.stringify(coarse()),
      bindings: await bind(bound),
      device: 'cpu',
    } as const;
    const all = (await bound.compile(request)).plan?.peakBytes ?? 0;
    const tight = openSession({ devices: deviceOpeners({ ...cpu, memoryBytes: 2 * all - 8 }) });
    const bindings = await bind(tight);
    const first = await run(tight, coarse(), bindings);
    expect(first.result.status).toBe('done');
    expect(places(first.result.outputs)).toContain('greedy.warped');
    expect(places(first.result.outputs)).not.toContain('normalize-fixed.image');
    const second = await run(tight, coarse({ checkerboard: { sizeVoxels: 8 } }), bindings);
    expect(cached(second)).toEqual(expect.arrayContaining(['affine', 'greedy']));
    expect(second.result.metrics).toEqual(first.result.metrics);
  });

  it('do not pile up, run after run', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const session = openSession({ verify: false, maxResultBytes: 2 ** 20 });
    const bindings = await bind(session);
    const heldMiB = async () => {
      for (let i = 0; i < 3; i += 1) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return { buffers: arrayBuffers / 2 ** 20, heap: heapUsed / 2 ** 20 };
    };
    const levels = { shrink: [2], iterations: [1], convergence: 0 };
    const heldAfter = async (runs: number, from: number) => {
      for (let i = from; i < from + runs; i += 1) {
        const recipe = slices({
          'field-levels': levels,
          checkerboard: { sizeVoxels: 2 + (i % 40) },
        });
        recipe.nodes['local-correlation']!.params.weight = 1 + i / 100;
        const { result } = await run(session, recipe, bindings);
        expect(result.status).toBe('done');
        await numbersOf(session, result, 'greedy', 'warped');
      }
      return heldMiB();
    };
    const early = await heldAfter(8, 0);
    const late = await heldAfter(24, 8);
    expect(late.buffers - early.buffers).toBeLessThan(1);
    expect(late.heap - early.heap).toBeLessThan(6);
  });
});

/** Runs a recipe of which only what is needed is kept. */
const runKeeping = (session: Session, recipe: object, bindings: Readonly<Record<string, string>>) =>
  run(session, recipe, bindings, undefined, 'cpu', 'needed');

/** A plane that says whether its memory is there. */
function fakePlane(bytes: number): HeldPlane & { holders: number; isLost: boolean } {
  return {
    bytes,
    holders: 1,
    isLost: false,
    async read() {
      if (this.holders === 0) throw new TypeError('It is gone.');
      return new Float32Array(bytes / 4);
    },
    retain() {
      this.holders += 1;
    },
    release() {
      this.holders -= 1;
    },
  };
}

describe('a result store', () => {
  const stored = (plane: HeldPlane): StoredResult => ({
    ports: {},
    types: new Map(),
    data: new ResultData(new Map(), new Map([[0 as ValueId, [plane]]])),
    geometry: undefined,
    levels: [],
  });

  it('frees what it lets go, unless somebody still uses it', () => {
    const store = new ResultStore(100);
    const [first, second] = [fakePlane(80), fakePlane(80)];
    const inUse = stored(first);
    store.keep(new Map([['a', inUse]]));
    expect(first.holders).toBe(2);
    store.keep(new Map([['b', stored(second)]]));
    expect(store.get('a')).toBeUndefined();
    expect(first.holders).toBe(1);
    inUse.data.release();
    expect(first.holders).toBe(0);
    expect(store.bytes).toBe(80);
  });

  it('keeps what it is given again', () => {
    const store = new ResultStore(100);
    const plane = fakePlane(80);
    const result = stored(plane);
    store.keep(new Map([['a', result]]));
    result.data.release();
    store.keep(new Map([['a', result]]));
    expect(plane.holders).toBe(1);
    expect(store.bytes).toBe(80);
    store.makeRoom(79);
    expect(plane.holders).toBe(0);
  });

  it('does not find what a lost device took along', () => {
    const store = new ResultStore(100);
    const plane = fakePlane(80);
    store.keep(new Map([['a', stored(plane)]]));
    plane.isLost = true;
    expect(store.get('a')).toBeUndefined();
    expect(store.bytes).toBe(0);
  });

  it('names places by handles that it can read again', () => {
    const place = { key: 'a:b', port: 'image' };
    expect(resultPlace(resultHandle(place))).toEqual(place);
    for (const other of ['', 'result:', 'input:image:abc']) {
      expect(resultPlace(other)).toBeUndefined();
    }
  });
});
