import { z } from 'zod';
import type { Judge } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import { pairLandmarks } from '../shared/paired-landmarks';

const measures = ['rmsMm', 'meanMm', 'maximumMm'] as const;

/** Landmarks that determine a map, if they spread. */
const fewest = { translation: 1, rigid: 3, similarity: 3, affine: 4 } as const;

/** Landmarks that spread less than this across their longest direction lie on a line as far as anybody can click. */
const leastOffLine = 0.02;

export const landmarkStart = defineNode({
  type: 'initialise.landmarks',
  version: 1,
  title: 'Landmark fit',
  section: 'initialise',
  synonyms: [
    'fiducial registration',
    'least squares',
    'Procrustes',
    'Kabsch',
    'Horn',
    'Umeyama',
    'points',
    'start',
    'initial',
  ],
  documentation: {
    summary:
      'The translation, rigid map, similarity or affine that lays landmarks on their partners best.',
    details: `Computed at once, with the least sum of squared distances; no iteration and no start are needed. A rigid map and a similarity never mirror the
image; an affine does where the landmarks say so. Three pairs that do not lie on a line determine a rigid map, four that do not lie in a
plane an affine: across a plane (as of slices) the affine does what the rigid map does. More pairs make up for the
error of each. Landmarks that nearly lie on a line are warned of: the turn about it is then chance.

The table has \`landmarks.rmsMm\`, \`landmarks.meanMm\` and \`landmarks.maximumMm\`, what is left between the landmarks. That is the error of the **fit** (FRE) and
says little about the error elsewhere: three pairs fit nearly always. Measure with other landmarks.

Landmarks are paired by name; where either file has no names by their order, and refused where there is another number of
them. Wire the result to *initial* of Register, or use it as it is.`,
    formula: String.raw`\hat T = \arg\min_T \sum_i \lVert T(p_i) - q_i \rVert^2`,
    references: [
      {
        text: 'Horn: Closed-form solution of absolute orientation using unit quaternions, 1987',
        doi: '10.1364/JOSAA.4.000629',
      },
      {
        text: 'Umeyama: Least-squares estimation of transformation parameters between two point patterns, 1991',
        doi: '10.1109/34.88573',
      },
    ],
  },
  params: z.object({
    freedom: choiceParameter({
      title: 'Map',
      help: 'What the map may do: the fewer landmarks, the less.',
      choices: ['translation', 'rigid', 'similarity', 'affine'],
      default: 'rigid',
    }),
  }),
  inputs: {
    image: { type: 'image', doc: 'The fixed image; gives the grid.' },
    fixed: { type: 'landmarks', doc: 'Landmarks of the fixed image.' },
    moving: { type: 'landmarks', doc: 'The same places in the moving image.' },
  },
  outputs: {
    transform: { type: 'transform', doc: 'From the fixed to the moving world.' },
    table: { type: 'table', doc: 'Distances that are left between landmarks, mm.' },
  },
  lower(b, { image, fixed, moving }, { freedom }, context) {
    const pairs = pairLandmarks(b, fixed, moving);
    if (!('count' in pairs)) return context.refuse(pairs);
    const least = fewest[freedom];
    if (pairs.count < least) {
      return context.refuse({
        port: 'fixed',
        message: `There ${pairs.count === 1 ? 'is 1 pair' : `are ${pairs.count} pairs`} of landmarks; for this map ${least} are needed.`,
        remedy: 'Place more landmarks, or choose a map that is less free.',
      });
    }
    const { alone } = pairs;
    if (alone) b.warn([], () => alone);
    const { affine, report } = b.landmarkFit(
      { fixed: pairs.fixed, moving: pairs.moving },
      { freedom },
    );
    if (freedom !== 'translation') b.warn([report], onALine);
    return {
      transform: { kind: 'transform', grid: image.grid, affine },
      table: {
        kind: 'table',
        rows: measures.map((name, index) => ({
          name: `landmarks.${name}`,
          scalars: report,
          index,
        })),
      },
    };
  },
});

/** Doubts a turn that landmarks do not determine. */
export const onALine: Judge = ([report = []]) => {
  const offLine = report[3] ?? 0;
  if (offLine >= leastOffLine) return undefined;
  return {
    about: 'landmarks-on-a-line',
    port: 'fixed',
    message: `The landmarks lie on a line, to ${(100 * offLine).toFixed(1)} % of their length: the turn about it is not determined.`,
    remedy: 'Place landmarks off that line, or fit a translation.',
  };
};
