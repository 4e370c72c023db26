import { z } from 'zod';
import type { Judge, ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { mapPoints, squaredDistance } from '../registration/map-points';
import { landmarksOutside, outsideGrid } from '../shared/outside-grid';
import { pairLandmarks } from '../shared/paired-landmarks';

/** What a report of distances begins with. */
const measures = ['mean', 'standardDeviation', 'median', 'maximum'] as const;

export const evaluateLandmarks = defineNode({
  type: 'evaluate.landmarks',
  version: 1,
  title: 'Measure landmarks',
  section: 'evaluate',
  synonyms: [
    'TRE',
    'target registration error',
    'fiducials',
    'points',
    'accuracy',
    'quality',
    'metric',
  ],
  documentation: {
    summary:
      'How far from their partners landmarks lie after a registration, in mm, and before it.',
    details: `The target registration error: each fixed landmark is taken through the transform and compared with
the moving one that belongs to it. Reports \`tre.mean\`, \`tre.standardDeviation\` (of these landmarks),
\`tre.median\` and \`tre.maximum\`, the same as \`tre.before.mean\` … for the images as their headers
place them, and \`tre.point.NAME\` for each landmark, all in mm.

Landmarks are paired by name; where either file has no names by their order, and refused where there
is another number of them. Fixed landmarks outside the grid on which the transform lives are warned of,
and so is a registration after which the landmarks lie farther apart in the mean than before.

The error is what is left of the motion plus what people mean differently by one landmark: two readers
often disagree by a millimetre. Landmarks must not have been used to align the images.`,
    formula: String.raw`\mathrm{TRE}_i = \lVert A\,(p_i + u(p_i)) - q_i \rVert`,
    references: [
      {
        text: 'Fitzpatrick, West, Maurer: Predicting error in rigid-body point-based registration, 1998',
        doi: '10.1109/42.736021',
      },
      {
        text: 'Castillo et al.: A framework for evaluation of deformable image registration spatial accuracy using large landmark point sets, 2009',
        doi: '10.1088/0031-9155/54/7/001',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    fixed: { type: 'landmarks', doc: 'Landmarks of the fixed image.' },
    moving: { type: 'landmarks', doc: 'The same places in the moving image.' },
    transform: { type: 'transform', doc: 'What is measured: from the fixed to the moving world.' },
  },
  outputs: {
    table: {
      type: 'table',
      doc: 'Error in mm after and before: mean, spread, median, largest; and of each landmark.',
    },
  },
  lower(b, { fixed, moving, transform }, _, context) {
    const pairs = pairLandmarks(b, fixed, moving);
    if (!('count' in pairs)) return context.refuse(pairs);
    const report = (from: ValueId): ValueId =>
      b.distanceReport({
        distances: b.pointwise(
          { a: from, b: pairs.moving },
          { expressions: [['sqrt', squaredDistance]] },
        ),
      });
    const after = report(mapPoints(b, pairs.fixed, transform));
    const before = report(pairs.fixed);
    const { alone, names } = pairs;
    if (alone) b.warn([], () => alone);
    b.warn([outsideGrid(b, pairs.fixed, transform.grid)], landmarksOutside(names, 'fixed'));
    b.warn([after, before], fartherThanBefore);
    const summary = (scalars: ValueId, prefix: string) =>
      measures.map((name, index) => ({ name: `${prefix}.${name}`, scalars, index }));
    const points = names.map((name, index) => ({
      name: `tre.point.${name}`,
      scalars: after,
      index: measures.length + index,
    }));
    const rows = [...summary(after, 'tre'), ...summary(before, 'tre.before'), ...points];
    return { table: { kind: 'table', rows } };
  },
});

/** Doubts a transform that leaves landmarks farther apart than they were. */
const fartherThanBefore: Judge = ([[after = 0] = [], [before = 0] = []]) => {
  // What people place by hand differs by more than this.
  if (after <= before + 0.1) return undefined;
  return {
    about: 'landmarks-farther',
    port: 'transform',
    message: `The landmarks lie ${after.toFixed(1)} mm apart in the mean, and lay ${before.toFixed(1)} mm apart before.`,
    remedy:
      'Check that fixed and moving are not exchanged and that each file is read in its own frame; if they are right, the registration made it worse.',
  };
};
