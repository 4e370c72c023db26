import type { RealPairName } from './pairs';
import type { Expected } from './run-recipe';

/** What another tool gave on a pair. */
export interface PeerFigure {
  readonly tool: string;
  readonly seconds: number;
  readonly ncc: number;
  readonly dice?: number;
  /** Voxels with a Jacobian determinant of zero or less, percent. */
  readonly foldingPercent: number;
  /** True where the result is a mirror image. */
  readonly mirrored?: boolean;
}

/**
 * Measured on two cores with each tool's defaults, once per pair unless its time repeats; images
 * and labels as for us. Folding of Greedy is that of its own Jacobian output; by central differences,
 * as we measure, its fields do not fold on these pairs. Times of cfireants are processor seconds.
 */
export const peers: Readonly<Record<RealPairName, readonly PeerFigure[]>> = {
  vxm: [
    { tool: 'Greedy 1.2, NCC', seconds: 2.5, ncc: 0.967, dice: 0.664, foldingPercent: 1.53 },
    { tool: 'NiftyReg 2.0, NMI', seconds: 5.5, ncc: 0.932, dice: 0.613, foldingPercent: 0 },
    { tool: 'NiftyReg 2.0, LNCC', seconds: 16.6, ncc: 0.972, dice: 0.662, foldingPercent: 3.83 },
    { tool: 'elastix 5.0, B-spline', seconds: 58.8, ncc: 0.973, dice: 0.63, foldingPercent: 0.17 },
    {
      tool: 'cfireants, greedy',
      seconds: 59,
      ncc: 0.946,
      dice: 0.08,
      foldingPercent: 0,
      mirrored: true,
    },
  ],
  oas: [
    { tool: 'Greedy 1.2, NCC', seconds: 2.5, ncc: 0.98, dice: 0.531, foldingPercent: 0.51 },
    { tool: 'NiftyReg 2.0, NMI', seconds: 6.4, ncc: 0.971, dice: 0.51, foldingPercent: 0 },
    { tool: 'NiftyReg 2.0, LNCC', seconds: 15, ncc: 0.986, dice: 0.557, foldingPercent: 0.014 },
    {
      tool: 'elastix 5.0, B-spline',
      seconds: 47.7,
      ncc: 0.979,
      dice: 0.524,
      foldingPercent: 0.014,
    },
    { tool: 'cfireants, greedy', seconds: 56, ncc: 0.973, dice: 0.511, foldingPercent: 0 },
  ],
  'head-2mm': [
    { tool: 'Greedy 1.2, NCC', seconds: 5.6, ncc: 0.974, foldingPercent: 3.97 },
    { tool: 'NiftyReg 2.0, NMI', seconds: 18.9, ncc: 0.952, foldingPercent: 0 },
    { tool: 'elastix 5.0, B-spline', seconds: 51.2, ncc: 0.968, foldingPercent: 0.1 },
    { tool: 'cfireants, greedy', seconds: 117, ncc: 0.954, foldingPercent: 0, mirrored: true },
  ],
  slices: [],
  'vxm-1mm': [],
};

/** What the greedy recipe has to reach on the real pairs. */
export const targets: Readonly<Record<string, Expected>> = {
  vxm: { 'dice.mean': { atLeast: 0.705 }, 'jacobian.nonPositivePercent': { atMost: 0 } },
  oas: { 'dice.mean': { atLeast: 0.555 }, 'jacobian.nonPositivePercent': { atMost: 0 } },
  'head-2mm': { ncc: { atLeast: 0.98 }, 'jacobian.nonPositivePercent': { atMost: 0 } },
};

/** The greedy recipe on `head-2mm`, with 200/100/50 iterations of the field. */
export const speedTarget = {
  seconds: 25,
  peer: 'cfireants takes 117 processor seconds for the same recipe',
} as const;
