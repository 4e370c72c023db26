import { z } from 'zod';
import { sameGrid } from '../../imaging/grid';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { descend } from '../registration/descend';
import { outsideParameters, warpImage } from '../registration/outside';
import { reportOverlap } from '../registration/overlap';
import { levelContext } from '../registration/pyramid';
import {
  nothingOnTheFixedImage,
  reasonToRefuse,
  tooLittleOverlap,
} from '../registration/registration-refusals';
import { poorInverse, reportInverse } from '../registration/report-inverse';
import { afterModel, inverseAfterModel, wholeMap } from '../registration/total-transform';
import { warnOfRegistration } from '../registration/warn-of-registration';
import { meanRange, requireVaryingFixedImages } from '../shared/varying-image';

export const register = defineNode({
  type: 'register',
  version: 1,
  title: 'Register',
  section: 'register',
  synonyms: ['align', 'optimize', 'registration', 'match', 'warp', 'stage'],
  documentation: {
    summary: 'Moves one image onto another: finds the transform that makes the objectives least.',
    details: `The parts of a recipe meet here. The **model** says which transforms are possible, the
**objectives** say how good one is, the **optimizer** says how to get from one to a better one, and
the **schedule** says on which grids and for how long.

At each level of the schedule both images are smoothed and shrunk. The moving image is read at the
transformed points of the fixed grid, once, however many stages came before; the objectives are
added up by their weights, differentiated exactly, and the optimizer moves the model's parameters.
What a level found is the start of the next.

Chain stages by their transforms: rigid, then affine, then deformable, each one's *transform* wired
to the next one's *initial*. The result is always the whole map from the fixed to the moving image.

Images of several **channels** are compared channel by channel, each with its partner in the other image, so
that both need the same number; masks and overlap are common to all. The preview shows the first channel.

Points that lead out of the moving image do not count, nor do those outside a mask. A **mask** limits
what is compared, not what is moved: the transform is found from what lies inside both, and goes on
beyond. Masks are smoothed and shrunk with the images, so that a coarse voxel counts by the share of it
that is inside. A point without a partner costs as much as one about whose partner nothing is known, so
that no stage gets better by moving the images apart.

A fixed image that is the same everywhere is an error: whatever is found by it is chance. A stage that has lost half of the overlap it began with stops to compare. If in the end nothing of the
moving image lies on the fixed grid, less than a quarter of the smaller image has a partner, or less
than half of what had one at the start, that is reported as an error. The table *report* says how much
it was.

**What speaks against a result** is said as a warning, with the numbers: an affine that makes everything
less than half or more than twice as large, or stretches one direction 1.5 times as much as another; a volume
turned by more than 60° against the headers; less than half of the smaller image with a partner; two slices whose
planes meet at more than 15°; a slice in a volume where no start has searched across it; a loss that rose
by more than 5 % at the finest level; brightness that drifts apart by more than 1.6-fold from one end to the other, where
the objective compares whole images; a value that stands for no data in both images, where nothing leaves it
out (of these two, any channel's); a field that folds or leaves some voxel less than 1 % of its volume; and a field
that bends much but makes local correlation better by less than 10 % at every level, or than 0.4 times the spread of its log Jacobian if that is less; and an inverse that misses by more than a
quarter of a voxel in the mean. No warning is no proof: look
at the result.

What stands in *warped* where the moving image has nothing is a choice: by default its lowest value,
which is air (−1000 in CT, mostly 0 in MR).

A run that ends at its iteration limit says so: raise the iterations before blaming the method.`,
    formula: String.raw`\hat\theta = \arg\min_\theta \sum_k w_k\,\mathcal{L}_k\big(F,\;
M\circ T_0\circ T_\theta\big),\qquad T(x) = A\,(x + u(x))`,
    references: [
      {
        text: 'Burt, Adelson: The Laplacian pyramid as a compact image code, 1983',
        doi: '10.1109/TCOM.1983.1095851',
      },
      {
        text: 'Modersitzki: Numerical Methods for Image Registration, 2004',
        doi: '10.1093/acprof:oso/9780198528418.001.0001',
      },
    ],
  },
  params: z.object(outsideParameters()),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays; results are on its grid.' },
    moving: { type: 'image', doc: 'Image that is brought onto the fixed one.' },
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
      doc: 'Where to start; applied after the model. Without it: the images as they lie.',
      optional: true,
    },
    model: { type: 'model', doc: 'Which transforms are possible.' },
    objectives: {
      type: 'objective',
      doc: 'What is made small: similarities and regularizers, added up by their weights.',
      many: true,
    },
    optimizer: { type: 'optimizer', doc: 'How a better transform is found.' },
    schedule: { type: 'schedule', doc: 'On which grids, and for how many iterations.' },
  },
  outputs: {
    transform: { type: 'transform', doc: 'Map from fixed to moving world, `initial` included.' },
    warped: { type: 'image', doc: 'Moving image on the fixed grid, linear.' },
    report: {
      type: 'table',
      doc: '`overlap` and `overlap.smaller`: shares of the fixed and of the smaller image that have a partner; `mask.fixed`, `mask.moving`: shares of the images inside their masks; `inverse.meanMm`, `inverse.largestMm`: how far map and inverse are from undoing each other.',
    },
  },
  lower(b, parts, params, context) {
    const problem = reasonToRefuse(parts);
    if (problem) context.refuse(problem);
    const { fixed, moving, initial, model, schedule } = parts;

    requireVaryingFixedImages(b, fixed, parts.objectives);
    const { variables, at } = descend(b, parts);
    const full = levelContext(
      fixed.grid,
      { level: schedule.levels.length - 1, levels: schedule.levels.length },
      fixed,
    );
    const found = sameGrid(at.grid, fixed.grid) ? variables : model.refine(b, variables, full);
    const total = afterModel(b, initial, wholeMap(b, model, found, full));
    const inverse =
      model.inverse && inverseAfterModel(b, initial, model.inverse(b, found, full), fixed.grid);
    const linear = { ...params, interpolation: 'linear' } as const;
    const warped = warpImage(b, moving, total, fixed.grid, linear);
    // An edge that goes on would look like an image.
    const seen =
      params.outside === 'edge'
        ? warpImage(b, moving, total, fixed.grid, { ...linear, outside: 'lowest' })
        : warped;
    b.check(meanRange(b, { ...moving, image: seen }), nothingOnTheFixedImage(initial));
    const report = reportOverlap(b, parts, total);
    b.check(report.verdict, tooLittleOverlap(initial));
    warnOfRegistration(b, parts, total, report.overlap);
    const undone =
      total.displacement === undefined || inverse === undefined
        ? undefined
        : reportInverse(b, total.displacement, inverse);
    if (undone) b.warn([undone.mean], poorInverse(fixed.grid, model.back !== undefined));
    return {
      transform: {
        kind: 'transform',
        grid: fixed.grid,
        ...total,
        ...(inverse === undefined ? {} : { inverseDisplacement: inverse }),
      },
      warped: { kind: 'image', grid: fixed.grid, channels: moving.channels, image: warped },
      report: undone
        ? { ...report.table, rows: [...report.table.rows, ...undone.rows] }
        : report.table,
    };
  },
});
