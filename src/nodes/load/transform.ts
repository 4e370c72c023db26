import { z } from 'zod';
import { type Grid, sameGrid } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { fileParameter } from './source-parameter';

export const loadTransform = defineNode({
  type: 'load.transform',
  version: 1,
  title: 'Load transform',
  section: 'load',
  synonyms: ['ITK', 'ANTs', 'affine', 'warp', 'displacement field', 'matrix', 'initial', 'tfm'],
  documentation: {
    summary: 'Brings a transform into the recipe: an ITK text affine, or a displacement field.',
    details: `Reads what Save transform writes and what ITK and ANTs write: a text file of one linear
transform (\`affine.txt\`, .tfm), or a displacement field (\`displacement.nii.gz\`, \`1Warp.nii.gz\`), a
NIfTI file of five dimensions. Both are in ITK's LPS millimetres there and in RAS here. ITK's binary
files (.mat, .h5) and composites are refused; their parts can be loaded.

A linear transform says nothing of a grid: wire the image that stays to *fixed*. A displacement field
lies on the grid it was written on; where *fixed* is wired and lies on another one, the field is read
there linearly, and is zero beyond its edge as in ITK.

A transform that bends is two files. Load each, and wire the affine to *after* of the field: the field
moves a point first, the affine after, as in \`antsApplyTransforms -t displacement.nii.gz -t affine.txt\`.

Wire the result to *initial* of Register to go on from it, or to Transform image. The inverse of a
field is another file and is not loaded with it.`,
    formula: String.raw`T(x) = A_{\text{after}}\,A\,(x + u(x))`,
  },
  params: z.object({ source: fileParameter('affine.txt') }),
  inputs: {
    fixed: {
      type: 'image',
      doc: 'The image that stays: results lie on its grid. Without it: the grid of the field.',
      optional: true,
    },
    after: {
      type: 'transform',
      doc: 'Linear transform that moves a point after this one. Without it: none.',
      optional: true,
    },
  },
  outputs: { transform: { type: 'transform', doc: 'From the fixed to the moving world.' } },
  source: ({ source }) => ({ ...source, as: 'transform' }),
  lower(b, { fixed, after }, _, context) {
    if (context.source?.kind !== 'transform') {
      return context.refuse({
        parameter: 'source',
        message: 'No transform is bound to this node.',
        remedy: `Bind an ITK text affine or a displacement field to the loader "${context.nodeId}".`,
      });
    }
    const loaded = context.input('transform');
    const grid = fixed?.grid ?? (loaded.displacement === undefined ? undefined : loaded.grid);
    if (!grid) {
      return context.refuse({
        port: 'fixed',
        message: 'The file holds a linear transform, which does not say where its results lie.',
        remedy: 'Wire the image that stays to "fixed".',
      });
    }
    if (after?.displacement !== undefined) {
      return context.refuse({
        port: 'after',
        message: 'What is wired to "after" bends space; only a linear transform can follow.',
        remedy: 'Wire the linear transform to "after" of the one that bends.',
      });
    }
    const affine = after
      ? b.multiplyAffine({ left: after.affine, right: loaded.affine })
      : loaded.affine;
    const { displacement } = loaded;
    return {
      transform: {
        kind: 'transform',
        grid,
        affine,
        ...(displacement === undefined
          ? {}
          : { displacement: onGrid(b, displacement, loaded.grid, grid) }),
      },
    };
  },
});

/** A field at the voxels of another grid, zero beyond half a voxel of its own. */
function onGrid(b: Builder, field: ValueId, from: Grid, grid: Grid): ValueId {
  if (sameGrid(from, grid)) return field;
  return b.sample(
    { source: field },
    { ...gridAttributes(grid), interpolation: 'linear', outside: 'cut' },
  );
}
