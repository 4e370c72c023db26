import { readFileSync } from 'node:fs';
import { gzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { bindInputs } from '../../../src/cli/bind-inputs';
import { identityMatrix, type MovingWorldFromFixedWorld } from '../../../src/imaging/frames';
import { axisAlignedGrid } from '../../../src/imaging/grid';
import { writeNifti } from '../../../src/imaging/nifti/write-nifti';
import { writeItkAffine } from '../../../src/imaging/transforms/itk-affine';
import { pairSha256Hex, sha256Hex } from '../../../src/imaging/volume-digest';
import { nodeRegistry } from '../../../src/nodes/index';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { Params, ParamValue, PipelineDocument } from '../../../src/pipeline/schema';
import { writeDocument } from '../../../src/pipeline/write-document';
import { at, edited, setDimensions, smallNifti } from '../imaging/nifti-bytes';
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

function withParams(nodeId: string, params: Params): PipelineDocument {
  const node = recipe.nodes[nodeId];
  if (!node) throw new Error(`No node ${nodeId}.`);
  return {
    ...recipe,
    nodes: { ...recipe.nodes, [nodeId]: { ...node, params: { ...node.params, ...params } } },
  };
}

/** The small image as header and voxels, the voxels compressed. */
function pair(): { readonly header: Uint8Array; readonly voxels: Uint8Array } {
  const single = smallNifti();
  const header = edited(single.slice(0, 348), (view) => {
    view.setUint8(at.magic + 1, 'i'.charCodeAt(0));
    view.setFloat32(at.voxOffset, 0, true);
  });
  return { header, voxels: gzipSync(single.slice(352)) };
}

/** The small image as a series of two frames, the voxels that are left over unused. */
function series(): Uint8Array {
  return edited(smallNifti(), (view) => setDimensions(view, [4, 5, 4, 1, 2]));
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

describe('bindInputs', { timeout: 60_000 }, () => {
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

  it('leaves labels of generated heads out where the recipe itself names a real image', async () => {
    const document = withSource('fixed', { kind: 'file', name: 'mine.nii.gz' });
    const bound = await bind(document, {}, { disk: { 'recipes/mine.nii.gz': image } });
    expect(bound.diagnostics).toEqual([]);
    expect(bound.leftOut).toEqual(['fixed-labels', 'moving-labels']);
    expect(Object.keys(bound.bindings)).toEqual(['fixed', 'moving']);
  });

  it('reads landmarks as their loader says, and leaves those of generated heads out', async () => {
    const loader = (params: Params) => ({ type: 'load.landmarks', version: 1, params });
    const document = {
      ...recipe,
      nodes: {
        ...recipe.nodes,
        places: loader({ columns: 'moving', coordinates: 'lps' }),
        generated: loader({}),
      },
    };
    const table = 'fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n1,2,3,4,5,6\n';
    const bound = await bind(
      document,
      { fixed: 'a.nii.gz', moving: 'a.nii.gz', places: 'b.csv' },
      { disk: { 'a.nii.gz': image, 'b.csv': new TextEncoder().encode(table) } },
    );
    expect(bound.diagnostics).toEqual([]);
    expect(bound.leftOut).toContain('generated');
    const source = bound.inputs.find(({ nodeId }) => nodeId === 'places')?.source;
    expect(source).toMatchObject({
      as: 'landmarks',
      name: 'b.csv',
      points: { set: 'moving', coordinates: 'lps' },
    });
    expect(bound.bindings.places).toMatch(/:moving-lps$/);
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
      ['fixed', 'no.nii cannot be read: there is no such file or folder.'],
      ['moving', 'no.nii cannot be read: there is no such file or folder.'],
    ]);
  });

  it('names a folder of DICOM files, and what to do with it', async () => {
    const dicom = new Uint8Array(300);
    dicom.set(new TextEncoder().encode('DICM'), 128);
    const disk = { 'scan/notes.txt': 'notes', 'scan/IM0001': dicom, 'B.nii.gz': image };
    const bound = await bind(recipe, { fixed: 'scan', moving: 'B.nii.gz' }, { disk });
    expect(bound.diagnostics).toMatchObject([
      {
        at: { nodeId: 'fixed' },
        message: 'scan is a folder of DICOM files; one image file was needed.',
        remedy: expect.stringContaining('dcm2niix'),
      },
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

  it.each(['in/a.hdr', 'in/a.img.gz'])('opens both files of a pair, given %s', async (path) => {
    const { header, voxels } = pair();
    const disk = { 'in/a.hdr': header, 'in/a.img.gz': voxels, 'B.nii.gz': image };
    const bound = await bind(recipe, { fixed: path, moving: 'B.nii.gz' }, { disk });
    expect(bound.diagnostics).toEqual([]);
    expect(bound.inputs[0]).toEqual({
      nodeId: 'fixed',
      source: { kind: 'file', as: 'image', name: 'a.hdr' },
      path: 'in/a.hdr',
      sha256: await pairSha256Hex(header, voxels),
    });
  });

  it('takes a transform for a loader of transforms', async () => {
    const start = { type: 'load.transform', version: 1, params: {} };
    const document = { ...recipe, nodes: { ...recipe.nodes, start } };
    const text = writeItkAffine(identityMatrix as MovingWorldFromFixedWorld);
    const disk = {
      'A.nii.gz': image,
      'B.nii.gz': image,
      'affine.txt': new TextEncoder().encode(text),
    };
    const images = { fixed: 'A.nii.gz', moving: 'B.nii.gz' };
    const bound = await bind(document, { ...images, start: 'affine.txt' }, { disk });
    expect(bound.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(bound.bindings.start).toMatch(/^input:transform:/);
    const wrong = await bind(document, { ...images, start: 'A.nii.gz' }, { disk });
    expect(wrong.diagnostics).toMatchObject([{ severity: 'error', at: { nodeId: 'start' } }]);
  });

  it('says what is missing where a header is alone', async () => {
    const disk = { 'a.hdr': pair().header, 'B.nii.gz': image };
    const bound = await bind(recipe, { fixed: 'a.hdr', moving: 'B.nii.gz' }, { disk });
    expect(bound.diagnostics).toMatchObject([
      { at: { nodeId: 'fixed' }, remedy: expect.stringContaining('.img file beside the .hdr') },
    ]);
  });

  it('takes the frame of a series that the loader names, and wants one named', async () => {
    const disk = { 'series.nii': series(), 'B.nii.gz': image };
    const inputs = { fixed: 'series.nii', moving: 'B.nii.gz' };
    const unnamed = await bind(recipe, inputs, { disk });
    expect(unnamed.diagnostics).toMatchObject([
      {
        severity: 'error',
        at: { nodeId: 'fixed', parameter: 'frame' },
        remedy: expect.stringContaining('--set fixed.frame=0'),
      },
    ]);
    const handles = await Promise.all(
      [0, 1].map(async (frame) => {
        const bound = await bind(withParams('fixed', { frame }), inputs, { disk });
        expect(bound.diagnostics).toEqual([]);
        expect(bound.inputs[0]?.source).toEqual({
          kind: 'file',
          as: 'image',
          name: 'series.nii',
          frame,
        });
        return bound.bindings.fixed;
      }),
    );
    expect(new Set(handles).size).toBe(2);
    const beyond = await bind(withParams('fixed', { frame: 2 }), inputs, { disk });
    expect(beyond.diagnostics).toMatchObject([{ at: { nodeId: 'fixed', parameter: 'frame' } }]);
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
