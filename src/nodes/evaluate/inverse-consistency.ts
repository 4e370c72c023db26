import { z } from 'zod';
import { defineNode } from '../../runtime/api/nodes/define-node';
import { chainTransforms, travelled } from '../registration/chain-transforms';
import { insideOf } from '../registration/outside';

export const evaluateInverseConsistency = defineNode({
  type: 'evaluate.inverse-consistency',
  version: 1,
  title: 'Measure inverse consistency',
  section: 'evaluate',
  synonyms: ['forward backward', 'symmetry', 'round trip', 'ICE', 'ICON', 'quality', 'metric'],
  documentation: {
    summary:
      'How far a point ends from where it began after the way there and the way back, in mm.',
    details: `Wire two transforms of opposite direction: of two registrations with fixed and moving image exchanged, or a transform and its
inverse. Each voxel of the first one's grid goes there by *forward* and comes back by *backward*; what is left is reported as
\`consistency.meanMm\` and \`consistency.maximumMm\`, over the voxels that lead into the grid of *backward*; \`consistency.insidePercent\` says
how many those are. Where none does, errors read −1, not measured.

Two registrations that are sure of themselves agree. That both agree does not show that both are right: two identities do.`,
    formula: String.raw`e(x) = \lVert \varphi_{BA}(\varphi_{AB}(x)) - x \rVert`,
    references: [
      {
        text: 'Christensen, Johnson: Consistent image registration, 2001',
        doi: '10.1109/42.932742',
      },
    ],
  },
  params: z.object({}),
  inputs: {
    forward: { type: 'transform', doc: 'From the fixed to the moving world.' },
    backward: { type: 'transform', doc: 'From the moving to the fixed world.' },
  },
  outputs: {
    map: { type: 'image', doc: 'What is left at every voxel of the first grid, mm.' },
    table: { type: 'table', doc: 'Mean and largest error in mm, and how many voxels count.' },
  },
  lower(b, { forward, backward }) {
    const { affine, displacement, grid } = forward;
    const map = travelled(b, chainTransforms(b, forward, backward, 'forward'));
    const bend = displacement === undefined ? {} : { displacement };
    const inside = insideOf(b, backward.grid, { affine, ...bend }, grid);
    const counted = b.pointwise({ a: map, b: inside }, { expressions: [['*', 'a', 'b']] });
    const { mean } = b.meanWeight({ weight: inside });
    const sum = b.pointwiseMean({ a: counted }, { terms: ['a'] });
    const range = b.intensityRange({ image: counted });
    const rows = {
      meanMm: b.pointwise(
        { a: sum, b: mean },
        { expressions: [['select', ['<', 0, 'b'], ['/', 'a', 'b'], -1]] },
      ),
      maximumMm: b.pointwise(
        { a: range, b: mean },
        { expressions: [['select', ['<', 0, 'b'], 'a.1', -1]] },
      ),
      insidePercent: b.scale({ value: mean }, { factor: 100 }),
    };
    return {
      map: { kind: 'image', grid, channels: 1, image: map },
      table: {
        kind: 'table',
        rows: Object.entries(rows).map(([name, scalars]) => ({
          name: `consistency.${name}`,
          scalars,
          index: 0,
        })),
      },
    };
  },
});
