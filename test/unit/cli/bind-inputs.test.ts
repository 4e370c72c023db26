import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindInputs } from '../../../src/cli/bind-inputs';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { sha256Hex } from '../../../src/imaging/volume-digest';
import { nodeRegistry } from '../../../src/nodes/index';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { ParamValue, PipelineDocument } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import { createTestHost, type TestHostOptions } from './test-host';

const parsed = parseDocument(readFileSync('pipelines/brain-2d-greedy.json', 'utf8'));
if (!parsed.ok) throw new Error('The recipe does not parse.');
const recipe = parsed.document;

const image = writeNifti({
  kind: 'image',
  grid: axisAlignedGrid([8, 8, 1], [1, 1, 1]),
  values: Float32Array.from({ length: 64 }, (_, i) => i),
  storedType: 'float32',
});
let sha256: string;
beforeAll(async () => {
  sha256 = await sha256Hex(image);
});

function withSource(nodeId: string, source: ParamValue, document = recipe): PipelineDocument {
  const node = document.nodes[nodeId];
  if (!node) throw new Error(`No node ${nodeId}.`);
  return { ...document, nodes: { ...document.nodes, [nodeId]: { ...node, params: { source } } } };
}

async function bind(
  document: PipelineDocument,
  inputs: Readonly<Record<string, string>>,
  options: TestHostOptions & { readonly agreesToFetch?: boolean } = {},
) {
  const host = createTestHost(options);
  const engine = await host.openEngine({ device: 'cpu', threads: 1 });
  return bindInputs(
    engine,
    { path: 'recipes/mine.json', document, text: writeDocument(document) },
    { inputs: new Map(Object.entries(inputs)), fetch: options.agreesToFetch ?? false },
    host,
    nodeRegistry,
  );
}

describe('bindInputs', () => {
  it('generates the heads that the recipe names', async () => {
    const bound = await bind(recipe, {});
    expect(bound.diagnostics).toEqual([]);
    expect(bound.leftOut).toEqual([]);
    expect(Object.keys(bound.bindings)).toEqual([
      'fixed',
      'fixed-labels',
      'moving',
      'moving-labels',
    ]);
  });

  it('leaves labels out once images are given by hand', async () => {
    const bound = await bind(
      recipe,
      { fixed: 'a/A.nii.gz', moving: 'B.nii.gz' },
      { disk: { 'a/A.nii.gz': image, 'B.nii.gz': image } },
    );
    expect(bound.diagnostics).toEqual([]);
    expect(bound.leftOut).toEqual(['fixed-labels', 'moving-labels']);
    expect(bound.inputs).toEqual([
      {
        nodeId: 'fixed',
        source: { kind: 'file', as: 'image', name: 'A.nii.gz' },
        path: 'a/A.nii.gz',
        sha256,
      },
      {
        nodeId: 'moving',
        source: { kind: 'file', as: 'image', name: 'B.nii.gz' },
        path: 'B.nii.gz',
        sha256,
      },
    ]);
  });

  it('wants every image once one is given by hand', async () => {
    const bound = await bind(recipe, { fixed: 'A.nii.gz' }, { disk: { 'A.nii.gz': image } });
    expect(bound.diagnostics).toHaveLength(1);
    expect(bound.diagnostics[0]).toMatchObject({
      code: 'input-missing',
      at: { nodeId: 'moving' },
      remedy: expect.stringContaining('--input moving=FILE'),
    });
  });

  it('names the loaders where --input names none', async () => {
    const bound = await bind(recipe, { greedy: 'A.nii.gz' }, { disk: { 'A.nii.gz': image } });
    expect(bound.diagnostics[0]).toMatchObject({
      code: 'unknown-node',
      at: { nodeId: 'greedy' },
      remedy: expect.stringContaining('fixed, fixed-labels, moving, moving-labels'),
    });
  });

  it('says which file is missing', async () => {
    const bound = await bind(recipe, { fixed: 'no.nii', moving: 'no.nii' });
    expect(bound.diagnostics.map(({ at, message }) => [at.nodeId, message])).toEqual([
      ['fixed', 'no.nii cannot be read: there is no such file.'],
      ['moving', 'no.nii cannot be read: there is no such file.'],
    ]);
  });

  it('finds the files of a recipe beside it, and says when one has changed', async () => {
    const disk = { 'recipes/mine.nii.gz': image };
    const source = { kind: 'file', name: 'mine.nii.gz' };
    const same = await bind(withSource('fixed', { ...source, sha256 }), {}, { disk });
    expect(same.diagnostics).toEqual([]);
    expect(same.inputs[0]).toMatchObject({ nodeId: 'fixed', path: 'recipes/mine.nii.gz', sha256 });
    const other = withSource('fixed', { ...source, sha256: 'a'.repeat(64) });
    const changed = await bind(other, {}, { disk });
    expect(changed.diagnostics).toHaveLength(1);
    expect(changed.diagnostics[0]).toMatchObject({ severity: 'warning', code: 'input-problem' });
    expect(changed.bindings.fixed).toBeDefined();
  });

  it('downloads only with --fetch, and only what the checksum names', async () => {
    const url = 'https://images.example/brain.nii.gz';
    const document = withSource('fixed', { kind: 'url', url, sha256 });
    const asked: string[] = [];
    const fetch = async (address: string): Promise<Response> => {
      asked.push(address);
      return new Response(image.slice());
    };
    const refused = await bind(document, {}, { fetch });
    expect(refused.diagnostics[0]).toMatchObject({
      code: 'input-missing',
      at: { nodeId: 'fixed' },
      remedy: expect.stringContaining('--fetch'),
    });
    expect(asked).toEqual([]);

    const agreed = await bind(document, {}, { fetch, agreesToFetch: true });
    expect(agreed.diagnostics).toEqual([]);
    expect(agreed.inputs[0]).toMatchObject({ nodeId: 'fixed', sha256, source: { url } });
    expect(asked).toEqual([url]);

    const other = withSource('fixed', { kind: 'url', url, sha256: 'b'.repeat(64) });
    const swapped = await bind(other, {}, { fetch, agreesToFetch: true });
    expect(swapped.diagnostics[0]).toMatchObject({ severity: 'error', code: 'input-problem' });
    expect(swapped.bindings.fixed).toBeUndefined();
  });
});
