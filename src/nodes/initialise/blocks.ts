import { z } from 'zod';
import { firstChannel } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import {
  choiceParameter,
  integerParameter,
  numberParameter,
} from '../../runtime/api/nodes/parameters';
import { isSlice, largeTurn, unlikelySize } from '../registration/affine-doubts';
import { shrinkImage } from '../registration/pyramid';

/** Standard deviation of the Gaussian before shrinking, in voxels for each unit of shrinking. */
const smoothPerShrink = 0.5;
/** What the op reports, as rows of the table. */
const measures = ['tried', 'matched', 'correlation', 'rmsMm'] as const;
const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export const blocks = defineNode({
  type: 'initialise.blocks',
  version: 1,
  title: 'Match blocks',
  section: 'initialise',
  synonyms: [
    'block matching',
    'least trimmed squares',
    'LTS',
    'aladin',
    'NiftyReg',
    'robust',
    'rigid registration',
    'affine registration',
    'start',
    'initial',
  ],
  documentation: {
    summary:
      'Looks for small blocks of one image in the other, and lays the map through those that agree.',
    details: `The fixed image is cut into blocks of 4 × 4 × 4 voxels. Those that vary most are looked for in the moving image as
the map of the moment brings it there, up to 3 voxels away in each direction, by the size of their correlation: of either sign, so that a
dark block may meet a bright one. The map is then fitted to the pairs of middles by **least trimmed squares**: to all of them, and again
and again to the share that it fits best. Blocks that were found in a wrong place, or that have no partner, thus have no say.

This is repeated from coarse to fine, on images shrunk by powers of two, a rigid map first at the coarsest level, and ends at a level once
nothing moves any more. It needs no gradient, no step and no weight, and takes about as long as the images take to be read a hundred times.

Use it where parts of one image have no partner in the other: a tumour, a resection, another field of view, slices with
artefacts. Where contrasts differ so much that small blocks do not correlate, *Register* with mutual information goes further. A block is
looked for within 3 voxels of the coarsest level: wire *Start* to *initial* where images lie further apart or are turned.

The table has \`blocks.tried\` and \`blocks.matched\`, and of those that the map was fitted to \`blocks.correlation\`, the mean size, and
\`blocks.rmsMm\`, the root mean square distance that is left. Matches lie between voxels, at the top of a parabola through the correlations about
the best.

Of images of several channels the first is looked at. Of two slices the map stays in their plane; a slice is found in a volume only along its
plane. Two images that vary nowhere are an error.

Defaults are those of NiftyReg's reg_aladin (1.5 and 2.0): three levels, five rounds, twice as many at the coarsest one, half the blocks, half
the matches. There both directions are matched and their mean is taken, and a match lies on a voxel.`,
    formula: String.raw`s_i = \arg\max_{\lvert s\rvert_\infty\le 3} \big\lvert \rho\big(F|_{B_i},\,(M\circ T)|_{B_i+s}\big)\big\rvert,\qquad
T \leftarrow \arg\min_{T'} \sum_{i\in I} \lVert T'(b_i) - T(b_i + s_i) \rVert^2,\quad
I:\ \text{the share of least residuals}`,
    references: [
      {
        text: 'Ourselin, Roche, Subsol, Pennec, Ayache: Reconstructing a 3D structure from serial histological sections, 2001',
        doi: '10.1016/S0262-8856(00)00052-4',
      },
      {
        text: 'Modat, Cash, Daga, Winston, Duncan, Ourselin: Global image registration using a symmetric block-matching approach, 2014',
        doi: '10.1117/1.JMI.1.2.024003',
      },
    ],
  },
  params: z.object({
    freedom: choiceParameter({
      title: 'Map',
      help: 'What the map may do; an affine one begins as a rigid one at the coarsest level.',
      choices: ['rigid', 'similarity', 'affine'],
      default: 'affine',
    }),
    levels: integerParameter({
      title: 'Levels',
      help: 'Each coarser one is half as fine: more find larger motions.',
      default: 3,
      min: 1,
      max: 6,
    }),
    iterations: integerParameter({
      title: 'Iterations',
      help: 'Most rounds of matching and fitting a level, twice as many at the coarsest; it ends earlier where nothing moves.',
      default: 5,
      min: 1,
      max: 100,
    }),
    blocksPercent: numberParameter({
      title: 'Blocks',
      help: 'Share of the blocks that are looked for, those that vary most: fewer are faster, and leave out what is flat.',
      unit: '%',
      default: 50,
      min: 1,
      max: 100,
    }),
    inliersPercent: numberParameter({
      title: 'Inliers',
      help: 'Share of the matches that the map is fitted to: fewer withstand more wrong ones, more are more exact.',
      unit: '%',
      default: 50,
      min: 10,
      max: 100,
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it.' },
    initial: {
      type: 'transform',
      doc: 'Where to begin: its affine part. Without it: the images as they lie.',
      optional: true,
    },
  },
  outputs: {
    transform: { type: 'transform', doc: 'Map from fixed to moving world, `initial` included.' },
    table: { type: 'table', doc: 'How many blocks were matched, and how well.' },
  },
  lower(b, { fixed, moving, initial }, params, context) {
    if (isSlice(moving.grid) && !isSlice(fixed.grid)) {
      context.refuse({
        port: 'moving',
        message: 'The moving image is one slice, and blocks of the fixed volume are thicker.',
        remedy: 'Exchange the two images and invert the transform, or start with Start.',
      });
    }
    const { levels, iterations, freedom } = params;
    const shares = {
      blockShare: params.blocksPercent / 100,
      inlierShare: params.inliersPercent / 100,
    };
    const images = [fixed, moving].map((image) => ({
      image: firstChannel(b, image),
      grid: image.grid,
    }));
    let affine = initial?.affine ?? b.constant(identity);
    let found: ReturnType<typeof b.matchBlocks> | undefined;
    for (let level = 0; level < levels; level += 1) {
      const [coarseFixed, coarseMoving] = images.map((image) =>
        shrinkImage(b, image, 2 ** (levels - 1 - level), smoothPerShrink),
      );
      if (!coarseFixed || !coarseMoving) throw new RangeError('There are two images.');
      const pair = { fixed: coarseFixed.image, moving: coarseMoving.image };
      const rounds = level === 0 ? 2 * iterations : iterations;
      const match = (kind: typeof freedom) => {
        found = b.matchBlocks(
          { ...pair, initial: affine },
          { ...shares, freedom: kind, iterations: rounds },
        );
        affine = found.affine;
      };
      if (level === 0 && freedom !== 'rigid') match('rigid');
      match(freedom);
    }
    if (!found) throw new RangeError('There is one level at least.');
    b.check(found.verdict, {
      port: 'moving',
      message: 'Hardly a block of the fixed image was found in the moving one.',
      remedy:
        'Wire Start to "initial", so that the images lie on each other roughly. Is one of them the same everywhere?',
    });
    if (!isSlice(fixed.grid) && !isSlice(moving.grid)) b.warn([affine], largeTurn);
    b.warn([affine], unlikelySize);
    const { report } = found;
    return {
      transform: { kind: 'transform', grid: fixed.grid, affine },
      table: {
        kind: 'table',
        rows: measures.map((name, index) => ({ name: `blocks.${name}`, scalars: report, index })),
      },
    };
  },
});
