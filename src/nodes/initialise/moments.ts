import { z } from 'zod';
import { type Builder, gridAttributes, type ValueId } from '../../runtime/api/nodes/builder';
import { firstChannel } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { choiceParameter } from '../../runtime/api/nodes/parameters';
import type { ImageValue } from '../../runtime/api/nodes/port-values';
import { type ShrunkImage, shrinkImage } from '../registration/pyramid';
import { requireVaryingImage } from '../shared/varying-image';

/** Candidates are compared on grids of about this many voxels along their longest axis. */
const comparedVoxels = 32;
const comparedSmoothing = 0.5;
/** The most that one step shrinks by, as in the schedule of a pyramid. */
const largestShrink = 32;
const bins = 32;

export const moments = defineNode({
  type: 'initialise.moments',
  version: 1,
  title: 'Moments',
  section: 'initialise',
  synonyms: ['principal axes', 'second moments', 'PCA', 'rotation', 'start', 'initial', 'COM'],
  documentation: {
    summary:
      'Brings centres of mass together, and turns the principal axes where that fits better.',
    details: `Five starts are tried: both centres of mass together without a turn, and the four turns
that lay the principal axes of one image on those of the other. The one that compares best on a
coarse grid is taken; where two are equal, the one without a turn.

A head that was scanned lying on its side is found this way. All candidates are turns: none of them
mirrors the image, because a mirrored head fits well by its intensities and swaps left and right.

Of images of several channels the first is looked at. One that is the same everywhere is an error. Sizes are not matched: that is what the affine stage is for.`,
    formula: String.raw`T(x) = c_M + R\,(x - c_F),\qquad
R \in \{I\}\cup\{V_M\,\mathrm{diag}(\pm1,\pm1,\pm1)\,V_F^{\mathsf T} : \det R = 1\}`,
    references: [
      {
        text: 'Alpert, Bradshaw, Kennedy, Correia: The principal axes transformation: a method for image registration, 1990',
      },
    ],
  },
  params: z.object({
    compareBy: choiceParameter({
      title: 'Compare by',
      help: 'Mutual information suits every pair of contrasts; correlation only equal ones.',
      choices: ['mutual-information', 'correlation'],
      default: 'mutual-information',
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it.' },
  },
  outputs: {
    transform: { type: 'transform', doc: 'Translation and rotation, never a mirror image.' },
  },
  lower(b, { fixed, moving }, { compareBy }) {
    requireVaryingImage(b, fixed, 'fixed');
    requireVaryingImage(b, moving, 'moving');
    const candidates = b.momentCandidates(
      {
        fixedMoments: b.imageMoments({ image: firstChannel(b, fixed) }),
        movingMoments: b.imageMoments({ image: firstChannel(b, moving) }),
      },
      { planar: fixed.grid.sizeVoxels.includes(1) },
    );
    const score = scoring(b, fixed, moving, compareBy);
    const { candidate0, candidate1, candidate2, candidate3, candidate4 } = candidates;
    const affine = b.selectAffine({
      ...candidates,
      score0: score(candidate0),
      score1: score(candidate1),
      score2: score(candidate2),
      score3: score(candidate3),
      score4: score(candidate4),
    });
    return { transform: { kind: 'transform', grid: fixed.grid, affine } };
  },
});

/** How well an affine lays the moving image on the fixed one, coarsely: the lower the better. */
function scoring(
  b: Builder,
  fixed: ImageValue,
  moving: ImageValue,
  compareBy: 'mutual-information' | 'correlation',
): (affine: ValueId) => ValueId {
  const coarseFixed = coarse(b, { image: firstChannel(b, fixed), grid: fixed.grid });
  const coarseMoving = coarse(b, { image: firstChannel(b, moving), grid: moving.grid });
  return (affine) => {
    const warped = b.sample(
      { source: coarseMoving.image, affine },
      { ...gridAttributes(coarseFixed.grid), interpolation: 'linear', outside: 'zero' },
    );
    if (compareBy === 'correlation') {
      return b.globalCorrelation({ fixed: coarseFixed.image, warped });
    }
    const histogram = b.jointHistogram(
      {
        fixed: coarseFixed.image,
        warped,
        fixedRange: b.intensityRange({ image: coarseFixed.image }),
        warpedRange: b.intensityRange({ image: coarseMoving.image }),
      },
      { bins, window: 'bspline' },
    );
    return b.mutualInformation({ histogram }, { bins });
  };
}

/** An image shrunk to be compared: in steps where one Gaussian would be wider than a kernel takes. */
function coarse(b: Builder, image: ShrunkImage): ShrunkImage {
  const shrink = Math.max(1, Math.max(...image.grid.sizeVoxels) / comparedVoxels);
  const shrunk = shrinkImage(b, image, Math.min(shrink, largestShrink), comparedSmoothing);
  return shrink > largestShrink ? coarse(b, shrunk) : shrunk;
}
