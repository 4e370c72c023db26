import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { bothWays, squaredDistance } from '../registration/map-points';
import { weightParameter } from '../shared/objective-weight';
import { commonLabels } from '../shared/shared-labels';

export const labelCentroids = defineNode({
  type: 'similarity.label-centroids',
  version: 1,
  title: 'Label centroids',
  section: 'similarity',
  synonyms: ['centres of regions', 'segmentation', 'guidance', 'structures', 'centre of mass'],
  documentation: {
    summary: 'Mean squared distance of the middles of labels that both maps have, in mm².',
    details: `Draws the middle of each fixed label, taken through the transform, to the middle of the same label of the moving map. It leads
where images alone go astray, from however far: unlike the overlap of labels it has a slope where regions do not touch.
Under a rigid or affine map the middle of a region goes where its voxels' middle goes; under a field it is the one
point there that is drawn, so take the overlap of labels for what is finer, and small weights.

All labels count alike, large or small, the background not at all. A label that only one of the maps has, by its number, is left out; so
is one of a table that no voxel has. Labels of no common number are refused. Masks of Register do not matter: what counts here is where labels lie.

Its unit is mm², that of other objectives is not: with local correlation begin with a weight of 0.01 to 0.1. What was
used here says nothing any more of how good the result is.`,
    formula: String.raw`\mathcal{L} = \frac{1}{K}\sum_k \lVert T(f_k) - m_k\rVert^2,\qquad
f_k = \frac{1}{|F_k|}\sum_{x\in F_k} x,\quad m_k = \frac{1}{|M_k|}\sum_{x\in M_k} x`,
    references: [
      {
        text: 'Hu, Modat, Gibson, Li, Ghavami, Bonmati, Wang, Bandula, Moore, Emberton, Ourselin, Noble, Barratt, Vercauteren: Weakly-supervised convolutional neural networks for multimodal image registration, 2018',
        doi: '10.1016/j.media.2018.07.002',
      },
    ],
  },
  params: z.object({ weight: weightParameter() }),
  inputs: {
    fixed: { type: 'labels', doc: 'Labels of the fixed image.' },
    moving: { type: 'labels', doc: 'Labels of the moving image, by the same numbers.' },
  },
  outputs: { objective: { type: 'objective', doc: 'Weighted mean squared distance, mm².' } },
  lower(b, { fixed, moving }, params, context) {
    const common = commonLabels(b, fixed, moving);
    if (!('ids' in common)) return context.refuse(common);
    const { fixedPlaces, otherPlaces: movingPlaces } = common;
    const count = common.ids.length;
    const [own, other] = [
      b.labelCentroids({ labels: fixed.labels, places: fixedPlaces }, { count }),
      b.labelCentroids({ labels: moving.labels, places: movingPlaces }, { count }),
    ];
    const counted = b.multiply({ a: own.present, b: other.present });
    const number = b.pointwiseSum({ a: counted }, { terms: ['a'] });
    return {
      objective: {
        kind: 'objective',
        name: context.nodeId,
        weight: b.dial('weight', params.weight),
        on: 'places',
        loss(body, whole, _, back) {
          const pairs = { fixed: own.centroids, moving: other.centroids };
          return bothWays(body, pairs, { whole, back }, (landed, partner) => {
            const squared = body.pointwise(
              { a: landed, b: partner },
              { expressions: [squaredDistance] },
            );
            const sum = body.pointwiseSum({ a: squared, b: counted }, { terms: [['*', 'b', 'a']] });
            return body.pointwise(
              { a: sum, b: number },
              { expressions: [['/', 'a', ['max', 'b', 1]]] },
            );
          });
        },
      },
    };
  },
});
