import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindInputs } from '../../../src/cli/bind-inputs';
import { runCommandLine } from '../../../src/cli/command-line';
import { loadRecipe } from '../../../src/cli/load-recipe';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { headPhantom } from '../../../src/imaging/phantoms/head';
import { type PublicImage, publicImages } from '../../../src/imaging/public-images';
import { sha256Hex } from '../../../src/imaging/volume-digest';
import { nodeRegistry } from '../../../src/nodes/index';
import { type ImageServer, startImageServer } from './image-server';
import { createTestHost } from './test-host';

const heads = [1, 2].map((subject) =>
  writeNifti(
    headPhantom({ dimensions: 2, sizeVoxels: [48, 56, 1], seed: 3, subject, contrast: 't1' }).image,
  ),
);
const settings = [
  { nodeId: 'field-levels', path: ['iterations'], value: '[6,4]' },
  { nodeId: 'field-levels', path: ['shrink'], value: '[2,1]' },
];
let server: ImageServer;
let list: readonly PublicImage[];

beforeAll(async () => {
  const [a, b] = heads as [Uint8Array, Uint8Array];
  server = await startImageServer({ '/a.nii.gz': a, '/b.nii.gz': b, '/changed.nii.gz': a });
  const entry = async (id: string, bytes: Uint8Array): Promise<PublicImage> => ({
    ...publicImages[0]!,
    id,
    url: `https://images.example/${id}.nii.gz`,
    sha256: await sha256Hex(bytes),
    sizeBytes: bytes.length,
  });
  list = [
    await entry('a', a),
    await entry('b', b),
    await entry('changed', b),
    await entry('gone', b),
  ];
});
afterAll(() => server.close());

async function bind(inputs: Readonly<Record<string, string>>, agrees: boolean) {
  const host = createTestHost({ fetch: server.fetch });
  const engine = await host.openEngine({ device: 'cpu', threads: 1 });
  const path = 'pipelines/brain-2d-greedy.json';
  const loaded = await loadRecipe(path, settings, host.files, nodeRegistry);
  if (!loaded.ok) throw new Error('The recipe does not load.');
  const { recipe } = loaded;
  const asked = server.asked.length;
  const options = { inputs: new Map(Object.entries(inputs)), fetch: agrees };
  const bound = await bindInputs(engine, recipe, options, host, nodeRegistry, list);
  return { engine, recipe, bound, asked: server.asked.slice(asked) };
}

describe('a public image named by --input', { timeout: 60_000 }, () => {
  it('is not fetched before the person agrees; they hear from where, how much, on what terms', async () => {
    const { bound, asked } = await bind({ fixed: 'public:a', moving: 'public:b' }, false);
    expect(asked).toEqual([]);
    expect(bound.bindings).toEqual({});
    expect(bound.diagnostics).toHaveLength(2);
    const [{ at, message, remedy }] = bound.diagnostics as [(typeof bound.diagnostics)[number]];
    expect(at).toEqual({ nodeId: 'fixed' });
    expect(message).toContain('images.example');
    expect(message).toMatch(/\d KiB/);
    expect(message).toContain(list[0]?.licence);
    expect(remedy).toContain('--fetch');
  });

  it('is fetched, checked and registered once they do', async () => {
    const { engine, recipe, bound, asked } = await bind(
      { fixed: 'public:a', moving: 'public:b' },
      true,
    );
    expect(asked).toEqual(['/a.nii.gz', '/b.nii.gz']);
    expect(bound.diagnostics).toEqual([]);
    expect(bound.inputs[0]).toMatchObject({
      nodeId: 'fixed',
      sha256: list[0]?.sha256,
      source: { kind: 'url', as: 'image', url: list[0]?.url },
    });
    const { bindings } = bound;
    const request = { documentText: recipe.text, bindings, device: 'cpu', runId: 'run' } as const;
    const result = await engine.run(request, () => {});
    expect(result.status).toBe('done');
    expect(result.metrics.ncc).toBeGreaterThan(0.5);
  });

  it.each([
    ['is not what the list says', 'public:changed', 'SHA-256 differs'],
    ['is gone', 'public:gone', '404'],
    ['is not in the list', 'public:zebra', 'no public image "zebra"'],
  ])('that %s gives one diagnostic on its node', async (_, given, message) => {
    const { bound } = await bind({ fixed: given, moving: 'public:b' }, true);
    expect(bound.diagnostics).toHaveLength(1);
    expect(bound.diagnostics[0]).toMatchObject({
      severity: 'error',
      code: 'input-problem',
      at: { nodeId: 'fixed' },
      message: expect.stringContaining(message),
    });
    expect(bound.diagnostics[0]?.remedy).toMatch(/\.$/);
    expect(bound.bindings.fixed).toBeUndefined();
  });
});

it('weft images lists them all, and fetches nothing', async () => {
  const host = createTestHost();
  expect(await runCommandLine(['images'], host)).toBe(0);
  for (const { id, licence, shows } of publicImages) {
    expect(host.printed().out).toContain(`public:${id}\n  ${shows}`);
    expect(host.printed().out).toContain(licence);
  }
  const json = createTestHost();
  await runCommandLine(['images', '--json'], json);
  expect(JSON.parse(json.printed().out)).toEqual(publicImages);
});
