import { z } from 'zod';
import type { Grid } from '../../imaging/grid';
import { spacingMm } from '../../imaging/grid';
import type { Builder, ValueId } from '../../runtime/api/nodes/builder';
import { firstChannel, joinChannels, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { requireSameGrid } from '../shared/same-grid';

export const biasCorrection = defineNode({
  type: 'prepare.bias-correction',
  version: 1,
  title: 'Bias correction',
  section: 'prepare',
  synonyms: [
    'N4',
    'N4ITK',
    'N3',
    'bias field',
    'inhomogeneity',
    'nonuniformity',
    'shading',
    'coil',
  ],
  documentation: {
    summary: 'Takes smooth shading of any form out of an image, as N4 does.',
    details: `What a coil does to an MR image is thought of as a smooth factor, which blurs the histogram of the log intensities. N4 sharpens the
histogram by a deconvolution, looks at what has to be added to each voxel for that, lays a cubic B-spline through it, takes it out, and
begins again, until the field changes no more; then with a spline of half the distance. What is left is the same tissue in the
same grey everywhere.

It is for **one** MR image at a time, before its intensities are normalized; *Even intensity* is for a pair, takes out slopes alone, and leaves
images without them exactly as they are. Do not run it on CT, or on images whose tissues themselves change slowly across the
image: it cannot tell them from shading. Finer splines (more levels, a shorter distance) follow tissue sooner.

Without a mask, what is brighter than Otsu's threshold counts: air has no shading to find. Voxels of 0 or less never count, but the field
is taken out of them as well. The mean brightness of what counts stays (the mean of its log). An image of one intensity, and an
empty mask, are left as they are. Each channel has a field of its own.

Defaults are those of N4BiasFieldCorrection of ANTs 2.5, with ITK's threshold of convergence. As there, every
fourth voxel is looked at (along short axes more), and the field is read at all.`,
    formula: String.raw`v = \log I,\quad \hat u = \mathrm{E}[u \mid v - \hat f],\qquad
\hat f \leftarrow \hat f + \mathrm{B\text{-}spline}\big(v - \hat f - \hat u\big),\qquad I' = I\, e^{-\hat f}`,
    references: [
      {
        text: 'Tustison, Avants, Cook, Zheng, Egan, Yushkevich, Gee: N4ITK: improved N3 bias correction, 2010',
        doi: '10.1109/TMI.2010.2046908',
      },
      {
        text: 'Sled, Zijdenbos, Evans: A nonparametric method for automatic correction of intensity nonuniformity in MRI data, 1998',
        doi: '10.1109/42.668698',
      },
    ],
  },
  params: z.object({
    splineDistanceMm: numberParameter({
      title: 'Spline distance',
      help: 'Length of a piece of the spline at the first level; each level halves it. Images that are shorter begin with one piece.',
      unit: 'mm',
      default: 200,
      min: 1,
      max: 10_000,
    }),
    levels: integerParameter({
      title: 'Levels',
      help: 'How often the spline is refined; more follow shading that changes over shorter distances, and tissue.',
      default: 4,
      min: 1,
      max: 6,
    }),
    iterations: integerParameter({
      title: 'Iterations',
      help: 'The most of each level.',
      default: 50,
      min: 1,
      max: 500,
    }),
    convergence: numberParameter({
      title: 'Convergence',
      help: 'A level ends once the field changes by less than this share.',
      default: 0.001,
      min: 0,
      max: 0.1,
      advanced: true,
    }),
    shrink: integerParameter({
      title: 'Shrink',
      help: 'Every so many-th voxel along each axis is looked at, but no fewer than twelve; the field is smooth.',
      unit: '×',
      default: 4,
      min: 1,
      max: 16,
      advanced: true,
    }),
    fwhm: numberParameter({
      title: 'Blur',
      help: 'Full width at half maximum by which shading is thought to blur the histogram of log intensities.',
      default: 0.15,
      min: 0.01,
      max: 2,
      advanced: true,
    }),
    noise: numberParameter({
      title: 'Wiener noise',
      help: 'More sharpens the histogram less.',
      default: 0.01,
      min: 0.0001,
      max: 10,
      advanced: true,
    }),
    bins: integerParameter({
      title: 'Bins',
      help: 'Bins of the histogram.',
      default: 200,
      min: 16,
      max: 1024,
      advanced: true,
    }),
  }),
  inputs: {
    image: { type: 'image', doc: 'MR image, before its intensities are normalized.' },
    mask: { type: 'mask', doc: 'What counts, on the grid of the image.', optional: true },
  },
  outputs: {
    image: { type: 'image', doc: 'The image without the shading.' },
    bias: { type: 'image', doc: 'The factor that was taken out: 1 where nothing was.' },
  },
  lower(b, { image, mask }, { splineDistanceMm, ...numbers }, context) {
    if (mask) requireSameGrid(context, image.grid, mask.grid, 'mask', 'first');
    const elements = piecesAlong(image.grid, splineDistanceMm);
    const counted = mask?.mask ?? foreground(b, firstChannel(b, image));
    const channels = splitChannels(b, image.image);
    const logs = channels.map((channel) =>
      b.biasField({ image: channel, mask: counted }, { elements, ...numbers }),
    );
    const joined = (planes: readonly ValueId[]) => ({
      kind: 'image' as const,
      grid: image.grid,
      channels: image.channels,
      image: joinChannels(b, planes as [ValueId, ...ValueId[]]),
    });
    return {
      image: joined(
        channels.map((a, index) =>
          b.pointwise(
            { a, b: logs[index] as ValueId },
            { expressions: [['*', 'a', ['exp', ['*', -1, 'b']]]] },
          ),
        ),
      ),
      bias: joined(logs.map((a) => b.pointwise({ a }, { expressions: [['exp', 'a']] }))),
    };
  },
});

/** Pieces of the first spline along each axis: about one for each distance, and at least one. */
function piecesAlong(grid: Grid, distanceMm: number): readonly [number, number, number] {
  const spacing = spacingMm(grid);
  const pieces = grid.sizeVoxels.map((n, axis) =>
    Math.max(1, Math.round(((n - 1) * (spacing[axis] as number)) / distanceMm)),
  );
  return pieces as unknown as readonly [number, number, number];
}

/** 1 where the image is brighter than Otsu's threshold; everywhere where it is the same everywhere. */
function foreground(b: Builder, image: ValueId): ValueId {
  const range = b.quantiles({ image }, { lower: 0.001, upper: 0.999 });
  const threshold = b.otsuThreshold({ image, range }, { bins: 256 });
  return b.pointwise(
    { a: image, b: threshold },
    { expressions: [['select', ['<', 'a', 'b'], 0, 1]] },
  );
}
