import { z } from 'zod';
import type { Builder, Expression, ValueId } from '../../runtime/api/nodes/builder';
import { channelOf, meanOf, splitChannels } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { requireSameChannels, requireSameGrid } from '../shared/same-grid';

/** Decibels beyond which nothing is told: two equal images have none at all. */
const mostDecibels = 200;
const leastSquare = 1e-37;

const apart: Expression = ['-', 'a', 'b'];
const squared: Expression = ['*', apart, apart];

export const evaluateIntensityError = defineNode({
  type: 'evaluate.intensity-error',
  version: 1,
  title: 'Measure intensity error',
  section: 'evaluate',
  synonyms: ['MSE', 'RMSE', 'SSD', 'MAE', 'PSNR', 'difference', 'quality', 'metric'],
  documentation: {
    summary: 'How far the intensities of two images are apart: MSE, RMSE, SSD, MAE and PSNR.',
    details: `Reports the mean squared error \`error.mse\`, its root \`error.rmse\`, the sum of squares \`error.ssd\`, the mean absolute
error \`error.mae\`, in the units of the images, and \`error.psnrDb\`, the peak signal-to-noise ratio in decibels, with the range of the whole
fixed image (of its widest channel) as the peak.

They say something only where both images have the same contrast and units: normalize both alike, and look at the part that counts with
a mask, as much background makes any error small. For images of unlike contrast take Measure mutual information.

Of several channels all count alike. Under an empty mask nothing is measured: errors read −1. The ratio is told between −200 dB (the
fixed image is the same everywhere) and 200 dB (the images are equal).`,
    formula: String.raw`\mathrm{MSE} = \frac{1}{N}\sum_x (F-W)^2,\qquad
\mathrm{PSNR} = 10\,\log_{10}\frac{(\max F-\min F)^2}{\mathrm{MSE}}`,
    references: [
      {
        text: 'Wang, Bovik: Mean squared error: love it or leave it?, 2009',
        doi: '10.1109/MSP.2008.930649',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'image', doc: 'The fixed image.' },
    warped: { type: 'image', doc: 'The warped image, on the same grid.' },
    mask: { type: 'mask', doc: 'Where they are compared, on the same grid.', optional: true },
  },
  outputs: { table: { type: 'table', doc: 'Errors in units of the images, and a ratio in dB.' } },
  lower(b, { fixed, warped, mask }, _, context) {
    requireSameGrid(context, fixed.grid, warped.grid, 'warped');
    requireSameChannels(context, fixed, warped, 'warped');
    if (mask) requireSameGrid(context, fixed.grid, mask.grid, 'mask');
    const [first, ...others] = splitChannels(b, fixed.image).map(
      (channel, at): Pair => ({ fixed: channel, warped: channelOf(b, warped.image, at) }),
    ) as [Pair, ...Pair[]];
    const over = (error: Expression): ValueId =>
      meanOf(b, [
        meanError(b, first, error, mask?.mask),
        ...others.map((pair) => meanError(b, pair, error, mask?.mask)),
      ]);
    const mse = over(squared);
    const voxels = fixed.grid.sizeVoxels.reduce((product, n) => product * n) * fixed.channels;
    const counted = mask ? b.meanWeight({ weight: mask.mask }).mean : b.constant([1]);
    const peak = splitChannels(b, fixed.image)
      .map((image) =>
        b.pointwise({ a: b.intensityRange({ image }) }, { expressions: [['-', 'a.1', 'a.0']] }),
      )
      .reduce((one, other) =>
        b.pointwise({ a: one, b: other }, { expressions: [['max', 'a', 'b']] }),
      );
    const measured = {
      mse,
      rmse: b.pointwise({ a: mse }, { expressions: [keepUnmeasured(['sqrt', ['max', 'a', 0]])] }),
      ssd: b.pointwise(
        { a: mse, b: counted },
        { expressions: [keepUnmeasured(['*', ['*', 'a', 'b'], voxels])] },
      ),
      mae: over(['abs', apart]),
      psnrDb: b.pointwise({ a: mse, b: peak }, { expressions: [decibels] }),
    };
    const rows = Object.entries(measured).map(([name, scalars]) => ({
      name: `error.${name}`,
      scalars,
      index: 0,
    }));
    return { table: { kind: 'table', rows } };
  },
});

/** One channel of either image. */
interface Pair {
  readonly fixed: ValueId;
  readonly warped: ValueId;
}

/** −1 where the error `a` is: nothing was measured. */
function keepUnmeasured(measured: Expression): Expression {
  return ['select', ['<', 'a', 0], 'a', measured];
}

/** 10·log10(b²/a), kept within bounds. */
const decibels: Expression = keepUnmeasured([
  'min',
  mostDecibels,
  [
    'max',
    -mostDecibels,
    [
      '*',
      10 / Math.LN10,
      ['-', ['*', 2, ['log', ['max', 'b', leastSquare]]], ['log', ['max', 'a', leastSquare]]],
    ],
  ],
]);

/** The mean of an error over what is counted; −1 where nothing is. */
function meanError(b: Builder, pair: Pair, error: Expression, mask: ValueId | undefined): ValueId {
  const images = { a: pair.fixed, b: pair.warped };
  if (mask === undefined) return b.pointwiseMean(images, { terms: [error] });
  const sum = b.pointwiseMean({ ...images, c: mask }, { terms: [['*', 'c', error]] });
  const { mean } = b.meanWeight({ weight: mask });
  return b.pointwise(
    { a: sum, b: mean },
    { expressions: [['select', ['<', 0, 'b'], ['/', 'a', 'b'], -1]] },
  );
}
