import { z } from 'zod';
import { gridAttributes } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';

export const applyToLabels = defineNode({
  type: 'apply.labels',
  version: 1,
  title: 'Transform labels',
  section: 'apply',
  synonyms: [
    'warp',
    'segmentation',
    'resample',
    'apply transform',
    'propagate',
    'atlas',
    'MultiLabel',
    'GenericLabel',
    'label gaussian',
  ],
  documentation: {
    summary: 'Reads a map of labels through a transform, on the grid of the fixed image.',
    details: `*Nearest* takes the label of the nearest voxel. *One-hot linear* lets the eight voxels
around a point vote with their linear weights (as ANTs' GenericLabel) and takes the label with most; its borders are
smoother. *Gaussian* lets all voxels around vote with a Gaussian of their distance: exp(−d²/2), with d in
voxels of the moving map (σ is one voxel, another length in mm along each axis where voxels are not
cubes), of the voxels that lie less than 2.5 voxels away along every axis. The label with the largest
sum wins, ties go to the smaller label, voxels beyond the map do not vote. This is the label Gaussian
interpolation of ITK with fixed numbers: ITK integrates the Gaussian over each voxel where this takes it
at the middle, and ANTs' MultiLabel cuts it at four voxels.

Take Gaussian for smooth borders where the map is coarser than the fixed grid, or its borders are
jagged. Do not take it for structures one or two voxels thin (vessels, cortex in coarse voxels): their
neighbours outvote them, even where nothing moves. Round ones shrink: a border with radius R is
drawn in by about σ²/R, in voxels 1/R. A point more than half a voxel outside of the map
is background with each.

Which one is used changes Dice: one-hot linear reads half a point to a point higher. Published
figures are mostly nearest; compare like with like.`,
    references: [
      {
        text: 'Schaerer, Roche, Belaroussi: A generic interpolator for multi-label images, 2014',
      },
      {
        text: 'Rohlfing: Image similarity and tissue overlaps as surrogates for image registration accuracy: widely used but unreliable, 2012',
        doi: '10.1109/TMI.2011.2163944',
      },
    ],
  },
  params: z.object({
    interpolation: choiceParameter({
      title: 'Interpolation',
      help: 'Nearest voxel, a vote of the eight voxels around, or of all nearby with Gaussian weights.',
      choices: ['nearest', 'one-hot-linear', 'gaussian'],
      default: 'nearest',
    }),
  }),
  inputs: {
    labels: { type: 'labels', doc: 'Labels in the moving world.' },
    transform: { type: 'transform', doc: 'From the fixed to the moving world.' },
  },
  outputs: { labels: { type: 'labels', doc: 'Labels on the fixed grid.' } },
  lower(b, { labels: { labels, ...table }, transform }, { interpolation }) {
    const { affine, displacement, grid } = transform;
    const warped = b.sampleLabels(
      { labels, affine, displacement },
      { ...gridAttributes(grid), interpolation },
    );
    return { labels: { ...table, grid, labels: warped } };
  },
});
