import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outputFiles, sameNameProblems } from '../../../src/cli/output-files';
import { nodeRegistry } from '../../../src/nodes/index';
import { parseDocument } from '../../../src/pipeline/parse-document';
import type { PipelineDocument } from '../../../src/pipeline/schema';
import type { OutputHandle } from '../../../src/runtime/api/engine/engine-api';

const parsed = parseDocument(readFileSync('pipelines/brain-t1-affine.json', 'utf8'));
if (!parsed.ok) throw new Error('The recipe does not parse.');
const recipe = parsed.document;

function without(...types: readonly string[]): PipelineDocument {
  const nodes = Object.entries(recipe.nodes).filter(([, { type }]) => !types.includes(type));
  return { ...recipe, nodes: Object.fromEntries(nodes) };
}

const outputs: readonly OutputHandle[] = ['rigid', 'affine'].flatMap((nodeId) => [
  { nodeId, port: 'transform', kind: 'transform' as const, handle: `${nodeId}-transform` },
  { nodeId, port: 'warped', kind: 'image' as const, handle: `${nodeId}-warped` },
]);

describe('outputFiles', () => {
  it('are what the save nodes say, with all parts of a transform', () => {
    const names = outputFiles(recipe, outputs, nodeRegistry).map(({ name }) => name);
    expect(names).toEqual([
      'warped.nii.gz',
      'warped-labels.nii.gz',
      'affine.txt',
      'displacement.nii.gz',
      'inverse-displacement.nii.gz',
    ]);
  });

  it('are those of the last registration where nothing is saved', () => {
    const bare = without('save.image', 'save.labels', 'save.transform');
    expect(outputFiles(bare, outputs, nodeRegistry)).toEqual([
      { name: 'warped.nii.gz', from: 'affine.warped', format: 'nifti-image' },
      { name: 'affine.txt', from: 'affine.transform', format: 'itk-affine' },
      { name: 'displacement.nii.gz', from: 'affine.transform', format: 'displacement' },
      {
        name: 'inverse-displacement.nii.gz',
        from: 'affine.transform',
        format: 'inverse-displacement',
      },
    ]);
    expect(outputFiles(bare, [], nodeRegistry)).toEqual([]);
  });
});

describe('sameNameProblems', () => {
  it('finds nothing in a shipped recipe', () => {
    expect(sameNameProblems(recipe, nodeRegistry)).toEqual([]);
  });

  it.each(['warped.nii.gz', 'WARPED.nii.gz'])(
    'reports two nodes that write one file, here or where case does not count: %s',
    (name) => {
      const node = recipe.nodes['save-image'];
      const wire = recipe.edges.find(({ to }) => to === 'save-image.image');
      if (!node || !wire) throw new Error('The recipe saves no image.');
      const save = (as: string) => ({ ...node, params: { ...node.params, name: as } });
      const twice: PipelineDocument = {
        ...recipe,
        nodes: { ...recipe.nodes, 'save-image': save('warped.nii.gz'), 'save-again': save(name) },
        edges: [...recipe.edges, { ...wire, to: 'save-again.image' }],
      };
      expect(sameNameProblems(twice, nodeRegistry)).toMatchObject([
        { severity: 'error', code: 'recipe', at: { nodeId: 'save-again' } },
      ]);
    },
  );
});
