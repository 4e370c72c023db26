import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axisAlignedGrid, type Grid } from '../../../src/imaging/grid';
import { writeDisplacementField, writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { nodeRegistry } from '../../../src/nodes/index';
import type { Diagnostic } from '../../../src/runtime/api/engine/diagnostics';
import type { Session } from '../../../src/runtime/session';
import { loaderTypes, recipeAround } from '../../support/recipe-around';
import { openSession } from '../../support/small-session';

type Place = readonly [x: number, y: number, z: number];
/** Files by loader. */
type Files = Readonly<Record<string, Uint8Array>>;

interface Situation {
  /** Loaders that bring it; all where it is about the grid. */
  readonly at?: readonly string[];
  readonly size?: Place;
  readonly spacingMm?: Place;
  readonly fixed?: (place: Place) => number;
  readonly moving?: (place: Place) => number;
  readonly mask?: (place: Place) => number;
  readonly movingLabels?: (place: Place) => number;
  readonly movingLandmarks?: number;
}

const size: Place = [11, 10, 9];
const blob =
  (shift: number) =>
  ([x, y, z]: Place): number =>
    100 * Math.exp(-(((x - 5 - shift) / 3) ** 2 + ((y - 4.5) / 3.5) ** 2 + ((z - 4) / 4) ** 2)) +
    8 * Math.sin(x - shift + 2 * y + 3 * z);
const regions = ([x, y]: Place): number => (x < 3 || y < 3 ? 0 : x < 6 ? 1 : 2);

/** Names of what people bring, or get from another tool, and what is odd about it. */
const situations: Readonly<Record<string, Situation>> = {
  'nothing odd': {},
  'a constant fixed image': { at: ['fixed'], fixed: () => 7 },
  'a constant moving image': { at: ['moving'], moving: () => 7 },
  'nothing but zeros': {
    at: ['fixed', 'moving'],
    fixed: () => 0,
    moving: () => 0,
  },
  'voxels that are not numbers': {
    at: ['fixed', 'moving'],
    fixed: (place) => (place[0] === 4 ? Number.NaN : blob(0)(place)),
    moving: (place) => (place[1] === 4 ? Number.POSITIVE_INFINITY : blob(1)(place)),
  },
  'empty masks': { at: ['fixed-mask', 'moving-mask'], mask: () => 0 },
  'labels that are not in the other map': {
    at: ['moving-labels'],
    movingLabels: (place) => 4 + regions(place),
  },
  'no labels at all': { at: ['moving-labels'], movingLabels: () => 0 },
  'one landmark less': { at: ['moving-landmarks'], movingLandmarks: 4 },
  'one slice': { size: [11, 10, 1] },
  'one voxel': { size: [1, 1, 1] },
  'voxels of a micrometre': { spacingMm: [1e-3, 1e-3, 1e-3] },
  'voxels of a metre': { spacingMm: [1000, 1000, 1000] },
  'slices far apart': { spacingMm: [0.5, 0.5, 40] },
};

function filesOf(situation: Situation): Files {
  const grid = axisAlignedGrid(situation.size ?? size, situation.spacingMm ?? [2, 2, 2.5]);
  const { fixed = blob(0), moving = blob(1), mask, movingLabels } = situation;
  const image = (value: (place: Place) => number): Uint8Array =>
    writeNifti(
      { kind: 'image', grid, channels: 1, values: valuesOf(grid, value), storedType: 'float32' },
      { gzip: false },
    );
  return {
    fixed: image(fixed),
    moving: image(moving),
    'fixed-labels': image(regions),
    'moving-labels': image(movingLabels ?? regions),
    'fixed-mask': image(mask ?? (([x]) => (x > 0 ? 1 : 0))),
    'moving-mask': image(mask ?? (([, y]) => (y > 0 ? 1 : 0))),
    'fixed-landmarks': landmarks(grid, 5, 0),
    'moving-landmarks': landmarks(grid, situation.movingLandmarks ?? 5, 0.3),
    known: knownField(grid),
  };
}

function valuesOf(
  { sizeVoxels: [nx, ny, nz] }: Grid,
  value: (place: Place) => number,
): Float32Array {
  const values = new Float32Array(nx * ny * nz);
  for (let i = 0; i < values.length; i += 1) {
    values[i] = value([i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]);
  }
  return values;
}

/** Points inside the grid, not in one plane where it has three dimensions. */
function landmarks(grid: Grid, count: number, shift: number): Uint8Array {
  const m = grid.worldFromVoxel;
  const rows = Array.from({ length: count }, (_, i) => {
    const voxel = grid.sizeVoxels.map((n, axis) => ((i * (axis + 2) + 1) % 5) * ((n - 1) / 5));
    const world = [0, 1, 2].map(
      (row) => m[4 * row + row]! * (voxel[row]! + shift) + m[4 * row + 3]!,
    );
    return [`p${i}`, ...world].join();
  });
  return new TextEncoder().encode(`name,x,y,z\n${rows.join('\n')}\n`);
}

function knownField(grid: Grid): Uint8Array {
  const edge = grid.worldFromVoxel[0];
  const along = (axis: number) =>
    valuesOf(grid, (place) => 0.3 * edge * Math.sin(place[axis]! / 3 + axis));
  return writeDisplacementField(
    { grid, componentsMm: [along(0), along(1), along(2)] },
    { gzip: false },
  );
}

/** Everything of a result that is a number but not finite, by where it is. */
async function nonFinite(
  session: Session,
  result: Awaited<ReturnType<Session['run']>>,
): Promise<readonly string[]> {
  const found = Object.entries(result.metrics)
    .filter(([, value]) => !Number.isFinite(value))
    .map(([name]) => name);
  for (const { nodeId, port, kind, handle } of result.outputs) {
    if (kind !== 'image' && kind !== 'transform' && kind !== 'labels' && kind !== 'mask') continue;
    const read = await session.read({ handle, as: kind === 'transform' ? 'transform' : 'volume' });
    const numbers =
      read.kind === 'volume'
        ? [read.volume.values]
        : read.kind === 'transform'
          ? [read.affine, read.displacement?.values ?? []]
          : undefined;
    if (!numbers) found.push(`${nodeId}.${port} cannot be read`);
    if (numbers?.some((all) => !Array.from(all).every(Number.isFinite))) {
      found.push(`${nodeId}.${port}`);
    }
  }
  return found;
}

let session: Session;
const opened = new Map<string, Promise<Readonly<Record<string, string>>>>();
/** What is said of files that are refused when they are opened. */
const refusals = new Map<string, readonly Diagnostic[]>();

beforeAll(() => {
  session = openSession();
});
afterAll(() => session.destroy());

/** Whether a node compares images to align them. */
function aligns(type: string): boolean {
  return /^(register|model|optimizer|schedule|regularizer|initialise\.(start|moments|centres-of-mass|blocks|coupled-convex))/.test(
    type,
  );
}

/** Handles of the files of a situation, or the message by which one is refused when it is opened. */
async function handlesOf(name: string): Promise<Readonly<Record<string, string>>> {
  const known = opened.get(name);
  if (known) return known;
  const opening = openFiles(name);
  opened.set(name, opening);
  return opening;
}

async function openFiles(name: string): Promise<Readonly<Record<string, string>>> {
  const handles: Record<string, string> = {};
  for (const [nodeId, bytes] of Object.entries(filesOf(situations[name] ?? {}))) {
    const fileName = nodeId.endsWith('landmarks') ? `${nodeId}.csv` : `${nodeId}.nii`;
    const loader = nodeRegistry.get(loaderTypes[nodeId] ?? '');
    const params = loader?.params.parse({ source: { kind: 'file', name: fileName } });
    const source = loader?.source?.(params);
    if (!source) throw new Error(`${nodeId} loads nothing.`);
    const result = await session.openInput({ nodeId, source, bytes, fileName });
    if (result.ok) handles[nodeId] = result.handle;
    else refusals.set(`${name}, ${nodeId}`, result.diagnostics);
  }
  return handles;
}

// Networks have to learn first, and their files are odd in ways of their own: `session/train.test.ts`, `nodes/predict.test.ts`,
// `nodes/saved-network.test.ts` and `nodes/dataset.test.ts` are about them.
const ofNetworks = ['load.network', 'load.cases'];
const nodeTypes = [...nodeRegistry]
  .filter(
    ([type, { section }]) =>
      !type.startsWith('save.') && section !== 'network' && !ofNetworks.includes(type),
  )
  .map(([type]) => type);

/** What can be odd about the data of a recipe. */
function situationsOf(type: string): readonly string[] {
  const { nodes } = recipeAround(type);
  return Object.entries(situations)
    .filter(([, { at }]) => at === undefined || at.some((loader) => loader in nodes))
    .map(([name]) => name);
}

describe.each(nodeTypes)('%s', (type) => {
  test.each(situationsOf(type))('with %s: numbers, or one clear refusal', async (name) => {
    const recipe = recipeAround(type);
    const handles = await handlesOf(name);
    const bindings = Object.fromEntries(
      Object.entries(handles).filter(([nodeId]) => nodeId in recipe.nodes),
    );
    const result = await session.run(
      {
        runId: `${type}, ${name}`,
        documentText: JSON.stringify(recipe),
        bindings,
        device: 'cpu',
        keep: 'all',
      },
      () => undefined,
    );
    const refused = Object.keys(recipe.nodes).flatMap(
      (nodeId) => refusals.get(`${name}, ${nodeId}`) ?? [],
    );
    const diagnostics = [...refused, ...result.diagnostics];
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const said = JSON.stringify(diagnostics);
    if (result.status === 'done' && refused.length === 0) {
      // Everything that the node can have was there.
      expect(said).not.toContain('input-missing');
      expect(errors, said).toEqual([]);
      expect(await nonFinite(session, result), said).toEqual([]);
    } else {
      expect(errors.length, said).toBeGreaterThan(0);
      for (const { code, at, remedy } of errors) {
        expect(code, said).not.toBe('internal');
        expect(at.nodeId, said).toBeDefined();
        expect(remedy, said).not.toBe('');
      }
    }
    // So few voxels hold no three levels of blocks.
    const isTooSmall = type === 'initialise.blocks';
    if (name === 'nothing odd' && !isTooSmall) expect(result.status, said).toBe('done');
    const isConstant = name.startsWith('a constant') || name === 'nothing but zeros';
    if (isConstant && aligns(type)) expect(result.status, said).toBe('failed');
  });
});
