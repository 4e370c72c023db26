import { z } from 'zod';
import type { Judge } from '../../runtime/api/nodes/builder';
import { firstChannel } from '../../runtime/api/nodes/channels';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { flagParameter, numberParameter } from '../../runtime/api/nodes/parameters';
import { isSlice, largeTurn } from '../registration/affine-doubts';
import { requireVaryingImage } from '../shared/varying-image';

/** Kinds of starts and what is reported of each, in the order of the op's report. */
const kinds = ['header', 'middles', 'masses', 'axes', 'search'] as const;
const measures = ['explained', 'overlap', 'turnDegrees', 'shiftMm'] as const;

export const start = defineNode({
  type: 'initialise.start',
  version: 1,
  title: 'Start',
  section: 'initialise',
  synonyms: [
    'initial',
    'multi-start',
    'search',
    'rough alignment',
    'header',
    'centres',
    'moments',
    'rotation',
  ],
  documentation: {
    summary: 'Tries several rigid starts on coarse copies and takes the one that fits best.',
    details: `Five kinds of starts are tried: where the **headers** put the images, **middle** of the field on
middle, centre of **mass** on centre of mass, the turns that lay principal **axes** on each other (only
where the axes can be told apart), and a **search** through coarse turns and shifts: quarter turns
about all axes of a volume, every 15° of two slices, and shifts across the whole field. Each is refined,
turned and shifted step by step, on copies of some thousand points; none mirrors the image.

They are compared by how much of what the fixed image shows the moving image explains: their mutual
information, summed over the points that the moving image covers. It serves any pair of contrasts,
and a start gains nothing where it leaves the field, so that cropped images and slabs are not drawn
apart. The headers' start is kept unless another one explains more by the margin.

Wire the images as they were loaded: they are brought to a robust range here, and from the same bytes
every device finds the same start. Sizes are given by the images, not in millimetres, so that units do not matter. A value that a scanner
wrote where it had no data is left out of the range of intensities. A single slice is searched for in a volume
in all directions, across the slice too.

The table has \`start.taken\` (0 headers, 1 middles, 2 masses, 3 axes, 4 search), \`start.gainPercent\`
(what it explains more than the headers' start; 0 where that was kept), and for each kind its
\`explained\` and \`overlap\` (0 to 1), \`turnDegrees\` and \`shiftMm\`; zeros where a kind was not tried. Refining turns
what it begins with by 30° at most; \`start.turnUsedPercent\` is how much of that was used by what was taken.

A volume that is turned by more than 60° against its header is warned of, and so is a start that was turned as far as
refining may: the answer may lie beyond.

Of images of several channels the first is looked at. One that is the same everywhere is an error. Sizes are not matched: that is what the affine stage is for.`,
    formula: String.raw`\hat T = \arg\max_{T \in \text{tried}} \frac{n_T\, I_T(F; M \circ T)}{n\, H(F)},\qquad
T(x) = R\,x + t,\ \det R = 1`,
    references: [
      {
        text: 'Jenkinson, Smith: A global optimisation method for robust affine registration of brain images, 2001',
        doi: '10.1016/S1361-8415(01)00036-6',
      },
      {
        text: 'Viola, Wells: Alignment by maximization of mutual information, 1997',
        doi: '10.1023/A:1007958904918',
      },
    ],
  },
  params: z.object({
    tryAxes: flagParameter({
      title: 'Try principal axes',
      help: 'Also tries to lay the long axis of one image on that of the other.',
      default: true,
    }),
    trySearch: flagParameter({
      title: 'Search',
      help: 'Also tries coarse turns and shifts across the whole field, for headers that cannot be trusted.',
      default: true,
    }),
    marginPercent: numberParameter({
      title: 'Margin',
      help: 'By how much another start must explain more before the headers are left; raise it where headers can be trusted.',
      unit: '%',
      default: 5,
      min: 0,
      max: 1000,
    }),
  }),
  inputs: {
    fixed: { type: 'image', doc: 'Image that stays, as it was loaded.' },
    moving: { type: 'image', doc: 'Image that is to be brought onto it, as it was loaded.' },
  },
  outputs: {
    transform: { type: 'transform', doc: 'Rotation and translation, never a mirror image.' },
    table: { type: 'table', doc: 'What was tried, how well it fits, and what was taken.' },
  },
  lower(b, { fixed, moving }, { tryAxes, trySearch, marginPercent }) {
    requireVaryingImage(b, fixed, 'fixed');
    requireVaryingImage(b, moving, 'moving');
    const { affine, report } = b.searchStart(
      { fixed: firstChannel(b, fixed), moving: firstChannel(b, moving) },
      { tryAxes, trySearch, margin: marginPercent / 100 },
    );
    if (!isSlice(fixed.grid) && !isSlice(moving.grid)) b.warn([affine], largeTurn);
    b.warn([report], turnedToTheLimit);
    const names = [
      'taken',
      'gainPercent',
      ...kinds.flatMap((kind) => measures.map((measure) => `${kind}.${measure}`)),
      'turnUsedPercent',
    ];
    return {
      transform: { kind: 'transform', grid: fixed.grid, affine },
      table: {
        kind: 'table',
        rows: names.map((name, index) => ({ name: `start.${name}`, scalars: report, index })),
      },
    };
  },
});

/** From this share on a turn lies at the edge of what refining may do: its smallest step is a few percent of it. */
const mostTurnUsedPercent = 95;

/** Doubts a start that ended where its search ends. */
export const turnedToTheLimit: Judge = ([report = []]) => {
  const used = report.at(-1) ?? 0;
  if (!(used > mostTurnUsedPercent)) return undefined;
  return {
    about: 'limit of the start',
    port: 'moving',
    message:
      'The start was turned as far as refining may turn one: the right turn may lie further, where nothing was tried.',
    remedy:
      'Look at the checkerboard after the rigid stage. If the images do not lie on each other, switch on Search and Try principal axes, or correct the header.',
  };
};
