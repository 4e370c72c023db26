import { z } from 'zod';
import { gridAttributes, type Judge } from '../../runtime/api/nodes/builder';
import { domainOf, featuresOf, type ImagePair } from '../../runtime/api/nodes/compare';
import { defineNode, type LoweringContext } from '../../runtime/api/nodes/define-node';
import { integerParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import type { ObjectivePart, SimilarityPart } from '../../runtime/api/nodes/port-values';
import {
  type Cells,
  cellEdges,
  cellsOf,
  madeConsistent,
  searchDisplacement,
} from '../registration/displacement-search';
import { maskOn } from '../registration/level-pairs';
import { shrinkImage } from '../registration/pyramid';
import { resample } from '../registration/resample';
import { afterModel } from '../registration/total-transform';
import { requireSameChannels } from '../shared/same-grid';
import { requireVaryingImage } from '../shared/varying-image';

export const coupledConvex = defineNode({
  type: 'initialise.coupled-convex',
  version: 1,
  title: 'Coupled convex search',
  section: 'initialise',
  synonyms: [
    'ConvexAdam',
    'discrete',
    'cost volume',
    'large deformation',
    'block matching',
    'displacement search',
    'capture range',
  ],
  documentation: {
    summary:
      'Tries every displacement of a wide window at every cell of the image, and takes those that fit and agree.',
    details: `Where organs have moved by more than their own structures are apart, a gradient leads to the wrong one. Here nothing
descends: the image is cut into **cells**, each is compared with all cells within *reach*, and what every displacement costs is kept.
Then, in six rounds, each cell takes the displacement of least cost plus a price on being different from its
neighbours, and the neighbours' mean is taken anew; the price grows from round to round, until the field is smooth. It is
fast, knows no start and no step, and is coarse: take the transform as the start of a deformable *Register* stage, which
refines it.

What is compared are the squared differences of **features**: wire *Self-similarity context* to *similarity* (as ConvexAdam has it) and
any two contrasts will do. Without it the channels of the images themselves are compared, so that features that
another program made (soft segmentations of a network, say) work too; plain intensities have to be normalized.

The same is done from the moving to the fixed image, and the two fields are made to undo each other
(*consistency*): what only one of them saw goes.

Wire the affine stage to *initial* where the images lie apart, and to *initial* of the *Register* stage too if this
node's transform is wired to *start* of the *Displacement* model; wired to *initial* of that stage, it brings its own along.

**Limits.** A cell is about a cube in mm. Nothing moves by more than reach × cell: 24 of the shortest voxel edges by default; a warning says
where many cells went that far. Cells that a mask leaves out, or that see nothing (a constant image), follow their neighbours and
else stay. A partner outside the image or its mask costs as much as one of which nothing is known.

**Memory**: 4 bytes × cells × (2 reach + 1)³, in buffers of 32 MiB: 90 MiB at 160×192×224 by default, and once for both
directions. Features take 48 bytes a voxel of each image: where a device does not bind that much (beyond 128³ or so),
raise *shrink*, and halve the cell with it.

Cell, reach, rounds and 15 iterations are the defaults of ConvexAdam (convexAdam_MIND.py, 2024). There both
images lie on one grid of cubes, means at the border count what lies beyond as 0, and so do features.`,
    formula: String.raw`d^{(r)}(x) = \arg\min_{d}\; C(x, d) + \theta_r\,\big|d - \bar d^{(r-1)}(x)\big|^2,\qquad
C(x,d) = \overline{\overline{\textstyle\sum_c \big(F_c(x) - M_c(x+d)\big)^2}},\qquad \theta_r = 0.003,\,0.01,\,\dots,\,1`,
    references: [
      {
        text: 'Siebert, Großbröhmer, Hansen, Heinrich: ConvexAdam: Self-configuring dual-optimization-based 3D multitask medical image registration, 2024',
        doi: '10.1109/TMI.2024.3462248',
      },
      {
        text: 'Heinrich, Papież, Schnabel, Handels: Non-parametric discrete registration with convex optimisation, 2014',
        doi: '10.1007/978-3-319-08554-8_6',
      },
    ],
  },
  params: z.object({
    cellVoxels: integerParameter({
      title: 'Cell',
      help: 'Edge of a cell, in shortest edges of a voxel (after shrinking): larger is steadier, reaches further and is coarser.',
      unit: 'voxels',
      default: 6,
      min: 2,
      max: 32,
    }),
    reachCells: integerParameter({
      title: 'Reach',
      help: 'How many cells a displacement goes at most along each axis; time and memory grow with its cube.',
      default: 4,
      min: 2,
      max: 8,
    }),
    coupling: numberParameter({
      title: 'Coupling',
      help: 'Factor on the price of being different from the neighbours: more is stiffer, where features are noisy.',
      default: 1,
      min: 0.001,
      max: 1000,
    }),
    consistency: integerParameter({
      title: 'Consistency',
      help: 'Iterations that make forward and backward field undo each other; 0 searches forward only, in half the time.',
      default: 15,
      min: 0,
      max: 100,
    }),
    shrink: integerParameter({
      title: 'Shrink',
      help: 'By how much both images are smoothed and shrunk first; the cell is counted in these voxels.',
      default: 1,
      min: 1,
      max: 8,
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays; results are on its grid.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it.' },
    fixedMask: {
      type: 'mask',
      doc: 'What counts of the fixed image. Without it: all of it.',
      optional: true,
    },
    movingMask: {
      type: 'mask',
      doc: 'What counts of the moving image. Without it: all of it.',
      optional: true,
    },
    initial: {
      type: 'transform',
      doc: 'Where to start; applied after what is found. Without it: the images as they lie.',
      optional: true,
    },
    similarity: {
      type: 'objective',
      doc: 'What is compared: the features of Self-similarity context. Without it: the channels of the images.',
      optional: true,
    },
  },
  outputs: {
    transform: { type: 'transform', doc: 'Map from fixed to moving world, `initial` included.' },
  },
  lower(b, { fixed, moving, initial, ...wired }, params, context) {
    requireSameChannels(context, fixed, moving, 'moving');
    const similarity = featuresIn(wired.similarity, context);
    const ownFixed = shrinkImage(b, fixed, params.shrink, 0.5);
    const { grid } = ownFixed;
    if (grid.sizeVoxels.every((n) => n === 1)) {
      context.refuse({
        port: 'fixed',
        message: 'The fixed image has a single voxel: there is nowhere to go.',
        remedy: 'Wire an image of more than one voxel.',
      });
    }
    requireVaryingImage(b, fixed, 'fixed');
    requireVaryingImage(b, moving, 'moving');
    const map = afterModel(b, initial, {});
    const smallMoving = shrinkImage(b, moving, params.shrink, 0.5);
    const onGrid = { ...gridAttributes(grid), interpolation: 'linear', outside: 'edge' } as const;
    const pair: ImagePair = {
      of: '',
      fixed: ownFixed,
      moving: smallMoving,
      ...(wired.movingMask && {
        movingMask: shrinkImage(b, maskOn(b, wired.movingMask, moving), params.shrink, 0.5),
      }),
    };
    // Without a fixed mask it is what counts of the moving image alone.
    const ofMoving = domainOf(b, pair, { moving: map }, grid).weight;
    const ofFixed =
      wired.fixedMask && shrinkImage(b, maskOn(b, wired.fixedMask, fixed), params.shrink, 0.5);
    const brought: ImagePair = {
      of: '',
      fixed: ownFixed,
      moving: { image: b.sample({ source: smallMoving.image, ...map }, onGrid), grid },
      ...(ofFixed && { fixedMask: ofFixed }),
      movingMask: { image: ofMoving, grid },
    };
    const described = similarity ? featuresOf(b, similarity, brought) : brought;
    const edgeVoxels = cellEdges(grid, params.cellVoxels);
    const cells: { readonly fixed: Cells; readonly moving: Cells } = {
      fixed: cellsOf(b, described.fixed, ofFixed?.image, edgeVoxels),
      moving: cellsOf(b, described.moving, ofMoving, edgeVoxels),
    };
    const there = searchDisplacement(b, cells.fixed, cells.moving, params);
    b.warn([there.atTheLimit], wentToTheLimit);
    const counts = b.multiply({ a: cells.fixed.weight, b: cells.moving.weight });
    b.warn([b.intensityRange({ image: counts })], nothingToCompare);
    const found =
      params.consistency === 0
        ? there.displacement
        : madeConsistent(
            b,
            there.displacement,
            searchDisplacement(b, cells.moving, cells.fixed, params).displacement,
            params.consistency,
          );
    const displacement = resample(b, found, fixed.grid);
    return {
      transform: {
        kind: 'transform',
        grid: fixed.grid,
        ...afterModel(b, initial, { displacement }),
      },
    };
  },
});

/** The similarity whose features are compared; refuses one that has none, or brings images of its own. */
function featuresIn(
  part: ObjectivePart | undefined,
  context: LoweringContext,
): SimilarityPart | undefined {
  if (part === undefined) return undefined;
  if (part.on === 'images' && part.features && !part.pair) return part;
  return context.refuse({
    port: 'similarity',
    message:
      part.on === 'images' && part.pair
        ? `"${part.name}" compares images of its own; the search compares those that are wired to it.`
        : `"${part.name}" makes no features; the search compares squared differences of features.`,
    remedy:
      'Wire Self-similarity context, its own ports left open, or nothing to compare the images themselves.',
  });
}

/** Of the cells, that may end at the border of the window without a word. */
const mostAtTheLimit = 0.1;

const wentToTheLimit: Judge = ([[share = 0] = []]) =>
  share > mostAtTheLimit
    ? {
        about: 'limit of the search',
        parameter: 'reachCells',
        message: `${Math.round(100 * share)} % of the cells went as far as they could: what fits may lie further.`,
        remedy: 'Raise Reach or Cell, or start from an affine stage.',
      }
    : undefined;

const nothingToCompare: Judge = ([[, highest = 1] = []]) =>
  highest > 0
    ? undefined
    : {
        about: 'nothing to compare',
        port: 'fixed',
        message: 'No place counts in both images: nothing was moved.',
        remedy:
          'Look at the masks, and whether the images lie on each other; wire a start to "initial".',
      };
