import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { bothWays, squaredDistance } from '../registration/map-points';
import { weightParameter } from '../shared/objective-weight';
import { pairLandmarks } from '../shared/paired-landmarks';

export const landmarkDistance = defineNode({
  type: 'similarity.landmarks',
  version: 1,
  title: 'Landmark distance',
  section: 'similarity',
  synonyms: ['points', 'fiducials', 'correspondences', 'keypoints', 'mean squared distance'],
  documentation: {
    summary: 'Mean squared distance of paired landmarks, in mm².',
    details: `Draws fixed landmarks, taken through the transform, to the moving ones that they are paired with: by name,
or by order where either file has no names. Wire it beside a similarity, to lead a registration where the
images alone go astray, or alone, to align by landmarks.

Its unit is mm², that of other objectives is not: 1 mm off counts as much as 1 of another loss. With local
correlation, whose values lie within 1, begin with a weight of 0.01 to 0.1. A dense field is
moved around each landmark only as far as its smoothing reaches.

What was used here says nothing any more of how good the result is: measure with other landmarks.`,
    formula: String.raw`\mathcal{L} = \frac{1}{N}\sum_i \lVert T(p_i) - q_i \rVert^2`,
    references: [
      {
        text: 'Johnson, Christensen: Consistent landmark and intensity-based image registration, 2002',
        doi: '10.1109/TMI.2002.1009381',
      },
    ],
  },
  params: z.object({ weight: weightParameter() }),
  inputs: {
    fixed: { type: 'landmarks', doc: 'Landmarks of the fixed image.' },
    moving: { type: 'landmarks', doc: 'The same places in the moving image.' },
  },
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared distance, mm².' } },
  lower(b, { fixed, moving }, params, context) {
    const pairs = pairLandmarks(b, fixed, moving);
    if (!('count' in pairs)) return context.refuse(pairs);
    const { alone } = pairs;
    if (alone) b.warn([], () => alone);
    return {
      objective: {
        kind: 'objective',
        name: context.nodeId,
        weight: b.dial('weight', params.weight),
        on: 'places',
        loss: (body, whole, _, back) =>
          bothWays(body, pairs, { whole, back }, (a, partner) =>
            body.pointwiseMean({ a, b: partner }, { terms: [squaredDistance] }),
          ),
      },
    };
  },
});
