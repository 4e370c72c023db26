import { z } from 'zod';
import { type Grid, sameGrid, spacingMm } from '../../imaging/grid';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { defineNode } from '../../runtime/api/nodes/define-node';
import type { Domain, MapValue } from '../../runtime/api/nodes/port-values';
import { levelGrid } from '../registration/pyramid';
import { weightParameter } from '../shared/objective-weight';
import { commonLabels } from '../shared/shared-labels';

export const labelOverlap = defineNode({
  type: 'similarity.label-overlap',
  version: 1,
  title: 'Label overlap',
  section: 'similarity',
  synonyms: [
    'Dice',
    'soft Dice',
    'segmentation',
    'guidance',
    'weak supervision',
    'structures',
    'DSC',
  ],
  documentation: {
    summary: 'Soft Dice overlap of the labels that both maps have, with a minus sign.',
    details: `Moves regions onto the regions of the same number. A point of the moving map is as much of a label as the voxels around it are, by their
trilinear weights, so that the overlap has a slope along the borders of regions, one voxel wide: coarse levels see further.
Wire it beside an image similarity, to lead a registration by what was segmented, or alone.

All labels count alike, however large; the background does not count. A label that only one of the maps has, by its number, is left out, as is
one that masks hide in both; one that lies within the mask of one image alone overlaps by 0. Labels of no common number are refused.
Masks of Register and the edge of the moving image are honoured as in images: the value is multiplied by the share that has a partner.

No map of one label is ever made: all labels, up to 1024, are counted in one walk, and 138 take as much memory as one. At coarse levels the moving
map is read by majority on a grid that is as coarse.

With local correlation begin with a weight of 0.1 to 1. What was used here says nothing any more of how good the
result is: measure with other labels.`,
    formula: String.raw`\mathcal{L} = -\frac{\bar\omega}{K}\sum_k \frac{2\sum_x \omega\,s_k(x)\,t_k(x)}{\sum_x \omega\,s_k(x) + \sum_x \omega\,t_k(x)}`,
    references: [
      {
        text: 'Milletari, Navab, Ahmadi: V-Net: Fully convolutional neural networks for volumetric medical image segmentation, 2016',
        doi: '10.1109/3DV.2016.79',
      },
      {
        text: 'Balakrishnan, Zhao, Sabuncu, Guttag, Dalca: VoxelMorph: A learning framework for deformable medical image registration, 2019',
        doi: '10.1109/TMI.2019.2897538',
      },
    ],
  },
  params: z.object({ weight: weightParameter() }),
  inputs: {
    fixed: { type: 'labels', doc: 'Labels of the fixed image.' },
    moving: { type: 'labels', doc: 'Labels of the moving image, by the same numbers.' },
  },
  outputs: { objective: { type: 'objective', doc: 'Weighted negative mean Dice.' } },
  lower(b, { fixed, moving }, params, context) {
    const common = commonLabels(b, fixed, moving);
    if (!('ids' in common)) return context.refuse(common);
    const own = {
      grid: fixed.grid,
      labels: b.relabel({ labels: fixed.labels, places: common.fixedPlaces }),
    };
    const other = {
      grid: moving.grid,
      labels: b.relabel({ labels: moving.labels, places: common.otherPlaces }),
    };
    return {
      objective: {
        kind: 'objective',
        name: context.nodeId,
        weight: b.dial('weight', params.weight),
        on: 'images',
        isLocal: true,
        loss(body, { domain, maps, exchanged }, { voxelMm }) {
          const pair = exchanged ? [other, own] : [own, other];
          const [ownMap, otherMap] = pair.map((map) => asCoarse(body, map, voxelMm)) as [
            PlacedLabels,
            PlacedLabels,
          ];
          const onto = (hard: PlacedLabels, at: MapValue, soft: PlacedLabels, to: MapValue) =>
            negativeDice(body, domain, common.ids.length, {
              fixed: readLabels(body, hard, at, domain.grid),
              moving: soft.labels,
              ...to,
            });
          const forwards = onto(ownMap, maps.fixed ?? {}, otherMap, maps.moving);
          if (maps.fixed === undefined || exchanged) return forwards;
          // A model that moves both images is told of both.
          const backwards = onto(otherMap, maps.moving, ownMap, maps.fixed);
          return body.scale({ value: body.add({ a: forwards, b: backwards }) }, { factor: 0.5 });
        },
      },
    };
  },
});

interface PlacedLabels {
  readonly grid: Grid;
  readonly labels: ValueId;
}

function negativeDice(
  b: Builder,
  { grid, weight, mean }: Domain,
  labels: number,
  maps: { readonly fixed: ValueId; readonly moving: ValueId } & MapValue,
): ValueId {
  const counts = b.softLabelCounts({ ...maps, weight }, { labels, ...gridAttributes(grid) });
  return b.scale({ value: b.softDice({ counts }, { labels }), by: mean }, { factor: 1 });
}

/** Labels where a map leads, by the majority of the voxels around; those of the grid itself as they are. */
function readLabels(b: Builder, { grid, labels }: PlacedLabels, map: MapValue, to: Grid): ValueId {
  const isThere = map.affine === undefined && map.displacement === undefined && sameGrid(grid, to);
  if (isThere) return labels;
  return b.sampleLabels(
    { labels, ...map },
    { ...gridAttributes(to), interpolation: 'one-hot-linear' },
  );
}

/** A map of labels on a grid as coarse as the level, where its own is finer. */
function asCoarse(b: Builder, map: PlacedLabels, voxelMm: number): PlacedLabels {
  const { grid } = map;
  const edges = spacingMm(grid).filter((_, axis) => (grid.sizeVoxels[axis] ?? 1) > 1);
  const shrink = Math.round(voxelMm / Math.min(...edges, voxelMm));
  if (shrink <= 1) return map;
  const coarse = levelGrid(grid, shrink);
  return { grid: coarse, labels: readLabels(b, map, {}, coarse) };
}
