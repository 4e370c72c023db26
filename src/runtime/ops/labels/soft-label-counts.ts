import { InternalError } from '../../internal-error';
import { elementsPerBuffer, fieldType, scalarsType, type ValueType } from '../../ir/values';
import { defineOp } from '../define-op';
import {
  asField,
  type GridAttributes,
  gridOf,
  requireDisplacementOn,
  requireWeightOn,
} from '../grid-attributes';
import { sumTablesKernel } from '../histogram/histogram.kernel';
import { chainSlope } from '../sample/sample-slope';
import { samplingParameterValues } from '../sample/sampling';
import {
  softDiceAdjointKernel,
  softDiceKernel,
  softLabelCountsKernel,
  softLabelSlopesKernel,
} from './soft-labels.kernel';

/** A GPU workgroup counts three numbers a label, four bytes each, in 12 of its 16 KiB. */
export const mostSoftLabels = 1024;

export type SoftLabelAttributes = GridAttributes & {
  /** Labels that are told apart, from 1 on. */
  readonly labels: number;
};

const inputs = {
  fixed: 'field',
  moving: 'field',
  displacement: 'field?',
  affine: 'scalars?',
  weight: 'field?',
} as const;

type Types = { readonly fixed: ValueType; readonly moving: ValueType } & {
  readonly [Name in 'displacement' | 'weight']?: ValueType | undefined;
};

function requireMaps({ fixed, moving, displacement, weight }: Types, p: SoftLabelAttributes) {
  const grid = gridOf(p);
  const own = fieldType(grid, 1);
  asField(moving, 1, 'u32');
  requireWeightOn(own, { ...asField(fixed, 1, 'u32'), element: 'f32' });
  requireDisplacementOn(grid, displacement);
  requireWeightOn(own, weight);
  if (p.labels < 1 || p.labels > mostSoftLabels) {
    throw new InternalError(`1 to ${mostSoftLabels} labels are counted, not ${p.labels}.`);
  }
}

/** Voxels that are counted into one table of partial counts; depends on nothing but the grid and the labels. */
function chunkLengthOf(voxels: number, labels: number): number {
  return Math.min(32768, Math.max(1024, 3 * labels, Math.ceil(voxels / 256)));
}

export const softLabelCounts = defineOp<SoftLabelAttributes>()({
  name: 'softLabelCounts',
  doc:
    'Of each label, from 1 on, the mean over voxels x of [ω ·] s·t, then of s, then of t: s is 1 where the fixed map has the label and 0 ' +
    'elsewhere, t the trilinear weight of the voxels around A·(x + u(x)) that have it in the moving map, whose edge goes on. It is what ' +
    'one-hot maps would give, of which none is made. Gradients flow to what moves the points.',
  inputs,
  outputs: ['counts'],
  infer(types, attributes) {
    requireMaps(types, attributes);
    return { counts: scalarsType(3 * attributes.labels) };
  },
  adjoint(b, { inputs: i, attributes }, { counts: cotangent }) {
    if (cotangent === undefined) return {};
    const { displacement, affine } = i;
    if (displacement === undefined && affine === undefined) return {};
    const { slope } = b.op('softLabelSlopes', { ...i, cotangent }, attributes);
    const { worldFromVoxel } = asField(b.typeOf(i.moving), 1, 'u32').grid;
    return chainSlope(b, slope, { displacement, affine }, worldFromVoxel);
  },
  kernels: [softLabelCountsKernel, sumTablesKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    const { labels } = attributes;
    const count = elementsPerBuffer(inputTypes.fixed);
    const chunkLength = chunkLengthOf(count, labels);
    const chunks = Math.ceil(count / chunkLength);
    const partials = emitter.scratch(3 * labels * chunks);
    emitter.call(
      softLabelCountsKernel,
      { ...i, partials },
      {
        ...samplingParameterValues(
          { ...attributes, outside: 'edge' },
          asField(inputTypes.moving, 1, 'u32'),
          i,
        ),
        labels,
        chunkLength,
        weighted: i.weight === undefined ? 0 : 1,
      },
    );
    emitter.call(
      sumTablesKernel,
      { partials, histogram: o.counts },
      { cells: 3 * labels, chunks, voxels: count },
    );
  },
});

export const softLabelSlopes = defineOp<SoftLabelAttributes>()({
  name: 'softLabelSlopes',
  doc: 'What the cotangents of `softLabelCounts` say of where its points should go, along the axes of the moving map, per voxel.',
  inputs: { ...inputs, cotangent: 'scalars' },
  outputs: ['slope'],
  infer(types, attributes) {
    requireMaps(types, attributes);
    return { slope: fieldType(gridOf(attributes), 3) };
  },
  adjoint: 'not-differentiable',
  kernels: [softLabelSlopesKernel],
  emit(emitter, { inputs: i, outputs: o, inputTypes, attributes }) {
    emitter.call(
      softLabelSlopesKernel,
      { ...i, slopes: emitter.scratch(3 * elementsPerBuffer(inputTypes.fixed)), slope: o.slope },
      {
        ...samplingParameterValues(
          { ...attributes, outside: 'edge' },
          asField(inputTypes.moving, 1, 'u32'),
          i,
        ),
        labels: attributes.labels,
        weighted: i.weight === undefined ? 0 : 1,
      },
    );
  },
});

function requireCounts(counts: ValueType, labels: number): void {
  if (counts.kind !== 'scalars' || counts.length !== 3 * labels) {
    throw new InternalError(`Of ${labels} labels there are ${3 * labels} counts.`);
  }
}

export const softDice = defineOp<{ readonly labels: number }>()({
  name: 'softDice',
  doc:
    'loss = −mean over labels of 2·Σst / (Σs + Σt), from `softLabelCounts`; labels that neither map has are left out, and the ' +
    'mean of none is 0.',
  inputs: { counts: 'scalars' },
  outputs: ['loss'],
  infer({ counts }, { labels }) {
    requireCounts(counts, labels);
    return { loss: scalarsType(1) };
  },
  adjoint(b, { inputs: { counts }, attributes }, { loss: cotangent }) {
    if (cotangent === undefined) return {};
    return b.op('softDiceAdjoint', { counts, cotangent }, attributes);
  },
  kernels: [softDiceKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(softDiceKernel, { ...inputs, ...outputs }, attributes);
  },
});

export const softDiceAdjoint = defineOp<{ readonly labels: number }>()({
  name: 'softDiceAdjoint',
  doc: 'Cotangents of the counts for `softDice`.',
  inputs: { counts: 'scalars', cotangent: 'scalars' },
  outputs: ['counts'],
  infer({ counts }, { labels }) {
    requireCounts(counts, labels);
    return { counts };
  },
  adjoint: 'not-differentiable',
  kernels: [softDiceAdjointKernel],
  emit(emitter, { inputs, outputs, attributes }) {
    emitter.call(softDiceAdjointKernel, { ...inputs, countsCotangent: outputs.counts }, attributes);
  },
});
